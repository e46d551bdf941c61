"""What becomes of a target of whole numbers into which something that requires grad is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch

from detachlint.harness.probe.converted import is_float
from detachlint.harness.probe.execute import PLAIN, Call, Position, execute

_WHOLE = (torch.int64, torch.bool)


def integers(function: Callable[..., Any], calls: Sequence[Call]) -> str:
    """Whether writing sets the flag of whole numbers, as `knowledge.model.TRAITS` calls it.

    Most functions refuse to write floats there. Of those that do it, autograd follows some, although
    it cannot go back through the target.
    """
    answers = {flag for call in calls for flag in _flags(function, call)}
    return "" if True not in answers else "flag" if answers == {True} else "perhaps"


def _flags(function: Callable[..., Any], call: Call) -> Iterator[bool]:
    """The flags of a target of whole numbers, of each source that is accepted."""
    if not call.args or not isinstance(call.args[0], torch.Tensor):
        return
    for place in (*range(1, len(call.args)), *call.kwargs):
        source = _source(call.args[place] if isinstance(place, int) else call.kwargs[place])
        for dtype in _WHOLE if source is not None else ():
            condition = replace(PLAIN, grad_at=frozenset([place]))
            seen = execute(_into(dtype, function), _with(call, place, source), condition)
            if not seen.error:
                yield seen.outputs[0].requires_grad


def _source(value: Any) -> torch.Tensor | None:
    """A tensor of floats to write in place of a value: itself, or one of no dimension for a number."""
    if isinstance(value, torch.Tensor):
        return value if is_float(value) and not value.is_complex() else None
    return torch.tensor(float(value)) if isinstance(value, (int, float)) else None


def _with(call: Call, place: Position, value: Any) -> Call:
    if isinstance(place, str):
        return replace(call, kwargs={**call.kwargs, place: value})
    return replace(call, args=(*call.args[:place], value, *call.args[place + 1 :]))


def _into(dtype: torch.dtype, function: Callable[..., Any]) -> Callable[..., torch.Tensor]:
    """The function, called with its target made one of this dtype, which comes out."""

    def write(target: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        whole = target.to(dtype)
        function(whole, *args, **kwargs)
        return whole

    return write

"""`python -m detachlint.harness.probe.dimensions`: make the table of what has no dimensions anew.

Executed are the calls of the other tables' rows that give one tensor: does a single number come out of
tensors with dimensions (`t.sum()`, a loss), does what comes out have those of argument 0, whose
memory it may share (`t.detach()`), and does what is made of numbers and sizes have some?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from detachlint.harness.probe import hand, module_samples
from detachlint.harness.probe.execute import Call, guarded, seed
from detachlint.harness.probe.make import write_tables
from detachlint.harness.probe.observe import MOST_CALLS
from detachlint.harness.probe.opinfo import sample_calls
from detachlint.harness.probe.sinks_table import KNOWLEDGE
from detachlint.harness.probe.tables import table_text
from detachlint.harness.probe.universe import function_of
from detachlint.harness.probe.worker import settle
from detachlint.knowledge import facts
from detachlint.knowledge.dimensions import KEPT, NO_DIMENSIONS, REDUCED, REDUCTION, SIZED

TABLE = "torch/dimensions.tsv"

_MATRIX = torch.arange(1.0, 10.0).reshape(3, 3) / 10
_BATCH = torch.arange(1.0, 28.0).reshape(3, 3, 3) / 100
FURTHER = [
    Call(args, {}, "own")
    for args in ((_MATRIX,), (_BATCH,), (_MATRIX, _MATRIX), (_BATCH, _BATCH), (_MATRIX, 1))
]
"""Calls that few have samples of, which tell what reduces from what does so in some dimensions alone."""

_SIZES = [
    *((2,), (2, 3), (0, 4, 3), (0.0, 1.0, 3)),
    *(((2,),), ([2, 3],), (5, (2,)), ((2,), 1.0), (0, 5, (2,))),
]
SIZES = [Call(args, {}, "own") for args in _SIZES]
"""Numbers and sizes, of which factories make something; no size is empty."""


def main() -> None:
    """Write the table."""
    write_tables(KNOWLEDGE, {TABLE: text()})


def text() -> str:
    """The table. All that is executed for it leaves its traces in the process."""
    settle()
    found = {name: row_of(name) for name in (*facts.CALLS.names(), *facts.MODULES.names())}
    return table_text({name: f"{row}\texecuted" for name, row in found.items() if row})


def row_of(name: str) -> str:
    """What is known of the dimensions of what `name` gives, a callable or a class of modules."""
    module = facts.module_fact(name)
    if module is not None:
        return NO_DIMENSIONS if module.is_loss and _are_numbers(_of_losses(name)) else ""
    fact = facts.call_fact(name)
    if fact is None or fact.in_place or fact.sequence or fact.repeated or len(fact.results) != 1:
        return ""
    if fact.factory and _have_dimensions(name):
        return SIZED
    done = _executed(name)
    alone = [one for one in done if _has_tensors_alone(one[0])]
    if _are_numbers(alone):
        return NO_DIMENSIONS
    kept = bool(done) and all(_is_of_shape(call, made) for call, made in done)
    return KEPT if kept and any(_shares(call, made) for call, made in done) else ""


_Done = tuple[Call, Any]


def _executed(name: str) -> list[_Done]:
    function = hand.function(name) or function_of(name)
    calls = [*hand.calls(name), *sample_calls(name)][:MOST_CALLS]
    return list(_with_results(function, [*calls, *FURTHER]))


def _have_dimensions(name: str) -> bool:
    made = [tensor for _, tensor in _with_results(function_of(name), SIZES)]
    return bool(made) and all(tensor.ndim for tensor in made)


def _with_results(function: Callable[..., Any], calls: Sequence[Call]) -> Iterator[_Done]:
    for call in calls:
        seed()
        made = guarded(lambda call=call: function(*call.args, **call.kwargs))  # type: ignore[misc]
        if isinstance(made, torch.Tensor) and not made.is_nested:
            yield call, made


def _of_losses(name: str) -> list[_Done]:
    kind = name.removeprefix("torch.nn.")
    found: list[_Done] = []
    for sample in module_samples.samples(kind):
        if sample.inputs is None or not _is_reduced(sample.kwargs):
            continue
        loss = getattr(torch.nn, kind)(*sample.args, **sample.kwargs)
        found += _with_results(loss, [Call(sample.inputs, sample.input_kwargs, sample.source)])
    return found


def _is_reduced(kwargs: Mapping[str, Any]) -> bool:
    return kwargs.get(REDUCTION, REDUCED[0]) in REDUCED


def _has_tensors_alone(call: Call) -> bool:
    every = all(isinstance(given, torch.Tensor) and given.ndim for given in call.args)
    return every and set(call.kwargs) <= {REDUCTION} and _is_reduced(call.kwargs)


def _are_numbers(done: Sequence[_Done]) -> bool:
    return bool(done) and all(made.ndim == 0 for _, made in done)


def _is_of_shape(call: Call, made: torch.Tensor) -> bool:
    first = call.args[0] if call.args else None
    if not isinstance(first, torch.Tensor) or first.is_nested:
        return False
    return made.shape == first.shape


def _shares(call: Call, made: torch.Tensor) -> bool:
    first = call.args[0]
    if made is first:
        return True
    has_memory = guarded(lambda: made.data_ptr() == first.data_ptr())
    return bool(has_memory) and made.numel() > 0


if __name__ == "__main__":
    main()

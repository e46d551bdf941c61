"""Calls of one callable executed anew, with tensors of other kinds: sparse, complex, half precision, …"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import torch
from torch.masked import MaskedTensor, masked_tensor

from detachlint.harness.probe.execute import Call, guarded, seed, tensors_in
from detachlint.harness.probe.observe import Run
from detachlint.knowledge.names import SPARSE, SPARSE_LAYOUTS

MOST_CALLS = 5
"""Calls of one callable that are executed anew."""

Convert: TypeAlias = "Callable[[torch.Tensor], torch.Tensor]"

Rerun: TypeAlias = "Callable[[Convert, Any], Sequence[torch.Tensor]]"
"""Computes anew, of converted tensors in a context; gives the first outputs."""


def to_execute(runs: Sequence[Run]) -> tuple[Callable[..., Any], list[Call]]:
    """The function, and the calls of it that are executed anew. IndexError where nothing was run."""
    return runs[0].function, usual_calls(runs)[:MOST_CALLS]


def usual_calls(runs: Sequence[Run]) -> list[Call]:
    """All calls with tensors in single precision, real or complex, of the usual kind."""
    return [run.call for run in runs if _is_single(given(run.call)) and not _has_odd(run.call)]


def beside_odd_ones(runs: Sequence[Run]) -> list[Call]:
    """The calls with such a first tensor, and others that are odd (`sparse_mask`)."""
    calls = [run.call for run in runs if _has_odd(run.call)]
    return [call for call in calls if _is_single(given(call)[:1]) and not is_odd(given(call)[0])]


def of_kind(runs: Sequence[Run], kind: str) -> list[Call]:
    """The calls that come with a first tensor of that kind (`coalesce` takes no other)."""
    is_of_kind = KINDS[kind][1]
    return [run.call for run in runs for first in given(run.call)[:1] if is_of_kind(first)][
        :MOST_CALLS
    ]


def given(call: Call) -> list[torch.Tensor]:
    """The tensors among its arguments."""
    return list(tensors_in([call.args, call.kwargs]))


def _is_single(tensors: Sequence[torch.Tensor]) -> bool:
    return any(tensor.dtype in (torch.float32, torch.complex64) for tensor in tensors)


def _has_odd(call: Call) -> bool:
    return any(map(is_odd, given(call)))


def is_odd(tensor: torch.Tensor) -> bool:
    """Whether it is not of the usual kind."""
    return tensor.layout is not torch.strided or tensor.is_nested or tensor.is_conj()


def is_float(tensor: torch.Tensor) -> bool:
    """Whether it may require grad: its numbers are floats or complex."""
    return tensor.is_floating_point() or tensor.is_complex()


def layout_name(tensor: torch.Tensor) -> str:
    """What kind of tensor it is, as `knowledge.model.TRAITS` calls it."""
    if isinstance(tensor, MaskedTensor):
        return "masked"
    if tensor.is_nested:
        return "nested"
    if tensor.layout is torch.strided:
        return "strided"
    if tensor.is_mkldnn:
        return "mkldnn"
    return SPARSE if tensor.is_sparse else str(tensor.layout).removeprefix("torch.")


# --- executions -------------------------------------------------------------------------------


def first_outputs(function: Callable[..., Any], calls: Sequence[Call]) -> Rerun:
    """Calls the function anew; calls that do not accept converted tensors give nothing."""

    def run(convert: Convert, context: Any) -> Sequence[torch.Tensor]:
        with context:
            return list(outputs(function, calls, convert))

    return run


def outputs(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert, first_only: bool = False
) -> Iterator[torch.Tensor]:
    """The first output of each call that accepts converted tensors, if that is a tensor."""
    for _, found in executed(function, calls, convert, first_only):
        if found:
            yield found[0]


def executed(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert, first_only: bool = False
) -> Iterator[tuple[torch.Tensor, list[torch.Tensor]]]:
    """Of each call that accepts converted tensors: its first one, and the tensors that come out, from
    the first output on until there is one that is none."""
    for call in calls:
        made = guarded(lambda call=call: converted(call, convert, first_only))  # type: ignore[misc]  # bound at once
        if made is None:
            continue
        seed()
        first = next(tensors_in([made.args, made.kwargs]))
        output = guarded(lambda made=made: made_of(function(*made.args, **made.kwargs)))  # type: ignore[misc]
        if output:
            yield first, output


def made_of(output: Any) -> list[torch.Tensor]:
    """The tensors that an output is or begins with."""
    if isinstance(output, torch.Tensor):
        return [output]
    found: list[torch.Tensor] = []
    for item in output if isinstance(output, (tuple, list)) else ():
        inside = made_of(item)
        if not inside:
            break
        found += inside
    return found


def converted(call: Call, convert: Convert, first_only: bool = False) -> Call:
    """The call with its float tensors converted: all of them, or the first alone."""
    left = [True]

    def change(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if not is_float(value) or not left[0]:
                return value.clone()
            left[0] = not first_only
            return convert(value.clone())
        if type(value) in (list, tuple):
            return type(value)(change(item) for item in value)
        return value

    args = tuple(change(value) for value in call.args)
    return replace(call, args=args, kwargs={key: change(v) for key, v in call.kwargs.items()})


# --- kinds of tensors -------------------------------------------------------------------------


def same(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor itself."""
    return tensor


def to_complex(tensor: torch.Tensor) -> torch.Tensor:
    """One of complex numbers."""
    return tensor if tensor.is_complex() else tensor.to(torch.complex64) * (1 + 0.5j)


def to_conjugate(tensor: torch.Tensor) -> torch.Tensor:
    """One whose conjugate bit is set."""
    return to_complex(tensor).conj()


def to_negative(tensor: torch.Tensor) -> torch.Tensor:
    """One whose negative bit is set."""
    return to_conjugate(tensor).imag


def to_bfloat16(tensor: torch.Tensor) -> torch.Tensor:
    """One in half precision."""
    return tensor.bfloat16()


def to_sparse(tensor: torch.Tensor) -> torch.Tensor:
    """A sparse one."""
    return tensor.to_sparse() if tensor.layout is torch.strided else tensor


def _nested(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.is_nested:
        return tensor
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.nested.as_nested_tensor([tensor, tensor])


def _masked(tensor: torch.Tensor) -> torch.Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return masked_tensor(tensor, torch.ones_like(tensor, dtype=torch.bool))


KINDS: Mapping[str, tuple[Convert, Callable[[torch.Tensor], bool]]] = {
    "sparse": (to_sparse, lambda t: layout_name(t) in SPARSE_LAYOUTS),
    "nested": (_nested, lambda t: t.is_nested),
    "masked": (_masked, lambda t: isinstance(t, MaskedTensor)),
}
"""Kinds that may be kept: how a tensor becomes one of them, and whether one is."""

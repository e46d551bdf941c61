"""Of which dtype outputs are, and on which device, as executions of a callable show."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import torch

from detachlint.harness.probe import asked, hand, special
from detachlint.harness.probe.converted import (
    Convert,
    converted,
    executed,
    is_float,
    same,
    to_bfloat16,
)
from detachlint.harness.probe.execute import (
    FLOAT,
    INTEGER,
    Call,
    Condition,
    execute,
    tensors_in,
)
from detachlint.harness.probe.observe import Run
from detachlint.harness.probe.stubs import parameter_names
from detachlint.knowledge.model import Result

_WIDTH = {"complex64": "float32", "complex128": "float64"}


def dtype_of(name: str, runs: Sequence[Run], result: Result) -> str:
    """The word for the dtype of output 0: that of the input, asked for, or fixed.

    Where some calls are given floats, these tell.
    """
    if result is Result.PYTHON:
        return "same"
    if asked.follows_dtype(name, runs):
        return "argument"
    runs = [run for run in runs if run.has_float_input] or runs
    seen = [s for run in runs if "dtype" not in run.call.kwargs for s in (run.no_grad, run.double)]
    pairs = {
        (_width(one.input_dtype), _width(one.outputs[0].dtype))
        for one in seen
        if not one.error and one.outputs[0].kind in (FLOAT, INTEGER)
    }
    outputs = {output for _, output in pairs}
    inputs = {given for given, _ in pairs}
    # Floats made of quantized numbers, and of nothing else, cannot be of their dtype.
    of_others = inputs == {""} and all(map(_is_given_tensors, runs))
    if len(outputs) == 1 and (len(inputs) > 1 or of_others or result is Result.INTEGER):
        return outputs.pop()
    return "same"


def _is_given_tensors(run: Run) -> bool:
    return any(True for _ in tensors_in([run.call.args, run.call.kwargs]))


def legacy_dtype(name: str, runs: Sequence[Run]) -> str:
    """The dtype of what a constructor such as `torch.DoubleTensor` makes, as it takes no other tensors;
    `""` of anything else.
    """
    if special.name_of(name) != "legacy_constructor":
        return ""
    made = _dtypes_without_tensors(runs)
    return made.pop() if len(made) == 1 and made != {"float32"} else ""


def undecided_dtype(name: str, runs: Sequence[Run]) -> str:
    """The dtype of what is made without tensors, where nothing asks for one."""
    if "dtype" not in parameter_names(name) and "requires_grad" not in parameter_names(name):
        return ""
    found = _dtypes_without_tensors(runs)
    if len(found) > 1:
        return "numbers"
    return next(iter(found - {"float32"}), "")


def _dtypes_without_tensors(runs: Sequence[Run]) -> set[str]:
    """The dtypes of output 0 where no tensor was given, and no dtype was asked for."""
    without = [
        run.plain for run in runs if "dtype" not in run.call.kwargs and not _is_given_tensors(run)
    ]
    return {one.outputs[0].dtype for one in without if not one.error and one.outputs[0].dtype}


def mixed(
    function: Callable[..., Any], calls: Sequence[Call], ignored: Collection[int] = ()
) -> str:
    """Whether something else than promotion gives the dtype of output 0, of several tensors.

    The answer is as `knowledge.model.TRAITS` calls it: the first may decide, or it may depend on
    tensors of whole numbers among them. `ignored` are positions that do not matter in any case.
    """
    several = [call for call in calls if 0 not in ignored and _mixes(call, ignored)]
    others_wide = [converted(call, torch.Tensor.double) for call in several]
    narrow = _dtypes(function, others_wide, torch.Tensor.float)
    wide = _dtypes(function, several, torch.Tensor.double)
    whole = _dtypes(function, several, torch.Tensor.long)
    floats_follow = (narrow, wide) == ({torch.float32}, {torch.float64})
    if floats_follow and whole <= {torch.int64}:
        return "first"
    mixing = [call for call in calls if _mixes(call, ignored)]
    if _dtypes_of_new(function, [converted(call, to_bfloat16) for call in mixing]) != _NARROW:
        return ""
    beside = _beside_integers(function, mixing, ignored)
    if any(not dtype.is_floating_point for dtype in beside):
        return "whole"
    return "widens" if beside - _NARROW else ""


_NARROW = {torch.bfloat16}


def _beside_integers(
    function: Callable[..., Any], calls: Sequence[Call], ignored: Collection[int]
) -> set[torch.dtype]:
    """The dtypes of output 0 where one of the tensors is of bfloat16, and the others are whole numbers."""
    given = [
        _one_narrow(call, ignored, place)
        for call in calls
        for place in range(len(_that_matter(call, ignored)))
    ]
    return _dtypes_of_new(function, given)


def _dtypes_of_new(function: Callable[..., Any], calls: Sequence[Call]) -> set[torch.dtype]:
    """The dtypes of output 0, of calls that do not give their first tensor itself."""
    found = executed(function, calls, same)
    return {made[0].dtype for first, made in found if made[0] is not first}


def _one_narrow(call: Call, ignored: Collection[int], place: int) -> Call:
    numbers = count()

    def convert(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.bfloat16() if next(numbers) == place else tensor.long()

    args = tuple(
        value if at in ignored else converted(Call((value,)), convert).args[0]
        for at, value in enumerate(call.args)
    )
    return replace(call, args=args, kwargs=converted(Call((), call.kwargs), convert).kwargs)


def _dtypes(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert
) -> set[torch.dtype | None]:
    """The dtypes of output 0 where the first tensor is converted; None where it looks at that one."""
    return {
        None if made[0] is first or made[0]._base is first else made[0].dtype
        for first, made in executed(function, calls, convert, first_only=True)
    }


def _mixes(call: Call, ignored: Collection[int]) -> bool:
    """Whether several tensors of it matter, all of them of real numbers, and none of them empty."""
    args = [value for place, value in enumerate(call.args) if place not in ignored]
    are_real = all(t.numel() and not t.is_complex() for t in tensors_in([args, call.kwargs]))
    return are_real and len(_that_matter(call, ignored)) > 1


def _that_matter(call: Call, ignored: Collection[int]) -> list[torch.Tensor]:
    """The tensors of floats of a call, without those at positions that do not matter."""
    args = [value for place, value in enumerate(call.args) if place not in ignored]
    return list(filter(is_float, tensors_in([args, call.kwargs])))


def _width(dtype: str) -> str:
    return _WIDTH.get(dtype, dtype)


def device_of(name: str, runs: Sequence[Run]) -> str:
    """The word for the device of the outputs: that of the input, asked for, or fixed."""
    if name in hand.DEVICES:
        return hand.DEVICES[name]
    return "argument" if asked.follows_device(name, runs) else "same"


ELSEWHERE = (
    Condition(grad_at=frozenset(), device="meta"),
    Condition(grad_at=frozenset(), device="meta", only_floats=True),
)
"""With the inputs on another device; where that is not possible, but for indices and lengths."""


def on_the_host(runs: Sequence[Run], results: Sequence[Result]) -> tuple[int, ...]:
    """The integer outputs, of several, that are on the CPU where the inputs are elsewhere."""
    whole = [place for place, result in enumerate(results) if result is Result.INTEGER]
    if len(results) < 2 or not whole:
        return ()
    for condition in ELSEWHERE:
        seen = [execute(run.function, run.call, condition) for run in runs]
        seen = [one for one in seen if len(one.outputs) == len(results)]
        if seen:
            return tuple(p for p in whole if all(one.outputs[p].device == "cpu" for one in seen))
    return ()

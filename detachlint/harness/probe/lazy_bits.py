"""Which outputs have the conjugate or the negative bit set, and which calls resolve them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import torch

from detachlint.harness.probe.converted import (
    Convert,
    converted,
    executed,
    is_float,
    outputs,
    same,
    to_complex,
    to_conjugate,
    to_execute,
    to_negative,
)
from detachlint.harness.probe.execute import Call
from detachlint.harness.probe.observe import Run
from detachlint.knowledge.model import Result


def conjugate(function: Callable[..., Any], calls: Sequence[Call], of_real: Sequence[Call]) -> str:
    """What becomes of the conjugate bit in output 0, as `knowledge.model.TRAITS` calls it."""
    of_reals = {t.is_conj() for t in outputs(function, of_real, same)}
    if True in of_reals:
        return "of-real" if of_reals == {True} else "perhaps-of-real"
    of_plain = {t.is_conj() for t in outputs(function, calls, to_complex)}
    lazy = _bits(function, calls, to_conjugate)
    if of_plain == {True} and lazy == {False}:
        return "sets"
    of_complex = [converted(call, to_complex) for call in calls]
    first_alone = _bits(function, of_complex, to_conjugate, first_only=True)
    if first_alone == of_plain == {False}:
        if True in lazy:
            return "of-both" if lazy == {True} else "perhaps-of-both"
        second_alone = _bits_of_second(function, calls)
        if True in second_alone:
            return "of-second" if second_alone == {True} else "perhaps-of-second"
    # A copy resolves the bit in any case.
    plain = list(_aliases(function, calls, to_complex))
    return "clears" if lazy == {False} and of_plain == {False} and all(plain) and plain else ""


def _bits(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert, first_only: bool = False
) -> set[bool]:
    found = outputs(function, calls, convert, first_only)
    return {t.is_conj() for t in found if t.is_complex()}


def _bits_of_second(function: Callable[..., Any], calls: Sequence[Call]) -> set[bool]:
    """The bits where the second tensor alone has one."""

    def second() -> Convert:
        numbers = count()
        return lambda t: to_conjugate(t) if next(numbers) == 1 else to_complex(t)

    return {bit for call in calls for bit in _bits(function, [call], second())}


def negative(function: Callable[..., Any], calls: Sequence[Call]) -> str:
    """What becomes of the negative bit in output 0, as `knowledge.model.TRAITS` calls it."""
    if {t.is_neg() for t in outputs(function, calls, to_conjugate)} == {True}:
        return "sets"
    of_lazy = {t.is_neg() for t in outputs(function, calls, to_negative)}
    plain = list(_aliases(function, calls, same))
    return "clears" if of_lazy == {False} and all(plain) and plain else ""


def _aliases(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert
) -> Iterator[bool]:
    """Of each of these calls, whether the output is the very tensor, or a view of it."""
    for first, (output, *_) in executed(function, calls, convert):
        yield output is first or output._base is first


def conjugated_outputs(runs: Sequence[Run], results: Sequence[Result]) -> tuple[int, ...]:
    """The float outputs, of several, that are lazy conjugates where the input is complex, though it has
    no such bit."""
    places = [i for i, result in enumerate(results) if result is Result.PROPAGATE]
    if len(places) < 2:
        return ()
    function, calls = to_execute(runs)
    found = [made for _, made in executed(function, calls, to_complex) if len(made) == len(results)]
    lazy = [place for place in places if found and all(_is_lazy(made[place]) for made in found)]
    return tuple(lazy) if len(lazy) < len(places) else ()


def _is_lazy(tensor: torch.Tensor) -> bool:
    return is_float(tensor) and tensor.is_conj()

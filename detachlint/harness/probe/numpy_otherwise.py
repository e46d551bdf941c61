"""When an argument of NumPy's meets another gate than usual: what such calls have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from detachlint.harness.probe.numpy_calls import Arguments
from detachlint.knowledge.gates import NUMBER, Gate, Otherwise


def otherwise(seen: Sequence[tuple[Gate, Arguments]], place: int) -> Otherwise | None:
    """The other gate of the argument at `place`, seen beside the first one; None where there is none.

    Each gate comes with the arguments of the call in which it was met.
    """
    usual = seen[0][0]
    other = next((gate for gate, _ in seen if gate is not usual), None)
    if other is None:
        return None
    these = [given for gate, given in seen if gate is other]
    those = [given for gate, given in seen if gate is not other]
    for position, value in _conditions(these[0], place):
        held = [_holds(given, position, value) for given in (*these, *those)]
        if held == [True] * len(these) + [False] * len(those):
            return Otherwise(other, position, value)
    return Otherwise(other)


def _conditions(given: Arguments, place: int) -> Iterator[tuple[int, str]]:
    """What may decide in a call: that an argument is given, that it is this number, or any."""
    others = [position for position in range(len(given)) if position != place]
    yield from ((position, "") for position in others)
    for position in others:
        if _is_number(given[position]):
            yield position, NUMBER
        if type(given[position]) is int:
            yield position, str(given[position])


def _holds(given: Arguments, position: int, value: str) -> bool:
    if position >= len(given):
        return False
    if value == NUMBER:
        return _is_number(given[position])
    return not value or (type(given[position]) is int and str(given[position]) == value)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)

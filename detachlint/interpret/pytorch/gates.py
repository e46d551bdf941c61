"""Which gate of a fact a value meets."""

from __future__ import annotations

from typing import NamedTuple

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO, YES, Belief
from detachlint.domain.objects import Array, Sequence, Tensor
from detachlint.domain.values import Address, single_literal
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.pytorch.converted import Found
from detachlint.knowledge.gates import NUMBER, Gate, NumpyFact, Otherwise

MARKS_OF_TENSORS = ("", "s")
"""Marks of a tensor with and without dimensions: how many it has, nobody knows."""


class Met(NamedTuple):
    """A gate, and whether it is that one."""

    gate: Gate | None
    sure: Belief = YES


def gate_of(fact: NumpyFact, position: int, found: Found, call: LibraryCall | None = None) -> Met:
    """The gate that what was found meets as this argument; `call` tells what is given beside it."""
    position = fact.known_position(position)
    marks = MARKS_OF_TENSORS if found.direct else ("[]",)
    met = [m for mark in marks if (m := _met(fact, f"{position}{mark}", call)).gate is not None]
    if not met:
        return Met(None)
    sure = met[0].sure if len({one.gate for one in met}) == 1 else MAYBE
    return Met(met[0].gate, sure)


def _met(fact: NumpyFact, key: str, call: LibraryCall | None) -> Met:
    usual, other = fact.gates.get(key), fact.otherwise.get(key)
    if other is None:
        return Met(usual)
    is_other = _is_other(fact, other, call)
    if is_other == YES:
        return Met(other.gate)
    return Met(usual, YES if is_other == NO else BY_DEFAULT)


def _is_other(fact: NumpyFact, other: Otherwise, call: LibraryCall | None) -> Belief:
    """Whether a call is one of those in which the gate is the other one."""
    if call is None or other.position is None:
        return MAYBE
    known = fact.parameters[other.position : other.position + 1]
    given = call.operand(other.position, *known)
    if given is None:
        return NO if call.arguments.exact else MAYBE
    if not other.value:
        return YES
    literal = single_literal(given)
    if literal is None:
        things = [call.state.get(a) if isinstance(a, Address) else None for a in given]
        return NO if all(isinstance(t, (Array, Sequence, Tensor)) for t in things) else MAYBE
    is_number = type(literal.value) in (int, float)
    is_it = is_number if other.value == NUMBER else str(literal.value) == other.value
    return YES if is_it else NO

"""Tensors without dimensions, which are single numbers and cannot be indexed, and tensors with some."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.objects import Kind, Sequence, Tensor, Unknown
from detachlint.domain.values import Address, Atom, Literal, Value, single_literal
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.knowledge.dimensions import (
    KEPT,
    NO_DIMENSIONS,
    REDUCED,
    REDUCTION,
    SIZED,
    dimensions_of,
)


def are_numbers(state: State, values: Iterable[Value]) -> bool:
    """Whether the values are tensors without dimensions, or numbers of Python, for certain."""
    return all(value and all(_is_number(state, atom) for atom in value) for value in values)


def _is_number(state: State, atom: Atom) -> bool:
    if isinstance(atom, Literal):
        return isinstance(atom.value, (int, float))
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Unknown):
        return thing.kind in (Kind.NUMBER, Kind.TRUTH)
    return isinstance(thing, Tensor) and thing.number


def makes_number(state: State, name: str, receiver: Value, given: Arguments) -> bool:
    """Whether a callable, or a module of a library class, gives a tensor without dimensions.

    What reduces does so where it is given nothing but tensors, perhaps with the `reduction` that
    losses do by themselves; what keeps the dimensions of its first argument has none to keep.
    """
    kind = dimensions_of(name)
    if not kind or not given.exact:
        return False
    inputs = [receiver, *given.positional] if receiver else list(given.positional)
    if kind == KEPT:
        return are_numbers(state, inputs[:1]) and not given.keywords
    asked = given.keyword(REDUCTION)
    return (
        kind == NO_DIMENSIONS
        and set(given.keywords) <= {REDUCTION}
        and (asked is None or is_reduced(asked))
        and all(_are_tensors(state, value) for value in inputs)
    )


def have_dimensions(state: State, value: Value) -> bool:
    """Whether something is a tensor with at least one dimension, for certain."""
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in value]
    return bool(things) and all(isinstance(t, Tensor) and t.dimensioned for t in things)


def makes_dimensions(state: State, name: str, receiver: Value, given: Arguments) -> bool:
    """Whether a callable gives a tensor with at least one dimension, for certain."""
    kind = dimensions_of(name)
    if not kind or not given.exact:
        return False
    if kind == KEPT:
        return have_dimensions(state, receiver or given.get(0) or frozenset())
    sizes = given.positional
    return (
        kind == SIZED
        and all(are_numbers(state, [size]) or are_sizes(state, [size]) for size in sizes)
        and bool(sizes)
    )


def are_sizes(state: State, values: Iterable[Value]) -> bool:
    """Whether the values are lists or tuples of which each has an item, for certain."""
    things = [state.get(a) if isinstance(a, Address) else None for value in values for a in value]
    return bool(things) and all(isinstance(t, Sequence) and bool(t.items) for t in things)


def is_reduced(reduction: Value) -> bool:
    """Whether a loss makes one number of all for this `reduction`."""
    literal = single_literal(reduction)
    return literal is not None and literal.value in REDUCED


def _are_tensors(state: State, value: Value) -> bool:
    return bool(value) and all(
        isinstance(atom, Address) and isinstance(state.get(atom), Tensor) for atom in value
    )

"""Indices into tensors: what they select, a view or a copy, one piece of memory or one with gaps."""

from __future__ import annotations

from detachlint.domain.objects import Array, Sequence, Tensor
from detachlint.domain.values import NONE, Address, Literal, Value, in_order
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import SLICE


def is_basic_index(state: State, index: Value) -> bool:
    """Whether an index selects by numbers, slices, None or `...` only."""
    for atom in in_order(index):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, (Tensor, Array)):
            return False
        if isinstance(thing, Sequence) and thing.kind != SLICE:
            if thing.kind != "tuple":
                return False
            if not all(is_basic_index(state, item) for item in (*thing.items, thing.rest)):
                return False
    return True


def leaves_gaps(state: State, index: Value) -> bool:
    """Whether a basic index may select elements that do not lie one after another: `t[:, 0]`, `t[::2]`.

    Those that `t[i, 1:]` selects do: of the dimensions before the last one given, it takes one item.
    """
    for atom in index:
        thing = state.get(atom) if isinstance(atom, Address) else None
        is_tuple = isinstance(thing, Sequence) and thing.kind == "tuple"
        parts = thing.items if isinstance(thing, Sequence) and is_tuple else (frozenset({atom}),)
        if any(_has_step(state, part) for part in parts):
            return True
        if any(_selects_several(state, part) for part in parts[:-1]):
            return True
    return False


def _selects_several(state: State, part: Value) -> bool:
    """Whether it may be a slice or `...`, which leave a dimension."""
    return any(
        (isinstance(atom, Literal) and atom.value is Ellipsis) or _slice(state, atom) is not None
        for atom in part
    )


def _has_step(state: State, part: Value) -> bool:
    slices = [found for atom in part if (found := _slice(state, atom)) is not None]
    return any(len(one.items) > 2 and one.items[2] not in (NONE, frozenset()) for one in slices)


def _slice(state: State, atom: object) -> Sequence | None:
    thing = state.get(atom) if isinstance(atom, Address) else None
    return thing if isinstance(thing, Sequence) and thing.kind == SLICE else None

"""Ranks of arrays: of what NumPy makes, of items and of results."""

from __future__ import annotations

from detachlint.domain.objects import Array, Kind, Sequence, Tensor, Unknown
from detachlint.domain.rank import (
    RANK,
    Rank,
    broadcast,
    has_dimensions,
    is_array,
    of_dimensions,
    of_row,
)
from detachlint.domain.values import Address, Atom, Literal, Value, single_literal
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import SLICE

SHAPED = frozenset({"zeros", "ones", "empty", "full", "ndarray"})
"""Functions whose first argument is the shape."""

COUNTED = frozenset({"random.rand", "random.randn", "ndarray.reshape"})
"""Functions that take the shape as separate numbers."""

ALWAYS: dict[str, Rank] = {
    **dict.fromkeys(("arange", "linspace", "logspace", "geomspace", "bincount"), Rank.ONE),
    **dict.fromkeys(("flatnonzero", "random.permutation", "fromiter", "ravel"), Rank.ONE),
    **dict.fromkeys(("ndarray.flatten", "ndarray.ravel"), Rank.ONE),
    **dict.fromkeys(("eye", "identity", "tri", "column_stack", "vander"), Rank.MORE),
    **dict.fromkeys(("vstack", "dstack", "atleast_2d"), Rank.MORE),
    **dict.fromkeys(("concatenate", "stack", "hstack", "append", "atleast_1d"), Rank.SOME),
    **dict.fromkeys(("asarray", "ascontiguousarray", "asanyarray", "copy"), Rank.ARRAY),
}
"""The rank of what these make of anything."""

KEEPING = frozenset({"copy", "astype", "clip", "round", "conj", "conjugate", "cumsum", "cumprod"})
"""Methods of arrays whose results have as many dimensions; so have the attributes below."""

KEEPING_ATTRIBUTES = frozenset({"T", "mT", "real", "imag"})

REDUCING = frozenset({"sum", "mean", "std", "var", "min", "max", "prod", "all", "any", "argmax"})
"""Methods of arrays that give a scalar where no axis is named."""


DEEPEST = 3
"""Levels of lists that are looked into; what holds itself has no end."""


def rank_of(state: State, value: Value, depth: int = DEEPEST) -> Rank:
    """The rank of the array that NumPy makes of a value."""
    rank = Rank.BOTTOM
    for atom in value:
        rank = RANK.join(rank, _of_atom(state, atom, depth))
        if rank is Rank.UNKNOWN:
            break
    return Rank.UNKNOWN if rank is Rank.BOTTOM else rank


def _of_atom(state: State, atom: Atom, depth: int) -> Rank:
    if isinstance(atom, Literal):
        return Rank.SCALAR if isinstance(atom.value, (int, float, complex)) else Rank.UNKNOWN
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Array):
        return thing.rank
    if isinstance(thing, Sequence) and thing.kind in ("list", "tuple") and depth:
        return _of_items(state, thing, depth - 1)
    if isinstance(thing, Unknown) and thing.kind in (Kind.NUMBER, Kind.TRUTH):
        return Rank.SCALAR
    return Rank.UNKNOWN


def _of_items(state: State, thing: Sequence, depth: int) -> Rank:
    inside = rank_of(state, thing.all, depth)
    if inside is Rank.SCALAR:
        return Rank.ONE
    return Rank.MORE if has_dimensions(inside) else Rank.SOME


def of_shape(state: State, shape: Value) -> Rank:
    """The rank of an array of this shape."""
    if rank_of(state, shape) is Rank.SCALAR:
        return Rank.ONE
    if len(shape) == 1:
        (atom,) = shape
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and thing.exact:
            return of_dimensions(len(thing.items))
    return Rank.ARRAY


def of_result(call: LibraryCall, gives: str) -> Rank:
    """The rank of what a NumPy function makes of arrays and numbers."""
    name = call.name.removeprefix("numpy.")
    state, given = call.state, call.arguments
    if name in SHAPED:
        shape = given.get(0, "shape")
        return of_shape(state, shape) if shape is not None else Rank.ARRAY
    if name in COUNTED and given.exact:
        return _of_counts(state, given.positional)
    if name == "array":
        rank = rank_of(state, given.get(0, "object") or frozenset())
        return rank if has_dimensions(rank) else Rank.ARRAY
    if name in ALWAYS:
        return ALWAYS[name]
    if name.startswith("ndarray."):
        return _of_method(call, name.removeprefix("ndarray."))
    if gives == "tensor":
        return broadcast(rank_of(state, value) for value in call.inputs)
    return Rank.UNKNOWN


def _of_counts(state: State, counts: tuple[Value, ...]) -> Rank:
    if len(counts) == 1:
        return of_shape(state, counts[0])
    return of_dimensions(len(counts)) if counts else Rank.UNKNOWN


def _of_method(call: LibraryCall, method: str) -> Rank:
    rank = rank_of(call.state, call.receiver)
    if method in KEEPING:
        return rank
    if method in REDUCING and not call.arguments.all():
        return Rank.SCALAR
    if method in ("transpose", "squeeze", "swapaxes", "view") and is_array(rank):
        return rank if method in ("transpose", "swapaxes") else Rank.ARRAY
    return Rank.UNKNOWN


def of_item(state: State, rank: Rank, index: Value) -> Rank:
    """The rank of `array[index]`."""
    kind = index_kind(state, index)
    if kind == "whole":
        return rank if has_dimensions(rank) else Rank.ARRAY
    if kind == "several":
        return Rank.SOME if has_dimensions(rank) else Rank.UNKNOWN
    if kind == "number":
        return of_row(rank)
    return Rank.UNKNOWN


def index_kind(state: State, index: Value) -> str:
    """`whole` for a slice, `several` for what picks several items, `number`, or `""` (unknown)."""
    if len(index) != 1:
        return ""
    constant = single_literal(index)
    if constant is not None:
        if constant.value is Ellipsis:
            return "whole"
        return "number" if type(constant.value) is int else ""
    (atom,) = index
    thing = state.get(atom) if isinstance(atom, Address) else None
    match thing:
        case Sequence(kind=kind) if kind == SLICE:
            return "whole"
        case Sequence(kind="list"):
            return "several"
        case Sequence(kind="tuple", items=items, rest=rest) if not rest:
            kinds = [index_kind(state, item) for item in items]
            return "several" if "whole" in kinds or "several" in kinds else ""
        case Array(rank=rank):
            return "several" if has_dimensions(rank) else "number" if rank is Rank.SCALAR else ""
        case Unknown(kind=Kind.NUMBER):
            return "number"
        case Tensor():
            return ""
    return ""

"""Ranks of arrays: of what NumPy makes, of items and of results."""

from __future__ import annotations

from detachlint.domain.objects import Array, Kind, Sequence, Tensor, Unknown
from detachlint.domain.rank import RANK, Rank, broadcast, has_dimensions, of_dimensions, of_row
from detachlint.domain.values import NONE, Address, Atom, Literal, Value, in_order, single_literal
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import SLICE
from detachlint.interpret.pytorch.tensors import reachable
from detachlint.knowledge.facts import numpy_fact
from detachlint.knowledge.gates import SIZE, NumpyFact
from detachlint.knowledge.names import ARRAY

DEEPEST = 3
"""Levels of lists that are looked into; what holds itself has no end."""


def rank_of(state: State, value: Value, depth: int = DEEPEST) -> Rank:
    """The rank of the array that NumPy makes of a value."""
    rank = Rank.BOTTOM
    for atom in in_order(value):
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


ALWAYS = {"1": Rank.ONE, "0+": Rank.ARRAY, "1+": Rank.SOME, "2+": Rank.MORE, "any": Rank.ANY}
"""The ranks that the facts state outright."""

_HARMLESS = frozenset({"dtype", "order", "copy", "subok", "device", "like"})
"""Arguments that say nothing about dimensions."""


def of_result(fact: NumpyFact, call: LibraryCall) -> Rank:
    """The rank of what a NumPy function makes of arrays and numbers."""
    word, _, otherwise = fact.rank.partition("/")
    least = ALWAYS.get(otherwise, Rank.UNKNOWN)
    if word == "any" or holds_any(call.state, call.inputs):
        return Rank.ANY
    state, given = call.state, call.arguments
    match word:
        case "shape":
            shape = given.get(0, "shape")
            return of_shape(state, shape) if shape is not None else Rank.ARRAY
        case "counts":
            return _of_counts(state, given.positional) if given.exact else Rank.UNKNOWN
        case "contents":
            rank = rank_of(state, _first(fact, call))
            return rank if has_dimensions(rank) else Rank.ARRAY
        case "scalar":
            return Rank.SCALAR if _is_alone(call) else Rank.UNKNOWN
        case "same" if _is_plain(call):
            rank = rank_of(state, _first(fact, call))
            return rank if has_dimensions(rank) else least
    if word == SIZE:
        return _of_size(fact, call)
    if word in ALWAYS:
        return ALWAYS[word] if _is_plain(call) else _weaker(ALWAYS[word])
    if fact.gives in ("tensor", "integers"):
        return broadcast(rank_of(state, value) for value in call.inputs)
    return Rank.UNKNOWN


def _of_size(fact: NumpyFact, call: LibraryCall) -> Rank:
    """The rank by the argument `size`; without it numbers give a number."""
    size = call.operand(fact.parameters.index(SIZE), SIZE)
    if size is not None:
        return Rank.UNKNOWN if NONE & size else of_shape(call.state, size)
    numbers = call.arguments.exact and all(
        rank_of(call.state, value) is Rank.SCALAR for value in call.arguments.all()
    )
    return Rank.SCALAR if numbers else Rank.UNKNOWN


def gives_arrays(fact: NumpyFact, call: LibraryCall) -> bool:
    """Whether arrays that have dimensions come out, several of them: flags may ask for something else."""
    given = call.arguments
    if fact.rank == "each alone":
        return given.exact and not any(map(_may_be_flag, given.all()))
    return fact.rank == "each"


def _may_be_flag(value: Value) -> bool:
    """Whether an argument may switch something on or off, or name a way to do it."""
    return any(
        not isinstance(atom, Address) and not (isinstance(atom, Literal) and _counts(atom.value))
        for atom in value
    )


def _counts(value: object) -> bool:
    return type(value) is float or (type(value) is int and value > 1)


def holds_any(state: State, values: list[Value]) -> bool:
    """Whether there are arrays among these that may be masked or matrices: most functions keep that."""
    things = reachable(state, values)
    return any(isinstance(thing, Array) and thing.rank is Rank.ANY for thing in things)


def _first(fact: NumpyFact, call: LibraryCall) -> Value:
    name = fact.parameters[0] if fact.parameters else ""
    return call.operand(0, name) or frozenset()


def _is_alone(call: LibraryCall) -> bool:
    """Whether argument 0 is all that it is given."""
    count = len(call.arguments.all()) + bool(call.receiver)
    return count == 1 and call.arguments.exact


def _is_plain(call: LibraryCall) -> bool:
    """Whether nothing beside argument 0 has dimensions, or says anything about them."""
    if set(call.arguments.keywords) - _HARMLESS or not call.arguments.exact:
        return False
    others = call.arguments.positional if call.receiver else call.arguments.positional[1:]
    return all(_has_none(call.state, value) for value in others)


def _has_none(state: State, value: Value) -> bool:
    """Whether a value is no array, nor anything that becomes one with dimensions."""
    things = [state.get(atom) for atom in value if isinstance(atom, Address)]
    return all(isinstance(thing, Unknown) for thing in things)


def _weaker(rank: Rank) -> Rank:
    """What is left of it where other arguments have dimensions, or say something about them."""
    return Rank.SOME if rank is Rank.ONE else rank


def of_attribute(name: str, rank: Rank) -> Rank | None:
    """The rank of an attribute of an array of that rank, as `array.T`; None if that is no array."""
    fact = numpy_fact(f"{ARRAY}.{name}")
    if fact is None or fact.gives != "attribute" or not fact.rank:
        return None
    if rank is Rank.ANY:
        return rank
    word, _, otherwise = fact.rank.partition("/")
    if word == "same" and has_dimensions(rank):
        return rank
    return ALWAYS.get(otherwise if word == "same" else word, Rank.UNKNOWN)


def _of_counts(state: State, counts: tuple[Value, ...]) -> Rank:
    if len(counts) == 1:
        return of_shape(state, counts[0])
    return of_dimensions(len(counts)) if counts else Rank.UNKNOWN


def of_item(state: State, rank: Rank, index: Value) -> Rank:
    """The rank of `array[index]`."""
    if rank is Rank.ANY:
        return rank
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

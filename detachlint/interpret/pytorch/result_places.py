"""Of which dtype, and on which device, the result of a call is."""

from __future__ import annotations

import functools

from detachlint.domain.belief import MAYBE, NO, Belief
from detachlint.domain.objects import Sequence, Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import PLAIN, UNSEEN, Dtype, Family, Trait
from detachlint.domain.values import Address, Atom, Library, Literal, Value
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement, surrounding
from detachlint.interpret.pytorch.tensors import holds_tensor, tensors_in
from detachlint.knowledge.facts import Aliasing, CallFact, Result


def dtype_of_result(fact: CallFact, call: LibraryCall, inputs: list[Value]) -> Dtype:
    """The dtype of output 0."""
    asked = call.arguments.keyword("dtype")
    story = begin(call.span, f"`{call.shown}(…)` makes it of this dtype")
    if asked is None and fact.dtype == "argument":
        # A dtype among the arguments, wherever it stands, can be meant for nothing else.
        asked = next(filter(_names_dtype, call.arguments.positional), None)
    makes_complex = fact.traits.get("complex") == "makes"
    if asked is not None:
        found = dtype_of_mixed(fact.traits.get("mixed", ""), call.state, inputs)
        return placement.dtype_from(call.state, asked, found, story)
    if fact.dtype not in ("same", "argument", ""):
        named = placement.dtype_named(f"torch.{fact.dtype}", story)
        # `t.cfloat()` has parts of that dtype.
        return Dtype(Family.COMPLEX, named.narrow) if makes_complex else named
    if fact.factory and not any(holds_tensor(call.state, value) for value in inputs):
        return _undecided(fact, call)
    found = dtype_of_mixed(fact.traits.get("mixed", ""), call.state, inputs)
    match fact.traits.get("complex"):
        case "makes":
            return Dtype(Family.COMPLEX, found.narrow)
        case "real" if found.family is Family.COMPLEX:
            return Dtype(Family.FLOAT, found.narrow)
        case "varies" if found.family is Family.COMPLEX:
            return Dtype(Family.UNKNOWN, found.narrow)
    return found


def dtype_of_mixed(mixed: str, state: State, inputs: list[Value]) -> Dtype:
    """The dtype of what is computed of these: promoted, or as `mixed` says (see `TRAITS`)."""
    if mixed == "first":
        firsts = placement.dtypes_of_first(state, inputs)
        return functools.reduce(Dtype.join, firsts) if firsts else Dtype.FLOAT32
    promoted = placement.dtype_of(state, inputs)
    if not mixed or promoted.is_integer or not _has_integers(state, inputs):
        return promoted
    narrow = promoted.narrow
    narrow = narrow if narrow == PLAIN else Trait(MAYBE, narrow.names, narrow.story)
    return Dtype(_BESIDE_INTEGERS[mixed], narrow)


_BESIDE_INTEGERS = {"widens": Family.FLOAT, "whole": Family.UNKNOWN}


def _has_integers(state: State, inputs: list[Value]) -> bool:
    """Whether some of these are tensors of whole numbers."""
    each = (placement.dtype_of_value(state, value) for value in inputs)
    return any(one is not None and one.is_integer for one in each)


def flag_of_dtype(mixed: str, state: State, inputs: list[Value], flag: Belief) -> Belief:
    """The flag of a result whose inputs have it: whole numbers, that the first may be, have none."""
    if mixed != "first" or flag == NO:
        return flag
    firsts = placement.dtypes_of_first(state, inputs)
    if any(one.is_integer for one in firsts):
        return flag.join(NO)
    unseen = any(one.family is Family.UNKNOWN for one in firsts)
    return flag.in_unseen_hands() if unseen else flag


def _names_dtype(value: Value) -> bool:
    return any(
        isinstance(atom, Library) and placement.dtype_named(atom.name) != Dtype.UNKNOWN
        for atom in value
    )


def _undecided(fact: CallFact, call: LibraryCall) -> Dtype:
    """The dtype of what is made of numbers, where nothing asks for one."""
    if fact.undecided != "numbers":
        default = call.state.surroundings.dtype
        return placement.dtype_named(f"torch.{fact.undecided}") if fact.undecided else default
    numbers = [atom for value in call.arguments.all() for atom in value]
    kinds = {type(atom.value) for atom in numbers if isinstance(atom, Literal)}
    if float in kinds:
        return call.state.surroundings.dtype
    known = all(_is_number_or_shape(call.state, atom) for atom in numbers)
    return Dtype.INTEGER if known and kinds <= {int, bool} else Dtype.UNKNOWN


def _is_number_or_shape(state: State, atom: Atom) -> bool:
    thing = state.get(atom) if isinstance(atom, Address) else None
    return isinstance(atom, Literal) or isinstance(thing, Sequence)


def dtype_of_data(state: State, data: Value) -> Dtype:
    """The dtype that `torch.tensor` infers from Python data: the default one for floats."""
    dtype = _inferred(state, data, depth=4)
    return state.surroundings.dtype if dtype == Dtype.FLOAT32 else dtype


def _inferred(state: State, data: Value, depth: int) -> Dtype:
    found: set[Dtype] = set()
    for atom in data:
        if isinstance(atom, Literal):
            found.add(Dtype.FLOAT32 if isinstance(atom.value, float) else Dtype.INTEGER)
            continue
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and depth:
            parts = [_inferred(state, item, depth - 1) for item in (*thing.items, thing.rest)]
            found |= {part for part in parts if part != Dtype.UNKNOWN} or {Dtype.UNKNOWN}
        elif isinstance(thing, Tensor):
            found.add(thing.dtype)
        else:
            found.add(Dtype.UNKNOWN)
    if Dtype.FLOAT32 in found:
        return Dtype.FLOAT32
    return found.pop() if len(found) == 1 else Dtype.UNKNOWN


def device_of_result(fact: CallFact, call: LibraryCall, inputs: list[Value]) -> Trait:
    """The device of the outputs."""
    asked = call.arguments.keyword("device")
    story = begin(call.span, f"`{call.shown}(…)` puts it there")
    if call.receiver and fact.aliasing is Aliasing.VIEW:
        inputs = [call.receiver]  # `t.expand(n, 2)`, whatever `n` may be
    is_list = placement.are_in_a_list(call.state, call.first(fact.parameters))
    joins = is_list and fact.results[:1] == (Result.PROPAGATE,)
    product = joins or surrounding.is_product(fact)
    found = (placement.one_device if product else placement.common_device)(call.state, inputs)
    if (
        fact.factory
        and not call.receiver
        and not tensors_in(call.state, call.first(fact.parameters))
    ):
        found = call.state.surroundings.device if found == PLAIN else UNSEEN
    if asked is not None:
        return placement.device_from(call.state, asked, found, story)
    if fact.device not in ("same", "argument", ""):
        return placement.device_named(fact.device, story)
    return found.told(call.span, f"`{call.shown}(…)` is computed from it")

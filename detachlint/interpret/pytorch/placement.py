"""Device and dtype: what the arguments of a factory or a cast say of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from detachlint.domain.belief import MAYBE, NO, YES, Belief
from detachlint.domain.objects import HeapObject, Instance, Sequence, Tensor, Unknown
from detachlint.domain.story import Story, begin, then
from detachlint.domain.traits import (
    NO_TRAITS,
    PLAIN,
    UNSEEN,
    Check,
    Dtype,
    Family,
    Trait,
    Traits,
    either_of,
    narrow_dtype,
    trait,
)
from detachlint.domain.values import Address, Atom, Library, Literal, Value, addresses
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import textual
from detachlint.interpret.pytorch.dimensions import have_dimensions
from detachlint.interpret.pytorch.tensors import NO_TENSORS, reachable
from detachlint.knowledge import facts
from detachlint.knowledge.dtype_facts import dtype_fact, place_of, place_of_class

FAMILIES = {family.value: family for family in Family}

# --- dtypes -----------------------------------------------------------------------------------


def dtype_named(name: str, story: Story | None = None) -> Dtype:
    """The class of a dtype by its name, with or without `torch.` or `builtins.` before it."""
    fact = dtype_fact(name)
    if fact is None:
        return Dtype.UNKNOWN
    family = FAMILIES[fact.family]
    return narrow_dtype(family, fact.missing, story) if fact.missing else Dtype(family)


def dtype_from(state: State, value: Value | None, default: Dtype, story: Story | None) -> Dtype:
    """The dtype a `dtype=` argument says; `default` without one (or for None)."""
    found: Dtype | None = None
    for atom in value or ():
        one = _dtype_of_atom(state, atom, default, story)
        found = one if found is None else found.join(one)
    return default if found is None else found


def _dtype_of_atom(state: State, atom: Atom, default: Dtype, story: Story | None) -> Dtype:
    if isinstance(atom, Library):
        return dtype_named(atom.name, story)
    if isinstance(atom, Literal) and atom.value is None:
        return default
    if isinstance(atom, Literal) and isinstance(atom.value, str):
        return dtype_named(f"torch.{atom.value}", story)  # of a type named by a string
    source = _attribute_of(state, atom, "dtype")
    if isinstance(source, Unknown):
        return Dtype(Family.UNKNOWN, source.narrow)
    return Dtype.UNKNOWN if source is None else source.dtype


def _attribute_of(state: State, atom: Atom, name: str) -> Tensor | Unknown | None:
    """The tensor (or unknown thing) whose attribute `name` the atom is."""
    if isinstance(atom, Address) and atom.derived and atom.derived[0] == f"attribute {name}":
        (source,) = atom.derived[1]
        thing = state.get(source) if isinstance(source, Address) else None
        if isinstance(thing, (Tensor, Unknown)):
            return thing
    return None


def dtype_of(state: State, values: Iterable[Value]) -> Dtype:
    """The dtype of the result of arithmetic on these: floats win over integers."""
    found = [one for value in values if (one := dtype_of_value(state, value)) is not None]
    return _of_arithmetic(found) or Dtype.FLOAT32


def dtype_of_value(state: State, value: Value) -> Dtype | None:
    """The dtype of the tensors a value may be or hold; None if it holds none."""
    found: Dtype | None = None
    for address in addresses(value):
        thing = state.get(address)
        if isinstance(thing, Sequence):
            inside = reachable(state, [*thing.items, thing.rest])
            one = _of_arithmetic([d for held in inside if (d := _own_dtype(held)) is not None])
        else:
            one = _own_dtype(thing)
        if one is not None:
            found = one if found is None else found.join(one)
    return found


def dtypes_of_first(state: State, values: Iterable[Value]) -> list[Dtype]:
    """The dtypes that the first tensor among these may have; of a list, its first item is asked."""
    for value in values:
        found: list[Dtype] = []
        for address in addresses(value):
            thing = state.get(address)
            if isinstance(thing, Sequence):
                inside = reachable(state, [thing.items[0] if thing.items else thing.rest])
                found += [own for held in inside if (own := _own_dtype(held)) is not None]
            elif (own := _own_dtype(thing)) is not None:
                found.append(own)
        if found:
            return found
    return []


def _own_dtype(thing: HeapObject) -> Dtype | None:
    if isinstance(thing, Tensor):
        return thing.dtype
    if isinstance(thing, Unknown) and thing.kind not in NO_TENSORS:
        return Dtype(Family.UNKNOWN, thing.narrow)
    return None


def _of_arithmetic(found: list[Dtype]) -> Dtype | None:
    floats = [one for one in found if not one.is_integer] or found
    return functools.reduce(_promoted, floats) if floats else None


def _promoted(left: Dtype, right: Dtype) -> Dtype:
    if left == right:
        return left
    families = {left.family, right.family}
    family = Family.UNKNOWN
    if len(families) == 1:
        family = left.family
    elif families == {Family.FLOAT, Family.FLOAT32}:
        family = Family.FLOAT
    if Family.COMPLEX in families and Family.UNKNOWN not in families:
        family = Family.COMPLEX
    # A float32 scalar tensor leaves bfloat16 as it is, a float32 tensor with dimensions does not.
    agreed = left.narrow.held == right.narrow.held and left.narrow.held in (YES, NO)
    narrow = left.narrow.join(right.narrow) if agreed else Trait(MAYBE, left.narrow.names)
    return Dtype(family, narrow)


# --- devices ----------------------------------------------------------------------------------


def device_named(name: str, story: Story | None = None) -> Trait:
    """Where `"cuda:0"`, `"cpu"`, … is."""
    place = place_of(name)
    if not place:
        return UNSEEN
    return PLAIN if place == "host" else trait(name.partition(":")[0], story)


def device_of_class(value: Value, story: Story | None) -> Trait | None:
    """Where tensors of an older class are, named or itself: `torch.cuda.FloatTensor`; None of anything
    else."""
    found: Trait | None = None
    for atom in value:
        place = place_of_class(class_named(atom))
        if not place:
            return None
        one = device_named(place, story)
        found = one if found is None else found.join(one)
    return found


def class_named(atom: Atom) -> str:
    """The dotted name that a class of a library, or a text, is; `""` for anything else."""
    if isinstance(atom, Library):
        return atom.name
    return atom.value if isinstance(atom, Literal) and isinstance(atom.value, str) else ""


def device_from(state: State, value: Value | None, default: Trait, story: Story | None) -> Trait:
    """The device a `device=` argument says; `default` without one (or for None)."""
    found: Trait | None = None
    for atom in value or ():
        one = _device_of_atom(state, atom, default, story)
        found = one if found is None else found.join(one)
    return default if found is None else found


def _device_of_atom(state: State, atom: Atom, default: Trait, story: Story | None) -> Trait:
    if isinstance(atom, Literal):
        if isinstance(atom.value, str):
            return device_named(atom.value, story)
        if atom.value is None:
            return default
        return trait("cuda", story) if isinstance(atom.value, int) else UNSEEN
    source = _attribute_of(state, atom, "device")
    if source is not None:
        return source.device
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Instance) and is_device(thing):
        return device_from(state, thing.payload, UNSEEN, _from_device(atom, story))
    kind = kind_named(state, atom)
    return device_named(kind, story) if kind else UNSEEN


def kind_named(state: State, atom: Atom) -> str:
    """The kind of device that a text names, `"cuda"` of `f"cuda:{index}"`; `""` where nobody knows."""
    kind, colon, _ = textual.beginning_of(state, atom).partition(":")
    return kind if colon or isinstance(atom, Literal) else ""


def _from_device(atom: Atom, story: Story | None) -> Story | None:
    """The story that begins where the device was named, unless that is on the same line."""
    if story is None or not isinstance(atom, Address) or atom.span.line == story.span.line:
        return story
    return then(begin(atom.span, "the device is named here"), story.span, story.message)


def is_device(thing: Instance) -> bool:
    """Whether an object is a `torch.device`."""
    return any(
        isinstance(cls, Library) and facts.class_kind(cls.name) == "device" for cls in thing.cls
    )


def says_where(state: State, atom: Atom) -> bool:
    """Whether a default says where or as what something is made: callers seldom say otherwise."""
    if isinstance(atom, Literal):
        return isinstance(atom.value, str) and device_named(atom.value).held == YES
    if isinstance(atom, Library):
        return dtype_named(atom.name).narrow.held == YES
    thing = state.get(atom) if isinstance(atom, Address) else None
    return isinstance(thing, Instance) and is_device(thing)


def device_of(call: LibraryCall) -> Trait:
    """The device a call with `device=` puts its result on."""
    story = begin(call.span, f"`{call.shown}(…)` makes it there")
    default = call.state.surroundings.device
    return device_from(call.state, call.arguments.keyword("device"), default, story)


def float_dtype_of(call: LibraryCall) -> Dtype:
    """The dtype of what a call with `dtype=` makes, float32 by default."""
    story = begin(call.span, f"`{call.shown}(…)` makes it of this dtype")
    return dtype_from(
        call.state, call.arguments.keyword("dtype"), call.state.surroundings.dtype, story
    )


def common_device(state: State, values: Iterable[Value]) -> Trait:
    """The device of a result computed from these: that of those that are elsewhere, if any is.

    Tensors on different devices do not mix, but for CPU tensors of one element and for indices: so
    a result is on the CPU only where all inputs are.
    """
    found = PLAIN
    for value in values:
        one = _device_of_value(state, value)
        if one is not None:
            found = found.either(one)
    return found


def one_device(state: State, values: Iterable[Value]) -> Trait:
    """The device of a result computed from these by what takes no exception: all on one device.

    Where one is on the CPU for certain, elsewhere is an error (executed: "Expected all tensors to be on
    the same device"), and the code behind it is reached where all are on the CPU alone.
    """
    found: Trait | None = None
    for value in _apart(state, values):
        one = _device_of_value(state, value)
        if one is not None and one.held == NO:
            return PLAIN
        if one is not None:
            found = one if found is None else found.either(one)
    return PLAIN if found is None else found


def device_of_arithmetic(state: State, values: Iterable[Value]) -> Trait:
    """The device of what is computed element by element: what has dimensions mixes with nothing elsewhere
    (executed), but a number does."""
    operands = list(values)
    held = [_device_of_value(state, value) for value in operands if have_dimensions(state, value)]
    if any(one is not None and one.held == NO for one in held):
        return PLAIN
    return common_device(state, operands)


def never_meet(state: State, values: Iterable[Value]) -> bool:
    """Whether one of these is on the CPU and another on an accelerator, both for certain."""
    found = [_device_of_value(state, value) for value in values]
    return any(one is not None and one.held == NO for one in found) and any(
        one is not None and one.held == YES and one.names != {"meta"} for one in found
    )


def _apart(state: State, values: Iterable[Value]) -> Iterator[Value]:
    """The values; of a list of tensors, its items."""
    for value in values:
        things = [state.get(address) for address in addresses(value)]
        if len(things) == 1 and isinstance(things[0], Sequence):
            yield from (*things[0].items, *([things[0].rest] if things[0].rest else ()))
        else:
            yield value


def are_in_a_list(state: State, value: Value) -> bool:
    """Whether tensors are given in one list: `torch.cat([a, b])` takes them all from one device."""
    found = addresses(value)
    return len(found) == 1 and isinstance(state.get(found[0]), Sequence)


def _device_of_value(state: State, value: Value, depth: int = 2) -> Trait | None:
    found: Trait | None = None
    for address in addresses(value):
        thing = state.get(address)
        one: Trait | None = None
        if isinstance(thing, Tensor) or (
            isinstance(thing, Unknown) and thing.kind not in NO_TENSORS
        ):
            one = thing.device
        elif isinstance(thing, Sequence) and depth:
            parts = (_device_of_value(state, v, depth - 1) for v in (*thing.items, thing.rest))
            for part in parts:
                if part is not None:
                    one = part if one is None else one.either(part)
        if one is not None:
            found = one if found is None else found.join(one)
    return found


def moved(before: Trait, after: Trait) -> Belief:
    """Whether a move from one device to the other copies the tensor: on the same one it is itself."""
    if NO in (before.held, after.held):
        return before.held.either(after.held)
    if YES == before.held == after.held:
        return NO if before.names & after.names else YES
    return MAYBE


# --- other traits -----------------------------------------------------------------------------


def common_traits(state: State, values: Iterable[Value]) -> Traits:
    """The traits of a fresh result computed from these.

    What has no memory of its own, or a class of its own, hands that on. Sparse inputs may give a
    dense result; the bits of lazy views are resolved.
    """
    found = [
        thing.traits
        for value in values
        for address in addresses(value)
        if isinstance(thing := state.get(address), Tensor) and thing.traits
    ]
    return resolved(either_of(found)) if found else NO_TRAITS


def resolved(traits: Traits) -> Traits:
    """The traits of a result in new memory, of unknown layout if an input's is not the usual one."""
    if not traits:
        return traits
    kept: dict[Check, Trait] = {}
    for check in (Check.SUBCLASS, Check.STORAGE):
        if check in traits:
            kept[check] = traits[check]
    if Check.LAYOUT in traits:
        kept[Check.LAYOUT] = Trait(MAYBE, traits[Check.LAYOUT].names)
    return kept

"""What containers hold, without running anything: slices, entries, appending."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING, TypeVar

from detachlint.domain.belief import NO
from detachlint.domain.objects import Instance, Kind, Mapping, Sequence, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Literal,
    Value,
    in_order,
    join_values,
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import class_names
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

LONGEST_KNOWN = 32
"""Elements of a sequence that are known one by one; in a longer one all are any of them."""

SLICE = "slice"
"""`kind` of the sequence that stands for a slice object: its items are lower, upper, step."""


def limited(thing: Sequence) -> Sequence:
    """The sequence; with any of its elements anywhere, if it is too long to know them one by one.

    A long list of plain numbers or texts is one of unknown numbers or texts.
    """
    if len(thing.items) <= LONGEST_KNOWN:
        return thing
    return Sequence(thing.kind, (), thing.all)


def slice_of(state: State, index: Value) -> Sequence | None:
    """The slice object an index is, if it is one."""
    if len(index) == 1:
        (atom,) = index
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and thing.kind == SLICE:
            return thing
    return None


def cut(thing: Sequence, bounds: Sequence) -> Sequence:
    """`thing[lower:upper:step]`, exactly where all is known."""
    numbers: list[int | None] = []
    for part in bounds.items:
        constant = single_literal(part)
        if constant is None or not isinstance(constant.value, (int, type(None))):
            return Sequence(thing.kind, (), thing.all)
        numbers.append(constant.value)
    if thing.exact:
        return Sequence(thing.kind, thing.items[slice(*numbers)])
    lower, upper, step = numbers
    if step in (None, 1) and (lower or 0) >= 0 and upper is None:
        return Sequence(thing.kind, thing.items[lower or 0 :], thing.rest)
    return Sequence(thing.kind, (), thing.all)


def resolved(state: State, key: Value) -> Value:
    """A key with unknown values replaced by the literals they were assumed to be."""
    return frozenset(
        state.equals.get(atom, atom) if isinstance(atom, Address) else atom for atom in key
    )


def with_entry(thing: Mapping, key: Value, value: Value) -> Mapping:
    """The dict after `thing[key] = value`.

    Where several keys may be meant, each of them that is known holds either of the two. What is not
    known of a key is taken for none of those that are (but see `unsettled`).
    """
    constant = single_literal(key)
    if constant is not None:
        return replace(thing, entries={**thing.entries, constant: value})
    known = [atom for atom in in_order(key) if isinstance(atom, Literal)]
    entries = {**thing.entries}
    for atom in known:
        entries[atom] = entries.get(atom, BOTTOM_VALUE) | value
    if known and len(known) == len(key):
        return replace(thing, entries=entries)
    return replace(thing, entries=entries, rest_keys=thing.rest_keys | key, rest=thing.rest | value)


_Key = TypeVar("_Key")

SETTING = "setting "
"""How it is derived, before the name, what may stand in place of a literal."""

_KINDS = {bool: Kind.TRUTH, int: Kind.NUMBER, float: Kind.NUMBER, str: Kind.TEXT}


def unsettled(
    machine: Machine, state: State, named: MappingOf[_Key, Value], value: Value, span: Span
) -> dict[_Key, Value]:
    """What names hold once something unknown was stored under one that nobody knows.

    Settings come like this: what is off by a literal may be something else of its kind now, the same
    wherever it is read. What is on is usually left so.
    """
    source = next((atom for atom in in_order(value) if isinstance(atom, Address)), None)
    if source is None or not isinstance(state.get(source), Unknown):
        return {**named}
    return {name: _unsettled(machine, name, held, source, span) for name, held in named.items()}


def _unsettled(machine: Machine, name: object, held: Value, source: Address, span: Span) -> Value:
    others = frozenset(atom for atom in held if not isinstance(atom, Literal))
    if not held or others or any(isinstance(atom, Literal) and atom.value for atom in held):
        return others if is_unsettled(others) else held
    kinds = {_KINDS.get(type(atom.value), Kind.ANY) for atom in held if isinstance(atom, Literal)}
    kind = kinds.pop() if len(kinds) == 1 else Kind.ANY
    key = name.value if isinstance(name, Literal) else name
    return machine.derived(f"{SETTING}{key!r}", (source,), span, Unknown(kind, NO))


def is_unsettled(value: Value) -> bool:
    """Whether this is what a literal was replaced by, which it may be still."""
    address = single_address(value)
    operator, _ = (address is not None and address.derived) or ("", ())
    return operator.startswith(SETTING)


def mapping_in(state: State, atom: Atom) -> Mapping | None:
    """The dict that something is, or whose items an object gives out as its own: `nn.ParameterDict`."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Instance) and len(thing.payload) == 1:
        (held,) = thing.payload
        thing = state.get(held) if isinstance(held, Address) else None
    return thing if isinstance(thing, Mapping) else None


def merged_mapping(state: State, thing: Mapping, other: Value) -> Mapping:
    """The dict after `thing.update(other)`."""
    for atom in in_order(other):
        inner = mapping_in(state, atom)
        if inner is not None:
            thing = Mapping(
                {**thing.entries, **inner.entries},
                thing.rest_keys | inner.rest_keys,
                thing.rest | inner.rest,
                thing.default,
            )
        elif isinstance(atom, Address):
            # Something unknown: any key may be there with any value.
            thing = replace(thing, rest_keys=thing.rest_keys | other, rest=thing.rest | other)
    return thing


def updated(machine: Machine, state: State, thing: Mapping, other: Value, span: Span) -> Mapping:
    """The dict after `thing.update(other)`, where what is unknown of `other` may replace any setting."""
    for atom in in_order(other):
        inner = mapping_in(state, atom)
        unknown = value_of(atom) if inner is None else inner.rest
        thing = replace(thing, entries=unsettled(machine, state, thing.entries, unknown, span))
    return merged_mapping(state, thing, other)


def append(state: State, address: Address, item: Value) -> None:
    """`list.append` on a known sequence."""
    thing = state.get(address)
    if not isinstance(thing, Sequence):
        return
    if thing.rest:
        changed = replace(thing, rest=thing.rest | item)
    elif len(thing.items) < LONGEST_KNOWN:
        changed = replace(thing, items=(*thing.items, item))
    else:
        changed = Sequence(thing.kind, (), thing.all | item)
    state.put(address, changed)


BUILTIN_BASES = {
    "builtins.dict": "dict",
    "collections.OrderedDict": "dict",
    "collections.UserDict": "dict",
    "builtins.list": "list",
    "collections.UserList": "list",
    "builtins.tuple": "tuple",
    "builtins.set": "set",
}
"""Base classes whose instances are containers themselves, and of which kind."""


def held_by(state: State, thing: Instance) -> Address | None:
    """The container that an instance of a class derived from a builtin container is, if it is one."""
    if not any(name in BUILTIN_BASES for name in class_names(state, thing)):
        return None
    for atom in thing.payload:
        if isinstance(atom, Address) and isinstance(state.get(atom), (Sequence, Mapping)):
            return atom
    return None


def kind_of_subclass(state: State, thing: Instance) -> type | None:
    """The builtin container that the class of an instance is derived from."""
    for name in class_names(state, thing):
        if name in BUILTIN_BASES:
            return {"dict": dict, "list": list, "tuple": tuple, "set": set}[BUILTIN_BASES[name]]
    return None


THROUGH = "@runs through"
"""The attribute of an object that gives the elements of another one, a progress bar: that other one."""


def through(state: State, value: Value) -> Value:
    """What is run through in the end by running through a value."""
    for _ in range(DEEPEST_BARS):
        found = {atom: _run_through_by(state, atom) for atom in value}
        if not any(found.values()):
            break
        value = join_values(inner or value_of(atom) for atom, inner in found.items())
    return value


DEEPEST_BARS = 3
"""Progress bars around progress bars that are looked into."""


def _run_through_by(state: State, atom: Atom) -> Value | None:
    thing = state.get(atom) if isinstance(atom, Address) else None
    return thing.attributes.get(THROUGH) if isinstance(thing, Instance) else None

"""What becomes a part of a module under a name: by `add_module`, or as an attribute that is a module."""

from __future__ import annotations

from detachlint.domain.objects import Instance, Kind, Mapping, Sequence, Unknown, join_objects
from detachlint.domain.values import Address, Value, in_order, literal, value_of
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import LONGEST_KNOWN, with_entry
from detachlint.interpret.language.lookup import is_module
from detachlint.source.value_class import replace

UNNAMED = ""
"""Stands for the name of a part whose name is not known: no part has this one."""


def names_of(items: Sequence) -> tuple[str, ...]:
    """The names of the items of a container that are known one by one: their numbers, if it has no others."""
    return items.fields or tuple(map(str, range(len(items.items))))


def with_part(items: Sequence, name: str, module: Value) -> Sequence:
    """The items once a module is registered under a name: in the place of the one of that name, or last."""
    names = names_of(items)
    if name in names:
        place = names.index(name)
        return replace(items, items=(*items.items[:place], module, *items.items[place + 1 :]))
    if items.rest:
        return replace(items, rest=items.rest | module)
    if len(items.items) >= LONGEST_KNOWN:
        return Sequence(items.kind, (), items.all | module)
    named = items.fields or name != str(len(items.items))
    return replace(
        items, items=(*items.items, module), fields=(*names, name) if named else items.fields
    )


def next_name(items: Sequence) -> str:
    """The name of what is appended: its number."""
    return str(len(items.items)) if items.exact else UNNAMED


def container_of(state: State, thing: Instance) -> tuple[Address, Sequence | Mapping] | None:
    """Where a container of modules (or of parameters) has what it holds; None for any other module."""
    for atom in in_order(thing.payload):
        inner = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(atom, Address) and isinstance(inner, (Sequence, Mapping)):
            return atom, inner
    return None


def register(state: State, address: Address, name: str, module: Value, alone: bool = True) -> None:
    """Put a module into the container of modules at an address; any other module has but attributes.

    If it is not `alone`, it is perhaps another container that is meant.
    """
    thing = state.get(address)
    held = container_of(state, thing) if isinstance(thing, Instance) else None
    if held is None:
        return
    place, inner = held
    after: Sequence | Mapping
    if isinstance(inner, Sequence):
        after = with_part(inner, name, module)
    else:
        after = with_entry(inner, value_of(literal(name)), module)
    state.put(place, after if alone else join_objects(inner, after))


def add(state: State, address: Address, name: str, part: Value) -> None:
    """Make something a part of a module under a name, as `module.add_module(name, part)` does."""
    register(state, address, name, part)
    thing = state.get(address)
    if isinstance(thing, Instance) and name != UNNAMED:
        state.put(address, replace(thing, attributes={**thing.attributes, name: part}))
    elif isinstance(thing, Instance) and container_of(state, thing) is None:
        state.put(address, replace(thing, hidden=thing.hidden | part))


def renumbered(state: State, held: Address) -> None:
    """What is taken out of a container, or put in at a place, leaves no names but numbers (executed)."""
    items = state.get(held)
    if isinstance(items, Sequence) and items.fields:
        state.put(held, replace(items, fields=()))


def settle(state: State, address: Address) -> None:
    """Bring the attributes of a container up to date with what it holds now under their names."""
    thing = state.get(address)
    held = container_of(state, thing) if isinstance(thing, Instance) else None
    if held is None or not isinstance(thing, Instance) or address.summary:
        return
    parts: dict[str, Value] = {}
    if isinstance(held[1], Sequence):
        parts = dict(zip(names_of(held[1]), held[1].items, strict=False))
        complete = held[1].exact
    else:
        parts = {str(key.value): item for key, item in held[1].entries.items()}
        complete = not held[1].rest
    attributes = {
        name: parts.get(name, value)
        for name, value in thing.attributes.items()
        if name in parts or not complete or not _are_modules(state, value)
    }
    if attributes != thing.attributes:
        state.put(address, replace(thing, attributes=attributes))


def registers(state: State, thing: Instance, value: Value) -> bool:
    """Whether a value becomes a part of a container when it is stored as an attribute: a module does."""
    return bool(thing.payload) and is_module(state, thing) and _are_modules(state, value)


def _are_modules(state: State, value: Value) -> bool:
    things = [state.glimpse(atom) if isinstance(atom, Address) else None for atom in value]
    return bool(things) and all(
        thing.kind is Kind.MODULE
        if isinstance(thing, Unknown)
        else isinstance(thing, Instance) and is_module(state, thing)
        for thing in things
    )

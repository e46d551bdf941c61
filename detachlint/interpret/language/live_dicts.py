"""Dicts whose entries are parts of an object: its `__dict__`, and `_modules` and its kin of a module."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Mapping, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Literal,
    Value,
    literal,
    value_of,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import registering
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

ATTRIBUTES = "__dict__"
REGISTRIES = ("_modules", "_parameters", "_buffers")


def attributes_as_mapping(
    machine: Machine, state: State, address: Address, thing: Instance | Unknown, span: Span
) -> Address:
    """The `__dict__` of an object: what is stored in it by `keep` is an attribute from then on.

    It shows the attributes that there are when it is asked for. An unknown object may have others.
    """
    found = machine.book.derive(ATTRIBUTES, (address,), span, Mapping(), family=address.summary)
    entries = {literal(name): value for name, value in thing.attributes.items()}
    rest = BOTTOM_VALUE
    if isinstance(thing, Unknown):
        rest = machine.derived("other attributes", (address,), span, Unknown())
    state.heap[found] = Mapping(entries, rest, rest)
    return found


def registry_as_mapping(
    machine: Machine, state: State, address: Address, name: str, held: Mapping, span: Span
) -> Value:
    """`module._modules` and its kin, which holds this: what is stored in it is a part of the module."""
    found = machine.book.derive(name, (address,), span, Mapping(), family=address.summary)
    state.heap[found] = held
    return value_of(found)


def keep(state: State, address: Address, thing: Mapping) -> None:
    """Update a dict, and the object whose attributes or parts it holds."""
    before = state.get(address)
    state.put(address, thing)
    operator, operands = address.derived or ("", ())
    for owner in operands if operator in (ATTRIBUTES, *REGISTRIES) else ():
        if not isinstance(owner, Address):
            continue
        if operator == ATTRIBUTES:
            _keep_attributes(state, owner, thing)
        elif isinstance(before, Mapping):
            _keep_parts(state, owner, before, thing)


def _keep_attributes(state: State, owner: Address, thing: Mapping) -> None:
    instance = state.get(owner)
    if isinstance(instance, (Instance, Unknown)):
        named = {key.value: value for key, value in thing.entries.items()}
        attributes = {name: value for name, value in named.items() if isinstance(name, str)}
        state.put(owner, replace(instance, attributes=attributes))


def _keep_parts(state: State, owner: Address, before: Mapping, after: Mapping) -> None:
    for key, value in after.entries.items():
        if before.entries.get(key) != value:
            registering.add(state, owner, str(key.value), value)
    unnamed = after.rest - before.rest
    if unnamed:
        registering.add(state, owner, registering.UNNAMED, unnamed)
    _remove(state, owner, before.entries.keys() - after.entries.keys())


def _remove(state: State, owner: Address, removed: Set[Literal]) -> None:
    thing = state.get(owner)
    names = {str(key.value) for key in removed}
    if names and isinstance(thing, Instance):
        left = {name: value for name, value in thing.attributes.items() if name not in names}
        state.put(owner, replace(thing, attributes=left))

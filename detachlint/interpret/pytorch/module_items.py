"""The methods with which modules, and containers of them, take and give their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Mapping, Sequence
from detachlint.domain.values import BOTTOM_VALUE, NONE, Address, Value, single_literal, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.containers import MAPPING_METHODS, SEQUENCE_METHODS
from detachlint.interpret.pytorch import modules, registering
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def _items_of(call: LibraryCall, address: Address) -> tuple[Address, Sequence | Mapping] | None:
    thing = call.state.get(address)
    return registering.container_of(call.state, thing) if isinstance(thing, Instance) else None


def append_item(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`modules.append(module)`."""
    held = _items_of(call, address)
    item = call.arguments.get(0) or BOTTOM_VALUE
    if held is not None and isinstance(held[1], Sequence):
        _append(call.state, held[0], item)
    _take_in(machine, address, call)
    return [(value_of(address), call.state)]


def insert_item(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`modules.insert(index, module)`."""
    return [(value_of(address), after) for _, after in take_item(machine, address, call)]


def take_item(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`modules.pop(index)`, `module_dict.pop(name)`: as of a list, or of a dictionary."""
    held = _items_of(call, address)
    if held is None or isinstance(held[1], Mapping):
        return mapping_view(machine, address, call)
    outcomes = SEQUENCE_METHODS[call.name](machine, held[0], call)
    for _, after in outcomes:
        registering.renumbered(after, held[0])
        _take_in(machine, address, replace(call, state=after))
    return outcomes


def extend(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`modules.extend(others)`."""
    held = _items_of(call, address)
    outcomes: Outcomes = []
    given = call.arguments.get(0) or BOTTOM_VALUE
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        if held is not None and isinstance(held[1], Sequence):
            for item in contents.items:
                _append(after, held[0], item)
            if contents.rest:
                _append(after, held[0], contents.rest)
        _take_in(machine, address, replace(call, state=after))
        outcomes.append((value_of(address), after))
    return outcomes


def _append(state: State, held: Address, item: Value) -> None:
    items = state.get(held)
    if isinstance(items, Sequence):
        state.put(held, registering.with_part(items, registering.next_name(items), item))


def add_module(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`module.add_module(name, other)`, of containers as well."""
    name = single_literal(call.arguments.get(0, "name") or BOTTOM_VALUE)
    module = call.arguments.get(1, "module") or NONE
    known = registering.UNNAMED if name is None else str(name.value)
    registering.add(call.state, address, known, module)
    return [(NONE, call.state)]


def mapping_view(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """What `nn.ModuleDict` has of a dictionary: `items()`, `pop(name)`, …"""
    held = _items_of(call, address)
    if held is None or not isinstance(held[1], Mapping) or call.name not in MAPPING_METHODS:
        value = machine.unknown(call.state, call.activation, call.span, call.name)
        return [(value, call.state)]
    outcomes = MAPPING_METHODS[call.name](machine, held[0], call)
    for _, after in outcomes:
        _take_in(machine, address, replace(call, state=after))
    if call.name == "setdefault":  # what is there now
        key = call.arguments.get(0) or BOTTOM_VALUE
        return [(_item(machine, address, key, replace(call, state=s)), s) for _, s in outcomes]
    return outcomes


def copy_items(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`parameters.copy()`: another container of the same items."""
    thing = call.state.get(address)
    outcomes = mapping_view(machine, address, call)
    if not isinstance(thing, Instance) or _items_of(call, address) is None:
        return outcomes
    return [
        (machine.new(s, call.activation, call.span, "copy of it", replace(thing, payload=items)), s)
        for items, s in outcomes
    ]


def _item(machine: Machine, address: Address, key: Value, call: LibraryCall) -> Value:
    thing = call.state.get(address)
    assert isinstance(thing, Instance)
    return modules.read_item(machine, address, thing, key, call.state, call.activation, call.span)


def _take_in(machine: Machine, address: Address, call: LibraryCall) -> None:
    thing = call.state.get(address)
    if isinstance(thing, Instance):
        modules.take_in(machine, thing, call.state, call.activation, call.span)
        registering.settle(call.state, address)

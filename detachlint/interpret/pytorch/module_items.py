"""The methods with which modules, and containers of them, take and give their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Mapping, Sequence
from detachlint.domain.values import BOTTOM_VALUE, NONE, Address, Value, single_literal, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.language.containers import MAPPING_METHODS
from detachlint.interpret.language.contents import append, with_entry
from detachlint.interpret.pytorch import modules
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def _items_of(call: LibraryCall, address: Address) -> tuple[Address, Sequence | Mapping] | None:
    thing = call.state.get(address)
    if isinstance(thing, Instance):
        for atom in thing.payload:
            inner = call.state.get(atom) if isinstance(atom, Address) else None
            if isinstance(inner, (Sequence, Mapping)) and isinstance(atom, Address):
                return atom, inner
    return None


def append_item(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`modules.append(module)`, `modules.insert(index, module)`."""
    held = _items_of(call, address)
    item = call.arguments.get(1 if call.name == "insert" else 0) or BOTTOM_VALUE
    if held is not None and isinstance(held[1], Sequence):
        append(call.state, held[0], item)
    _take_in(machine, address, call)
    return [(value_of(address), call.state)]


def extend(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`modules.extend(others)`."""
    held = _items_of(call, address)
    outcomes: Outcomes = []
    given = call.arguments.get(0) or BOTTOM_VALUE
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        if held is not None and isinstance(held[1], Sequence):
            for item in contents.items:
                append(after, held[0], item)
            if contents.rest:
                append(after, held[0], contents.rest)
        _take_in(machine, address, replace(call, state=after))
        outcomes.append((value_of(address), after))
    return outcomes


def add_module(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`module.add_module(name, other)`, of containers as well."""
    name = call.arguments.get(0, "name") or BOTTOM_VALUE
    module = call.arguments.get(1, "module") or NONE
    held = _items_of(call, address)
    thing = call.state.get(address)
    constant = single_literal(name)
    if held is not None and isinstance(held[1], Sequence):
        append(call.state, held[0], module)
    elif held is not None and isinstance(held[1], Mapping):
        call.state.put(held[0], with_entry(held[1], name, module))
    elif isinstance(thing, Instance):
        if constant is not None:
            attributes = {**thing.attributes, str(constant.value): module}
            call.state.put(address, replace(thing, attributes=attributes))
        else:
            call.state.put(address, replace(thing, hidden=thing.hidden | module))
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

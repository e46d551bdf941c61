"""Storing attributes: plainly, by a property's setter, or by the program's own `__setattr__`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Array, Class, Function, Instance, Tensor, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    SourceModule,
    Value,
    addresses,
    in_order,
    literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import descriptors, importing
from detachlint.interpret.language.lookup import own_member
from detachlint.interpret.pytorch import array_operators, registering, tensor_attributes
from detachlint.interpret.pytorch.array_operators import Operand
from detachlint.interpret.pytorch.tensors import severed_in
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def write_attribute(
    machine: Machine,
    target: Value,
    name: str,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    *,
    plainly: bool = False,
    source: Span | None = None,
) -> list[State]:
    """The states after `target.name = value`; setters and `__setattr__` of the program are run, the
    latter not by `object.__setattr__` and relatives, which store `plainly`.

    `source` is where the value is written.
    """
    _write_into_arrays(machine, target, name, Operand(value, source or span), state, activation)
    atoms = in_order(target)
    alone = len(atoms) == 1
    ends = [state]
    for atom in atoms:
        following: list[State] = []
        for before in ends:
            called = _own_store(before, atom, name, value, plainly)
            if called is None:
                _write(machine, atom, name, value, before, alone, span)
                following.append(before)
                continue
            if not alone:
                following.append(before.fork())
            function, given = called
            outcomes = machine.call(function, given, before, activation, span, "__setattr__")
            following += [after for _, after in outcomes]
        ends = following
    return ends


def _write_into_arrays(
    machine: Machine,
    target: Value,
    name: str,
    stored: Operand,
    state: State,
    activation: Activation,
) -> None:
    for address in addresses(target):
        array = state.glimpse(address)
        if isinstance(array, Array):
            lost = array_operators.store_attribute(machine, target, name, stored, state, activation)
            severed = array.severed | severed_in(state, [stored.value]) | lost
            if severed != array.severed:
                state.put(address, replace(array, severed=severed))


def _own_store(
    state: State, atom: Atom, name: str, value: Value, plainly: bool
) -> tuple[Value, Arguments] | None:
    """The program's function that stores this attribute, and what it is called with."""
    thing = state.instance(atom, name) if isinstance(atom, Address) else None
    if thing is None:
        return None
    if not plainly:
        own = own_member(state, thing, "__setattr__")
        if own:
            return own, Arguments((value_of(atom), value_of(literal(name)), value))
    found = own_member(state, thing, name)
    if found:
        setter = _setter(state, found)
        if setter is not None:
            return value_of(setter), Arguments((value_of(atom), value))
        return descriptors.store(state, atom, found, value)
    return None


def _setter(state: State, found: Value) -> Address | None:
    for atom in found:
        descriptor = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(descriptor, Function) and descriptor.kind == "property":
            for setter in in_order(descriptor.setter):
                if isinstance(setter, Address):
                    return setter
    return None


def _write(
    machine: Machine, atom: Atom, name: str, value: Value, state: State, alone: bool, span: Span
) -> None:
    if isinstance(atom, SourceModule):
        frame = importing.load(machine, atom.file, state)
        if frame is not None:
            old = None if alone else state.variable(frame, name)
            state.bind(frame, name, value | (old or BOTTOM_VALUE))
    if not isinstance(atom, Address):
        return
    thing = state.instance(atom, name) or state.get(atom)
    if isinstance(thing, Tensor):
        tensor_attributes.write(machine, atom, thing, name, value, state, alone, span)
    else:
        _write_object(atom, name, value, state, alone)


def _write_object(address: Address, name: str, value: Value, state: State, alone: bool) -> None:
    instance = state.instance(address, name)
    if instance is not None and registering.registers(state, instance, value):
        registering.register(state, address, name, value, alone)
    if instance is not None and not address.summary:
        old = instance.attributes.get(name, BOTTOM_VALUE)
        state.set_attribute(address, name, value if alone else old | value)
        return
    thing = state.get(address)
    if isinstance(thing, (Unknown, Instance, Class, Function)):
        old = thing.attributes.get(name, BOTTOM_VALUE)
        new = value if alone else old | value
        state.put(address, replace(thing, attributes={**thing.attributes, name: new}))


def delete_attribute(target: Value, name: str, state: State) -> None:
    """`del target.name`, where it is one known object."""
    if len(target) != 1:
        return
    (atom,) = target
    if isinstance(atom, Address) and not atom.summary and state.instance(atom, name) is not None:
        state.set_attribute(atom, name, None)

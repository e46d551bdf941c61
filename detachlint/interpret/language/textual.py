"""Turning objects into text runs the `__str__` or `__repr__` of the program's classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance
from detachlint.domain.values import Address, Value, addresses, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import find_in_class
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def show(machine: Machine, value: Value, state: State, call: LibraryCall) -> list[State]:
    """The states after `str(value)`, asked for by a call."""
    first = "__repr__" if call.name.endswith("repr") else "__str__"
    return show_at(machine, value, state, call.activation, call.span, first)


def show_at(
    machine: Machine,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    first: str = "__str__",
) -> list[State]:
    """The states after `value` has been turned into text at `span`."""
    states = [state]
    for address in addresses(value):
        method = _method(state, address, first)
        if method is not None:
            states = [
                after
                for before in states
                for _, after in machine.invoke(
                    method, Arguments((value_of(address),)), before, activation, span
                )
            ]
    return states


def _method(state: State, address: Address, first: str) -> Address | None:
    thing = state.get(address)
    if not isinstance(thing, Instance):
        return None
    for cls in addresses(thing.cls):
        for name in (first, "__repr__"):
            found = find_in_class(state, cls, name)
            if found is not None:
                return next(iter(addresses(found[0])), None)
    return None

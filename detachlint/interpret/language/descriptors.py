"""Descriptors of the program: objects in a class whose own class has `__get__`, `__set__`, `__set_name__`.

Properties, which are functions, are handled where attributes are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Class, Instance
from detachlint.domain.values import Address, Atom, Value, literal, single_address, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import find_in_class
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

GET = "__get__ "
"""With the name of an attribute behind it: what is to be read by a descriptor."""


def method_of(state: State, value: Value, name: str) -> Value | None:
    """The method of a descriptor, if the value of a class attribute is one that has it."""
    address = single_address(value)
    thing = state.glimpse(address) if address is not None else None
    if not isinstance(thing, Instance):
        return None
    cls = single_address(thing.cls)
    found = find_in_class(state, cls, name) if cls is not None else None
    return None if found is None else found[0]


def read(
    machine: Machine, atom: Atom, name: str, state: State, activation: Activation, span: Span
) -> Outcomes:
    """The outcomes of reading an attribute of an instance by the descriptor in its class."""
    thing = state.instance(atom) if isinstance(atom, Address) else None
    cls = single_address(thing.cls) if thing is not None else None
    found = find_in_class(state, cls, name) if cls is not None else None
    method = method_of(state, found[0], "__get__") if found is not None else None
    if cls is None or found is None or method is None:
        return []
    given = Arguments((found[0], value_of(atom), value_of(cls)))
    return machine.call(method, given, state, activation, span, "__get__")


def store(state: State, atom: Atom, found: Value, value: Value) -> tuple[Value, Arguments] | None:
    """What stores a value in an attribute for which the class has `found`; None if that is none."""
    method = method_of(state, found, "__set__")
    return None if method is None else (method, Arguments((found, value_of(atom), value)))


def announce_names(
    machine: Machine, made: Outcomes, activation: Activation, span: Span
) -> Outcomes:
    """New classes, once the descriptors in them know how they are called there."""
    outcomes: Outcomes = []
    for value, state in made:
        address = single_address(value)
        cls = state.get(address) if address is not None else None
        for name, held in cls.attributes.items() if isinstance(cls, Class) else ():
            method = method_of(state, held, "__set_name__")
            if method is not None:
                given = Arguments((held, value, value_of(literal(name))))
                called = machine.call(method, given, state, activation, span, "__set_name__")
                state = machine.join_outcomes(called)[1] if called else state
        outcomes.append((value, state))
    return outcomes

"""`copy.deepcopy` and `copy.copy`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.objects import Class, Function, HeapObject, Instance, Tensor, Unknown
from detachlint.domain.traversal import map_object
from detachlint.domain.values import Address, Atom, Value, in_order, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def deep_copy(
    machine: Machine,
    state: State,
    activation: Activation,
    span: Span,
    value: Value,
    altered: Callable[[Address, Tensor], Tensor] = lambda _, tensor: tensor,
) -> Value:
    """Copies of everything below a value. Flags are copied, too (executed: `deepcopy(linear)`); what
    else becomes of the copy of a tensor at an address, `altered` says.
    """
    made: dict[Address, Address] = {}
    taken: set[Address] = set()

    def place_of(atom: Address) -> Address:
        # Things that are copies of one are not told apart for ever: of these, too, each has its own.
        for number in itertools.count(1):
            role = "copy" if number == 1 else f"copy {number}"
            place = machine.book.place(span, role, activation.context, family=atom.summary, of=atom)
            if place not in taken:
                break
        return place

    def copy_value(inner: Value) -> Value:
        return frozenset(copy_atom(atom) for atom in in_order(inner))

    def copy_atom(atom: Atom) -> Atom:
        if not isinstance(atom, Address):
            return atom
        known = made.get(atom)
        if known is not None:
            return known
        thing: HeapObject = state.get(atom)
        if isinstance(thing, (Function, Class)):
            return atom
        if isinstance(thing, Unknown) and atom not in state.heap and not thing.attributes:
            place = machine.book.derive(f"deepcopy {span}", (atom,), span, thing)
            made[atom] = place
            return place
        place = place_of(atom)
        made[atom] = place
        taken.add(place)
        state.heap[place] = thing
        copied = map_object(thing, copy_value)
        if isinstance(thing, Instance):
            assert isinstance(copied, Instance)
            copied = Instance(thing.cls, copied.attributes, copied.hidden, copied.payload)
        elif isinstance(copied, Tensor):
            copied = replace(altered(atom, copied), inference=state.inference)
        state.heap[place] = copied
        return place

    return copy_value(value)


def shallow_copy(
    machine: Machine, state: State, activation: Activation, span: Span, value: Value
) -> Value:
    """New objects with the same contents."""
    parts: Value = frozenset()
    for atom in in_order(value):
        if not isinstance(atom, Address):
            parts |= value_of(atom)
            continue
        thing = state.get(atom)
        parts |= machine.new(state, activation, span, "shallow copy", thing, of=atom)
    return parts

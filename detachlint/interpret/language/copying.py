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
    return _DeepCopy(machine, state, activation, span, altered).of_value(value)


class _DeepCopy:
    """One deep copy, and what it has copied so far: what is met twice is copied once."""

    def __init__(
        self,
        machine: Machine,
        state: State,
        activation: Activation,
        span: Span,
        altered: Callable[[Address, Tensor], Tensor],
    ) -> None:
        self._machine = machine
        self._state = state
        self._activation = activation
        self._span = span
        self._altered = altered
        self._made: dict[Address, Address] = {}
        self._taken: set[Address] = set()

    def of_value(self, value: Value) -> Value:
        """The value with copies in place of all that is copied."""
        return frozenset(self._of_atom(atom) for atom in in_order(value))

    def _of_atom(self, atom: Atom) -> Atom:
        if not isinstance(atom, Address):
            return atom
        known = self._made.get(atom)
        if known is not None:
            return known
        thing: HeapObject = self._state.get(atom)
        if isinstance(thing, (Function, Class)):
            return atom
        if isinstance(thing, Unknown) and atom not in self._state.heap and not thing.attributes:
            place = self._machine.book.derive(f"deepcopy {self._span}", (atom,), self._span, thing)
            self._made[atom] = place
            return place
        place = self._place_of(atom)
        self._made[atom] = place
        self._taken.add(place)
        self._state.heap[place] = thing  # until what it holds is copied
        self._state.heap[place] = self._copy(atom, thing)
        return place

    def _place_of(self, atom: Address) -> Address:
        # Things that are copies of one are not told apart for ever: of these, too, each has its own.
        for number in itertools.count(1):
            role = "copy" if number == 1 else f"copy {number}"
            place = self._machine.book.place(
                self._span, role, self._activation.context, family=atom.summary, of=atom
            )
            if place not in self._taken:
                break
        return place

    def _copy(self, atom: Address, thing: HeapObject) -> HeapObject:
        copied = map_object(thing, self.of_value)
        if isinstance(thing, Instance):
            assert isinstance(copied, Instance)
            return Instance(thing.cls, copied.attributes, copied.hidden, copied.payload)
        if isinstance(copied, Tensor):
            return replace(self._altered(atom, copied), inference=self._state.inference)
        return copied


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

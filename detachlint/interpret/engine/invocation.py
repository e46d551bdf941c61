"""A call of a function of the program: what it is given, and what makes two calls the same."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from detachlint.domain.objects import Function
from detachlint.domain.values import Address, Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.ir.nodes import Code
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


@value_class(frozen=True, slots=True)
class Invocation:
    """The `function` at an address is called from `activation`, in the world `state`."""

    machine: Machine
    address: Address
    function: Function
    arguments: Arguments
    state: State
    activation: Activation
    span: Span

    @property
    def code(self) -> Code:
        """The code of the function."""
        return self.function.code

    @property
    def context(self) -> int:
        """The context in which the function is run."""
        return self.machine.book.context(self.activation.context, self.span)

    def identity(self) -> Hashable:
        """What two calls that may be the same have in common."""
        given = self.arguments
        return (
            given.positional,
            tuple(given.keywords.items()),
            given.rest,
            given.more,
            self.span,
            self.activation.context,
            tuple(activation.function for activation in self.activation.chain()),
            self.state.focus,
            self._circumstances(),
        )

    def outline(self) -> Hashable:
        """What two calls that may be alike have in common."""
        given = self.arguments
        return (
            tuple(map(_outline, given.positional)),
            tuple((name, _outline(value)) for name, value in given.keywords.items()),
            _outline(given.rest),
            _outline(given.more),
            self._circumstances(),
        )

    def _circumstances(self) -> Hashable:
        machine, state = self.machine, self.state
        return (
            self.address,
            self.activation.unseen,
            any(activation.watched for activation in self.activation.chain()),
            self.activation.caught,
            self.activation.handled,
            state.mode,
            state.inference,
            state.surroundings,
            machine.ledger.silent,
            machine.ledger.only,
            machine.script,
        )

    def unknown(self, role: str) -> Value:
        """Something in place of what the call gives, where nobody knows."""
        return self.machine.unknown(self.state, self.activation, self.span, role)


def _outline(value: Value) -> Hashable:
    """What remains of a value under any renaming."""
    known = frozenset(atom for atom in value if not isinstance(atom, Address))
    return known, len(value)

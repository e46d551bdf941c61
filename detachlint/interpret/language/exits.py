"""What ends with an exception for certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance
from detachlint.domain.values import Library, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def never_returns(machine: Machine, call: LibraryCall, exception: str) -> Outcomes:
    """A call that always ends with an exception: `sys.exit()`, `parser.error("…")`."""
    return raises(machine, exception, call.state, call.activation, call.span)


def raises(
    machine: Machine, exception: str, state: State, activation: Activation, span: Span
) -> Outcomes:
    """No outcome: an exception of the library's class `exception` is raised here."""
    error = Instance(value_of(Library(exception)))
    activation.raises.append((machine.new(state, activation, span, "error", error), state))
    return []

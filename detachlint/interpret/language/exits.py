"""Calls that never return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance
from detachlint.domain.values import Library, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def never_returns(machine: Machine, call: LibraryCall, exception: str) -> Outcomes:
    """A call that always ends with an exception: `sys.exit()`, `parser.error("…")`."""
    error = Instance(value_of(Library(exception)))
    raised = machine.new(call.state, call.activation, call.span, "exit", error)
    call.activation.raises.append((raised, call.state))
    return []

"""Variables: reading, binding, unbinding."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from detachlint.domain.objects import Kind, Unknown
from detachlint.domain.values import Address, Library, Value, literal, value_of
from detachlint.interpret.engine.state import State
from detachlint.ir.nodes import GLOBAL, Name

if TYPE_CHECKING:
    from detachlint.interpret.engine.activation import Activation
    from detachlint.interpret.engine.machine import Machine

BUILTINS = frozenset(dir(builtins)) | {"reveal_grad"}

MODULE_NAMES = {"__name__": literal("__main__")}
"""A file is analysed as the script it may be: `if __name__ == "__main__":` runs."""


def frame_of(machine: Machine, node: Name, state: State, activation: Activation) -> Address | None:
    """The frame that holds a variable."""
    if node.depth == GLOBAL:
        return machine.module_frame
    return machine.address_of_frame(activation, node.depth, state)


def read_name(machine: Machine, node: Name, state: State, activation: Activation) -> Value:
    """The value of a variable; something unknown where we never saw it bound."""
    frame = frame_of(machine, node, state, activation)
    if frame is not None:
        value = state.frame(frame).variables.get(node.name)
        if value:
            return value
    if node.depth == GLOBAL or activation.code.kind in ("class", "module"):
        value = _global(machine, node.name, state)
        if value:
            return value
    # Unbound on the paths we know: an exception, or a binding that is out of sight.
    return machine.derived(f"variable {node.name}", (), node.span, Unknown(Kind.ANY))


def _global(machine: Machine, name: str, state: State) -> Value:
    value = state.frame(machine.module_frame).variables.get(name)
    if value:
        return value
    if name in MODULE_NAMES:
        return value_of(MODULE_NAMES[name])
    if name in BUILTINS:
        return value_of(Library(f"builtins.{name}"))
    return frozenset()


def bind_name(
    machine: Machine, node: Name, value: Value, state: State, activation: Activation
) -> None:
    """Assign to a variable."""
    frame = frame_of(machine, node, state, activation)
    if frame is not None:
        state.bind(frame, node.name, value)


def unbind_name(machine: Machine, node: Name, state: State, activation: Activation) -> None:
    """`del` of a variable."""
    frame = frame_of(machine, node, state, activation)
    if frame is not None:
        state.unbind(frame, node.name)


FIELDS = "@fields"
"""The variable of a class body's frame that lists annotated names in order."""

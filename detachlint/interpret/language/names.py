"""Variables: reading, binding, unbinding."""

from __future__ import annotations

import builtins
from functools import lru_cache
from typing import TYPE_CHECKING

from detachlint.domain.objects import Kind, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Imported,
    Library,
    Value,
    literal,
    value_of,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import imports
from detachlint.ir.nodes import GLOBAL, Code, Name
from detachlint.ir.walk import all_codes, inner_codes, nodes_in
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.activation import Activation
    from detachlint.interpret.engine.machine import Machine

BUILTINS = frozenset(dir(builtins)) | {"reveal_grad"}


def frame_of(machine: Machine, node: Name, state: State, activation: Activation) -> Address | None:
    """The frame that holds a variable."""
    if node.depth == GLOBAL:
        return machine.frame_of(node.span.file)
    return machine.address_of_frame(activation, node.depth, state)


def read_name(machine: Machine, node: Name, state: State, activation: Activation) -> Value:
    """The value of a variable; something unknown where we never saw it bound."""
    return bound_value(machine, node, state, activation) or unseen_value(machine, node)


def unseen_value(machine: Machine, node: Name) -> Value:
    """Something unknown, that a variable is bound to out of sight: the same one on each way."""
    return machine.derived(f"variable {node.name}", (), node.span, Unknown(Kind.ANY))


def bound_value(machine: Machine, node: Name, state: State, activation: Activation) -> Value:
    """The value of a variable; empty where we never saw it bound."""
    frame = frame_of(machine, node, state, activation)
    if frame is not None:
        value = state.variable(frame, node.name)
        if value:
            return _without_imports(machine, value, state, node.span)
    if node.depth == GLOBAL or activation.code.kind in ("class", "module"):
        value = _global(machine, node, state)
        if value:
            return _without_imports(machine, value, state, node.span)
    return BOTTOM_VALUE


def is_missing(machine: Machine, node: Name, state: State, activation: Activation) -> bool:
    """Whether reading a variable that has no value is a NameError, for all that is seen: the code at hand
    binds it, and has not on this way.

    Another scope's variable may be bound by whoever runs before, a module's by `from … import *`, and
    one that inner code has to do with by that (`global`, `nonlocal`), whoever calls it.
    """
    code = activation.code
    if node.depth == GLOBAL:
        own = code.kind == "module"
        own = own and not state.variable(machine.frame_of(node.span.file), imports.STARS)
    else:
        own = node.depth == 0 and code.kind != "class"
    all_seen = not machine.ledger.cut_short and not machine.ledger.facts.gave_up
    own = own and all_seen and node.name in code.variables
    return own and node.name not in _shared_with_inner_code(code)


@lru_cache(maxsize=256)
def _shared_with_inner_code(code: Code) -> frozenset[str]:
    """Names of the variables of outer scopes that code inside this one reads or binds."""
    inner = (each for directly in inner_codes(code) for each in all_codes(directly))
    names = (node for each in inner for node in nodes_in(each.body) if isinstance(node, Name))
    return frozenset(name.name for name in names if name.depth != 0)


def _without_imports(machine: Machine, value: Value, state: State, span: Span) -> Value:
    if len(value) == 1:
        (atom,) = value
        if not isinstance(atom, Imported):
            return value
    elif not any(isinstance(atom, Imported) for atom in value):
        return value
    return imports.resolved(machine, value, state, span)


def _global(machine: Machine, node: Name, state: State) -> Value:
    name = node.name
    value = state.variable(machine.frame_of(node.span.file), name)
    if value:
        return value
    if name == "__name__":
        return value_of(literal(machine.module_name(node.span.file)))
    if name in BUILTINS:
        return value_of(Library(f"builtins.{name}"))
    return imports.from_stars(machine, name, state, node.span)


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

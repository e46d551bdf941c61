"""Imports: libraries are known by name; the program's other files are out of sight here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Kind, Unknown
from detachlint.domain.values import Library, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.state import State
from detachlint.ir.nodes import Import

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def evaluate_import(
    machine: Machine, node: Import, state: State, activation: Activation
) -> Outcomes:
    """The library, or the thing in it; something unknown for relative imports."""
    if node.attribute == "*":
        machine.opaque("import *")
        return [(value_of(Library(node.module)), state)]
    if node.level:
        name = f"{'.' * node.level}{node.module}.{node.attribute}"
        return [(machine.derived(f"import {name}", (), node.span, Unknown(Kind.ANY)), state)]
    if node.attribute is not None:
        return [(value_of(Library(f"{node.module}.{node.attribute}")), state)]
    module = node.module.split(".")[0] if node.top_level else node.module
    return [(value_of(Library(module)), state)]

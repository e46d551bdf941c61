"""Calls that make managers of surroundings, and decorate functions or modules with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Instance
from detachlint.domain.values import TRUE, Address, Value, in_order, value_of
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch import gradmode, surrounding
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def make(machine: Machine, call: LibraryCall) -> Value:
    """A manager; of `torch.compile(function)`, the compiled function at once."""
    thing = surrounding.manager(call)
    compiles = surrounding.kind_of(call.name) in surrounding.COMPILING
    given = call.arguments.get(0, "model") if compiles else None
    if given is None:
        return machine.new(call.state, call.activation, call.span, "manager", thing)
    disabled = call.arguments.keyword("disable")
    if disabled is not None and truth_belief(call.state, disabled) != NO:
        return given
    return decorated(machine, call, given, thing)


def decorated(machine: Machine, call: LibraryCall, given: Value, manager: Instance) -> Value:
    """What is given, run under the manager: functions, and modules where it compiles."""
    parts: Value = frozenset()
    others: Value = frozenset()
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and is_module(call.state, thing):
            copied = replace(thing, attributes={**thing.attributes, surrounding.COMPILED: TRUE})
            parts |= machine.new(call.state, call.activation, call.span, "compiled", copied)
        elif gradmode.is_function(call.state, value_of(atom)):
            parts |= gradmode.decorate(machine, call, value_of(atom), manager)
        else:
            others |= value_of(atom)
    return parts | others

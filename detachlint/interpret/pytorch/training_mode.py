"""`module.training`, as far as `train()` and `eval()` have told.

A module that was told nothing is in either mode: whoever uses it elsewhere decides. Only modules are
told whose code asks, so that switching modes makes no difference to the others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Class, Instance, Kind, Unknown
from detachlint.domain.values import (
    FALSE,
    NONE,
    TRUE,
    Address,
    Atom,
    Value,
    in_order,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import is_module, linear_order
from detachlint.interpret.pytorch import parameters
from detachlint.ir.nodes import Attribute, Code
from detachlint.ir.walk import all_codes, nodes_of
from detachlint.knowledge import facts
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

TOLD = "@training"
"""The attribute of ours that keeps what was told: True, False, or None if nothing was."""


def switch(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    """`module.train(mode)` and `module.eval()`, which tell all modules below, too."""
    told = FALSE
    if facts.module_behaviour(call.name) == "training":
        told = call.arguments.get(0, "mode") or TRUE
    constant = single_literal(told)
    told = NONE if constant is None else (TRUE if constant.value else FALSE)
    if isinstance(atom, Address):
        for _, inner in list(parameters.walk(call.state, atom)):
            tell(call.state, inner, told)
    return [(value_of(atom), call.state)]


def tell(state: State, address: Address, told: Value) -> None:
    """Keep what one module is told, if its code asks for it."""
    thing = state.instance(address, TOLD)
    if thing is None or not asks(state, thing):
        return
    whole = state.get(address)
    old = thing.attributes.get(TOLD, NONE)
    if address.summary and address not in state.focus:
        told = told | old
    if told != old or "training" in thing.attributes:
        assert isinstance(whole, Instance)
        attributes = {k: v for k, v in whole.attributes.items() if k != "training"}
        state.heap[address] = Instance(
            whole.cls, {**attributes, TOLD: told}, whole.hidden, whole.payload
        )


def read(machine: Machine, address: Address, state: State, span: Span) -> Value:
    """The value of `module.training`."""
    thing = state.instance(address, TOLD)
    told = thing.attributes.get(TOLD, NONE) if thing is not None else NONE
    if told in (TRUE, FALSE):
        return told
    return machine.derived("attribute training", (address,), span, Unknown(Kind.TRUTH, NO))


def asks(state: State, thing: Instance) -> bool:
    """Whether code of the instance's classes reads `training`."""
    if not is_module(state, thing):
        return False
    classes = [cls for cls in in_order(thing.cls) if isinstance(cls, Address)]
    entries = [
        state.get(entry)
        for cls in classes
        for entry in linear_order(state, cls)
        if isinstance(entry, Address)
    ]
    return any(
        isinstance(entry, Class) and entry.code is not None and _mentions(entry.code)
        for entry in entries
    )


@lru_cache(maxsize=4096)
def _mentions(code: Code) -> bool:
    return any(
        isinstance(node, Attribute) and node.name == "training"
        for inner in all_codes(code)
        for node in nodes_of(inner)
    )

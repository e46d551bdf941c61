"""`module.training`, as far as `train()` and `eval()` have told.

A module that was told nothing is in either mode: whoever uses it elsewhere decides. Only modules are
told whose code asks, so that switching modes makes no difference to the others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO, YES, Belief
from detachlint.domain.objects import Class, Instance, Kind, Unknown
from detachlint.domain.values import (
    FALSE,
    NONE,
    TRUE,
    Address,
    Atom,
    Library,
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

SHARE = "p"
"""The argument of dropouts that says how much they drop."""
SHARE_KEPT = "@drops"
"""The attribute of ours that keeps whether that is more than nothing."""

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
    """Whether code of the instance's classes reads `training`, be it that of PyTorch's dropouts."""
    if any(isinstance(cls, Library) and drops(cls.name) for cls in thing.cls):
        return True
    if not is_module(state, thing):
        return False
    classes = [cls for cls in in_order(thing.cls) if isinstance(cls, Address)]
    entries = [entry for cls in classes for entry in linear_order(state, cls)]
    return any(_asks(state, entry) for entry in entries)


def _asks(state: State, entry: Atom) -> bool:
    if isinstance(entry, Library):
        return drops(entry.name)
    thing = state.get(entry) if isinstance(entry, Address) else None
    return isinstance(thing, Class) and thing.code is not None and _mentions(thing.code)


def drops(name: str) -> bool:
    """Whether a class of `torch.nn` is a dropout: it gives its input itself, or a copy of a share of it."""
    fact = facts.module_fact(name)
    return fact is not None and "call" in fact.depends and SHARE in fact.positions


def gives_input(thing: Instance) -> Belief:
    """Whether a dropout gives its input itself: it does after `eval()`, and where it drops nothing.

    By default modules are in training.
    """
    told, share = thing.attributes.get(TOLD, NONE), thing.attributes.get(SHARE_KEPT, TRUE)
    if FALSE in (told, share):
        return YES
    if share != TRUE:
        return MAYBE
    return NO if told == TRUE else BY_DEFAULT.opposite()


@lru_cache(maxsize=4096)
def _mentions(code: Code) -> bool:
    return any(
        isinstance(node, Attribute) and node.name == "training"
        for inner in all_codes(code)
        for node in nodes_of(inner)
    )

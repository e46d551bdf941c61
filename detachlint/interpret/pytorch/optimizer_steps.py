"""`optimizer.step(…)`: the hooks around it and the closure that it calls.

Executed: hooks run in the grad mode of whoever calls `step`, closures with grad mode on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import Instance, Kind, Mapping, Sequence
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Value,
    in_order,
    literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

HOOKS = {"step-pre-hook": "@step pre-hooks", "step-post-hook": "@step post-hooks"}
"""Attributes of our own that hold what was registered, by what the facts call the method."""


def call_method(
    machine: Machine, optimizer: Address, behaviour: str, call: LibraryCall
) -> Outcomes | None:
    """A method that calls functions, now or later; None for the others."""
    if behaviour == "steps":
        return _step(machine, optimizer, call)
    if behaviour in HOOKS:
        return _register_hook(machine, optimizer, HOOKS[behaviour], call)
    return None


def _register_hook(machine: Machine, optimizer: Address, which: str, call: LibraryCall) -> Outcomes:
    """`optimizer.register_step_post_hook(hook)` and the one before."""
    thing = call.state.get(optimizer)
    if isinstance(thing, Instance):
        hooks = thing.attributes.get(which, BOTTOM_VALUE) | (
            call.arguments.get(0, "hook") or BOTTOM_VALUE
        )
        call.state.put(optimizer, replace(thing, attributes={**thing.attributes, which: hooks}))
    handle = machine.unknown(
        call.state, call.activation, call.span, "handle", kind=Kind.OTHER, grad=NO
    )
    return [(handle, call.state)]


def _step(machine: Machine, optimizer: Address, call: LibraryCall) -> Outcomes:
    """The outcomes of `optimizer.step(closure)`."""
    before, after = HOOKS.values()
    return [
        (value, end)
        for started in _run_hooks(machine, optimizer, before, call, call.state)
        for value, stepped in _closure(machine, call, started)
        for end in _run_hooks(machine, optimizer, after, call, stepped)
    ]


def _closure(machine: Machine, call: LibraryCall, state: State) -> Outcomes:
    closure = call.arguments.get(0, "closure")
    if closure is None or closure == NONE:
        return [(NONE, state)]
    saved = state.mode
    state.mode = YES
    outcomes = machine.call(closure, Arguments(), state, call.activation, call.span, "closure")
    for _, after in outcomes:
        after.mode = saved
    return outcomes


def _run_hooks(
    machine: Machine, optimizer: Address, which: str, call: LibraryCall, state: State
) -> list[State]:
    thing = state.instance(optimizer, which)
    hooks = thing.attributes.get(which, BOTTOM_VALUE) if thing is not None else BOTTOM_VALUE
    states = [state]
    for hook in in_order(hooks):
        states = [
            end
            for before in states
            for end in _run(machine, optimizer, value_of(hook), call, before)
        ]
    return states


def _run(
    machine: Machine, optimizer: Address, hook: Value, call: LibraryCall, state: State
) -> list[State]:
    """`hook(optimizer, args, kwargs)`; the optimizer is the first of `args`, too (executed)."""
    given = Sequence("tuple", (value_of(optimizer), *call.arguments.positional))
    named = Mapping({literal(name): value for name, value in call.arguments.keywords.items()})
    arguments = machine.new(state, call.activation, call.span, "step arguments", given)
    keywords = machine.new(state, call.activation, call.span, "step keywords", named)
    outcomes = machine.call(
        hook,
        Arguments((value_of(optimizer), arguments, keywords)),
        state,
        call.activation,
        call.span,
        "hook",
    )
    return [after for _, after in outcomes]

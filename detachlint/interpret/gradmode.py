"""Grad mode: who switches it, where, and for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, YES, Belief
from detachlint.domain.objects import Class, Function, GradSwitch, Partial
from detachlint.domain.values import (
    Address,
    Atom,
    Bound,
    Library,
    Method,
    Value,
    in_order,
    value_of,
)
from detachlint.interpret.activation import Activation, Outcomes
from detachlint.interpret.arguments import LibraryCall
from detachlint.interpret.state import State
from detachlint.interpret.tensor_attributes import truth_belief

if TYPE_CHECKING:
    from detachlint.interpret.machine import Machine

SWITCHES: dict[str, Belief] = {
    "torch.no_grad": NO,
    "torch.enable_grad": YES,
    "torch.inference_mode": NO,
    "torch.set_grad_enabled": YES,
    "torch._C._set_grad_enabled": YES,
}
"""Grad mode inside, when called without arguments that say otherwise."""


def make_switch(machine: Machine, call: LibraryCall) -> Outcomes:
    """`torch.no_grad()` and relatives. `set_grad_enabled(flag)` acts at once; the others on entry.

    `@torch.no_grad` without parentheses is `torch.no_grad(function)`: the decorated function.
    """
    state = call.state
    given = call.arguments.get(0, "mode")
    if given is not None and is_function(state, given):
        return [(decorate(machine, call.activation, call, given, SWITCHES[call.name]), state)]
    mode = SWITCHES[call.name]
    before: Belief | None = None
    if call.name == "torch.inference_mode" and given is not None:
        mode = truth_belief(state, given).opposite()
    elif call.name in ("torch.set_grad_enabled", "torch._C._set_grad_enabled"):
        mode = truth_belief(state, given) if given is not None else MAYBE
        before = state.mode
        state.mode = mode
    switch = GradSwitch(mode, before)
    return [(machine.new(state, call.activation, call.span, "grad mode", switch), state)]


def is_function(state: State, value: Value) -> bool:
    """Whether a value may be something to decorate."""
    for atom in value:
        if isinstance(atom, (Bound, Method)):
            return True
        if isinstance(atom, Address) and isinstance(state.get(atom), (Function, Partial, Class)):
            return True
    return False


def decorate(
    machine: Machine,
    activation: Activation,
    call: LibraryCall,
    function: Value,
    mode: Belief,
) -> Value:
    """The function that runs `function` under `mode`.

    An `async def` is left as it is: only the making of the coroutine is wrapped, its body runs in the
    mode of whoever awaits it.
    """
    state, span = call.state, call.span
    switch = machine.new(state, activation, span, "decorator mode", GradSwitch(mode))
    made: set[Atom] = set()
    for atom in in_order(function):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Function) and thing.code.is_async and not thing.code.yields:
            made.add(atom)
        elif isinstance(thing, Function):
            wrapped = replace(thing, modes=(switch, *thing.modes))
            made |= machine.new(state, activation, span, f"decorated {thing.code.name}", wrapped)
        elif isinstance(thing, Class):
            made |= machine.new(state, activation, span, f"decorated {thing.name}", replace(
                thing, attributes=_with_decorated_init(thing, switch, state, machine, call)
            ))
        else:
            partial = Partial(value_of(atom), modes=(switch,))
            made |= machine.new(state, activation, span, "decorated", partial)
    return frozenset(made)


def _with_decorated_init(
    cls: Class, switch: Value, state: State, machine: Machine, call: LibraryCall
) -> dict[str, Value]:
    """A decorated class: only its construction runs under the mode (executed; deprecated)."""
    attributes = dict(cls.attributes)
    for atom in in_order(attributes.get("__init__", frozenset())):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Function):
            wrapped = replace(thing, modes=(switch, *thing.modes))
            attributes["__init__"] = machine.new(
                state, call.activation, call.span, "decorated __init__", wrapped
            )
    return attributes


def mode_of(state: State, value: Value) -> Belief | None:
    """The grad mode inside `with value:`; None if it is no grad-mode manager."""
    modes: list[Belief] = []
    for atom in value:
        if isinstance(atom, Library) and atom.name in SWITCHES:
            modes.append(SWITCHES[atom.name])
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, GradSwitch):
            modes.append(thing.mode)
        elif not (isinstance(atom, Library) and atom.name in SWITCHES):
            modes.append(state.mode)
    if not modes:
        return None
    joined = modes[0]
    for mode in modes[1:]:
        joined = joined.join(mode)
    return joined


def mode_before(state: State, value: Value) -> Belief:
    """The grad mode to restore after `with value:` (for `set_grad_enabled`, that before the call)."""
    for atom in value:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, GradSwitch) and thing.before is not None:
            return thing.before
    return state.mode


def is_switch(state: State, value: Value) -> bool:
    """Whether a value may be a grad-mode manager."""
    for atom in value:
        if isinstance(atom, Library) and atom.name in SWITCHES:
            return True
        if isinstance(atom, Address) and isinstance(state.get(atom), GradSwitch):
            return True
    return False


def enter_modes(state: State, modes: tuple[Value, ...]) -> Belief:
    """Switch to the modes of a decorated function, outermost first; returns the mode to restore."""
    saved = state.mode
    for value in modes:
        inside = mode_of(state, value)
        if inside is not None:
            state.mode = inside
    return saved

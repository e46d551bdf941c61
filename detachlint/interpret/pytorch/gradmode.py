"""Grad mode: who switches it, where, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, YES, Belief
from detachlint.domain.objects import Class, Function, GradSwitch, Instance, Partial
from detachlint.domain.surroundings import Surroundings
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
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import class_names
from detachlint.interpret.pytorch import surrounding
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.knowledge import facts
from detachlint.knowledge.facts import GradMode
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

INSIDE: Mapping[GradMode, Belief] = {
    GradMode.OFF: NO,
    GradMode.ON: YES,
    GradMode.SET: YES,
    GradMode.INFERENCE: NO,
}
"""Grad mode inside, where no argument says otherwise."""


def _plain_switch(name: str) -> GradSwitch | None:
    """The switch that a class is when it is used without arguments; None if it is no switch."""
    kind = facts.grad_mode(name)
    if kind is None:
        return None
    return GradSwitch(INSIDE[kind], None, YES if kind is GradMode.INFERENCE else None)


def make_switch(machine: Machine, call: LibraryCall) -> Outcomes:
    """`torch.no_grad()` and relatives. `set_grad_enabled(flag)` acts at once; the others on entry.

    `@torch.no_grad` without parentheses is `torch.no_grad(function)`: the decorated function.
    """
    state = call.state
    kind, plain = facts.grad_mode(call.name), _plain_switch(call.name)
    assert plain is not None
    given = call.arguments.get(0, "mode")
    if given is not None and is_function(state, given):
        return [(decorate(machine, call, given, plain), state)]
    mode = plain.mode
    before: Belief | None = None
    if kind is GradMode.INFERENCE and given is not None:
        mode = truth_belief(state, given).opposite()
    inference = mode.opposite() if kind is GradMode.INFERENCE else None
    if kind is GradMode.SET:
        mode = truth_belief(state, given) if given is not None else MAYBE
        before = state.mode
        state.mode = mode
    switch = GradSwitch(mode, before, inference)
    return [(machine.new(state, call.activation, call.span, "grad mode", switch), state)]


def is_function(state: State, value: Value) -> bool:
    """Whether a value may be something to decorate."""
    for atom in in_order(value):
        if isinstance(atom, (Bound, Method)):
            return True
        if isinstance(atom, Address) and isinstance(state.get(atom), (Function, Partial, Class)):
            return True
    return False


def decorate(
    machine: Machine, call: LibraryCall, function: Value, inside: GradSwitch | Instance
) -> Value:
    """The function that runs `function` under a grad-mode switch (or another manager).

    An `async def` is left as it is: only the making of the coroutine is wrapped, its body runs in the
    mode of whoever awaits it.
    """
    state, span, activation = call.state, call.span, call.activation
    switch = machine.new(state, activation, span, "decorator mode", inside)
    made: set[Atom] = set()
    for atom in in_order(function):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Function) and thing.code.is_async and not thing.code.yields:
            made.add(atom)
        elif isinstance(thing, Function):
            wrapped = replace(thing, modes=(switch, *thing.modes))
            made |= machine.new(state, activation, span, f"decorated {thing.code.name}", wrapped)
        elif isinstance(thing, Class):
            made |= machine.new(
                state,
                activation,
                span,
                f"decorated {thing.name}",
                replace(
                    thing, attributes=_with_decorated_init(thing, switch, state, machine, call)
                ),
            )
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


Modes = tuple[Belief, Belief, Surroundings]
"""Grad mode and inference mode of a state, and what else it runs in."""


SWITCHED = "@switched"
"""Attribute of an `ExitStack` that has entered a switch."""


def modes_of(state: State) -> Modes:
    """Those of a state, to be restored later."""
    return state.mode, state.inference, state.surroundings


def switch_on(state: State, value: Value) -> Modes:
    """Enter `with value:`; returns the modes to restore at its end.

    What is no grad-mode switch leaves the modes as they are. `set_grad_enabled` acted when it was
    called: to be restored is what it found then.
    """
    saved = modes_of(state)
    outcomes: list[Modes] = []
    for atom in in_order(value):
        around = surrounding.inside(state, atom)
        switch = _switch(state, atom)
        if switch is None:
            outcomes.append(saved if around is None else (state.mode, state.inference, around))
            continue
        inference = state.inference if switch.inference is None else switch.inference
        outcomes.append((switch.mode, inference, state.surroundings))
        if switch.before is not None:
            saved = (switch.before, state.inference, state.surroundings)
    for index, (mode, inference, around) in enumerate(outcomes):
        state.mode = mode if index == 0 else state.mode.join(mode)
        state.inference = inference if index == 0 else state.inference.join(inference)
        state.surroundings = around if index == 0 else state.surroundings.join(around)
    return saved


def restore(state: State, modes: Modes) -> None:
    """Leave a `with` or a decorated function."""
    state.mode, state.inference, state.surroundings = modes


def _switch(state: State, atom: Atom) -> GradSwitch | None:
    if isinstance(atom, Library):
        return _plain_switch(atom.name)
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, GradSwitch):
        return thing
    if isinstance(thing, Instance):
        for name in class_names(state, thing):
            switch = _plain_switch(name)
            if switch is not None:  # a class derived from `torch.no_grad`
                return switch
    return None


def is_switch(state: State, value: Value) -> bool:
    """Whether a value may be a manager that changes the grad mode, or what else code runs in."""
    return any(
        _switch(state, atom) is not None or surrounding.inside(state, atom) is not None
        for atom in value
    )


def enter_modes(state: State, modes: tuple[Value, ...]) -> Modes:
    """Switch to the modes of a decorated function, outermost first; returns those to restore."""
    saved = modes_of(state)
    for value in modes:
        switch_on(state, value)
    return saved


def call_method(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    """`switch.__enter__()` and `switch.__exit__(…)`, written out."""
    state = call.state
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, GradSwitch) and isinstance(atom, Address):
        if call.name == "__enter__":
            saved = switch_on(state, value_of(atom))
            state.heap[atom] = replace(thing, before=saved[0])
        elif call.name == "__exit__" and thing.before is not None:
            state.mode = thing.before
            if thing.inference is not None:
                state.inference = NO
    return [(value_of(atom), state)]

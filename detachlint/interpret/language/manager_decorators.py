"""Context managers of the program as decorators: `@quietly()`, where `quietly` is a `@contextmanager`.

`contextlib.ContextDecorator` enters the manager around each call. What counts of that is the grad mode
in which the function then runs, so the manager is entered once for the sake of the mode it switches to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import Function, GradSwitch, Instance, Iterator
from detachlint.domain.values import Address, Value, in_order, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State, join_states
from detachlint.interpret.language import generators
from detachlint.interpret.language.lookup import class_names, own_members
from detachlint.interpret.pytorch import gradmode

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DECORATOR = "contextlib.ContextDecorator"


def is_manager_function(state: State, thing: Iterator) -> bool:
    """Whether what a generator function gives is a context manager."""
    if thing.kind != "generator":
        return False
    for atom in thing.function:
        function = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(function, Function) and function.manager:
            return True
    return False


def decorates(state: State, thing: Instance | Iterator) -> bool:
    """Whether an object of the program is a manager that is made to decorate functions."""
    if isinstance(thing, Iterator):
        return is_manager_function(state, thing)
    return DECORATOR in class_names(state, thing)


def decorated(machine: Machine, manager: Address, call: LibraryCall) -> Outcomes:
    """What comes of `manager(function)`.

    Of a generator or coroutine only the making is wrapped: its body runs in the mode of whoever
    drives it.
    """
    given = call.arguments.get(0, "func")
    if given is None:
        unknown = machine.unknown(call.state, call.activation, call.span, "result")
        return [(unknown, call.state)]
    inside = [_mode_inside(machine, manager, outside, call) for outside in (YES, NO)]
    if inside == [YES, NO]:
        return [(given, call.state)]
    switch = GradSwitch(inside[0].join(inside[1]))
    parts: Value = frozenset()
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        runs_later = isinstance(thing, Function) and (thing.code.yields or thing.code.is_async)
        value = value_of(atom)
        parts |= value if runs_later else gradmode.decorate(machine, call, value, switch)
    return [(parts, call.state)]


def _mode_inside(machine: Machine, manager: Address, outside: Belief, call: LibraryCall) -> Belief:
    state = call.state.fork()
    state.mode = outside
    raised = len(call.activation.raises)
    with machine.ledger.muted():
        entered = [after for _, after in _enter(machine, manager, state, call)]
    del call.activation.raises[raised:]
    return join_states(entered).mode if entered else outside


def _enter(machine: Machine, manager: Address, state: State, call: LibraryCall) -> Outcomes:
    activation, thing = call.activation, state.get(manager)
    if isinstance(thing, Iterator):
        return generators.advance(machine, manager, thing, state, activation, call.span)
    assert isinstance(thing, Instance)
    outcomes: Outcomes = []
    given = Arguments((value_of(manager),))
    for own, _ in own_members(state, thing, "__enter__"):
        outcomes += machine.call(own, given, state.fork(), activation, call.span, "__enter__")
    return outcomes

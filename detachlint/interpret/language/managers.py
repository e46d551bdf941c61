"""`with`: grad-mode switches, the program's own context managers, and those of libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Iterator
from detachlint.domain.values import NONE, Address, Library, Value, addresses, in_order, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import assignment, generators, manager_decorators
from detachlint.interpret.language.control import intercept, run_suppressed
from detachlint.interpret.language.lookup import class_names, find_in_class
from detachlint.interpret.pytorch import gradmode
from detachlint.ir.nodes import With

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

PASS_THROUGH = frozenset({"contextlib.nullcontext", "contextlib.closing", "contextlib.suppress"})


def run_with(machine: Machine, node: With, state: State, activation: Activation) -> list[State]:
    """`with manager as target: body`."""
    ends: list[State] = []
    for manager, after in machine.evaluate(node.manager, state, activation):
        for atom in sorted(manager, key=repr):
            before = after if len(manager) == 1 else after.fork()
            ends += _run_one(machine, node, value_of(atom), before, activation)
    return ends


def _run_one(
    machine: Machine, node: With, manager: Value, state: State, activation: Activation
) -> list[State]:
    (atom,) = manager
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Instance):
        own = _run_own(machine, node, manager, thing, state, activation)
        if own is not None:
            return own
    if gradmode.is_switch(state, manager):
        return _run_switched(machine, node, manager, state, activation)
    if isinstance(thing, Iterator) and isinstance(atom, Address):
        if manager_decorators.is_manager_function(state, thing):
            return _run_around_yield(machine, node, atom, thing, state, activation)
    elif isinstance(thing, Instance) and "contextlib.suppress" in class_names(state, thing):
        return run_suppressed(machine, node, state, activation)
    elif isinstance(thing, Instance) and "contextlib.ExitStack" in class_names(state, thing):
        return _run_stack(machine, node, manager, state, activation)
    entered = _entered(machine, node, manager, state, activation)
    return _run_body(machine, node, entered, state, activation)


def _run_body(
    machine: Machine, node: With, entered: Value, state: State, activation: Activation
) -> list[State]:
    states = [state]
    if node.target is not None:
        states = assignment.assign(machine, node.target, entered, state, activation)
    return machine.execute(node.body, states, activation)


def _run_body_and(
    leave: Callable[[State], list[State]],
    machine: Machine,
    node: With,
    entered: Value,
    state: State,
    activation: Activation,
) -> list[State]:
    """The body, and `leave` on every path out of it, at its end as well as before."""
    with intercept(activation, leave):
        ends = _run_body(machine, node, entered, state, activation)
    return [end for after in ends for end in leave(after)]


def _run_switched(
    machine: Machine, node: With, manager: Value, state: State, activation: Activation
) -> list[State]:
    saved = gradmode.switch_on(state, manager)

    def leave(after: State) -> list[State]:
        gradmode.restore(after, saved)
        return [after]

    return _run_body_and(leave, machine, node, manager, state, activation)


def _run_stack(
    machine: Machine, node: With, manager: Value, state: State, activation: Activation
) -> list[State]:
    """`with ExitStack() as stack`: what `stack.enter_context` has switched is switched back."""
    (address,) = addresses(manager)
    modes = gradmode.modes_of(state)

    def leave(after: State) -> list[State]:
        stack = after.get(address)
        if isinstance(stack, Instance) and gradmode.SWITCHED in stack.attributes:
            gradmode.restore(after, modes)
        return [after]

    return _run_body_and(leave, machine, node, manager, state, activation)


def _run_around_yield(
    machine: Machine,
    node: With,
    address: Address,
    thing: Iterator,
    state: State,
    activation: Activation,
) -> list[State]:
    """A `@contextmanager` function: the body of the `with` is what happens at its `yield`."""

    def body(value: Value, at_yield: State) -> list[State]:
        return _run_body(machine, node, value, at_yield, activation)

    modes = gradmode.modes_of(state)

    def leave(after: State) -> list[State]:
        # An abrupt exit unwinds the generator too: the `with` blocks around its yield restore the mode.
        gradmode.restore(after, modes)
        return [after]

    with intercept(activation, leave):
        ended = generators.drive(machine, address, thing, state, activation, node.span, body)
        return [end for _, end in ended]


def _run_own(
    machine: Machine,
    node: With,
    manager: Value,
    thing: Instance,
    state: State,
    activation: Activation,
) -> list[State] | None:
    """An object with `__enter__` and `__exit__` of the program."""
    cls = next((c for c in thing.cls if isinstance(c, Address)), None)
    if cls is None:
        return None
    names = ("__enter__", "__exit__")
    enter, leave = (find_in_class(state, cls, name) for name in names)
    if enter is None or leave is None:
        names = ("__aenter__", "__aexit__")
        enter, leave = (find_in_class(state, cls, name) for name in names)
    if enter is None or leave is None:
        return None
    exit_methods = leave[0]

    def finish(after: State) -> list[State]:
        given = Arguments((manager, NONE, NONE, NONE))
        return [
            end
            for _, end in machine.call(
                exit_methods, given, after, activation, node.span, "__exit__"
            )
        ]

    ends: list[State] = []
    for entered, after in machine.call(
        enter[0], Arguments((manager,)), state, activation, node.span, "__enter__"
    ):
        ends += _run_body_and(finish, machine, node, entered, after, activation)
    return ends


def _entered(
    machine: Machine, node: With, manager: Value, state: State, activation: Activation
) -> Value:
    """What a manager of a library gives: itself for files and the like; nobody knows for others."""
    (atom,) = manager
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Instance):
        for cls in in_order(thing.cls):
            if isinstance(cls, Library) and cls.name in PASS_THROUGH:
                return thing.payload or NONE
        return manager
    return machine.unknown(state, activation, node.span, "entered")

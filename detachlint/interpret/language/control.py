"""Loops and exceptions: where abrupt exits go."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from detachlint.domain.belief import NO
from detachlint.domain.objects import Class, Instance, Kind, Sequence
from detachlint.domain.values import Address, Library, Value, in_order
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.fixpoint import repeat
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import names
from detachlint.interpret.language.catching import caught_by, handled_by
from detachlint.interpret.language.conditions import test
from detachlint.interpret.language.imports import always_works
from detachlint.interpret.language.lookup import library_bases, linear_order
from detachlint.ir.nodes import (
    Assign,
    Constant,
    Handler,
    Import,
    Jump,
    Name,
    Return,
    Statement,
    Try,
    While,
    With,
)
from detachlint.ir.walk import nodes_in

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_TURNS = 8
"""Turns of a `while` that are run one by one while its condition is decided."""

Item = TypeVar("Item")


def take(items: list[Item]) -> list[Item]:
    """The items, which leave the list."""
    taken = items[:]
    items.clear()
    return taken


@contextmanager
def loop(activation: Activation) -> Iterator[None]:
    """Collect the `break`s and `continue`s of a loop apart from those of the loop around it."""
    outer = activation.breaks, activation.continues
    activation.breaks, activation.continues = [], []
    try:
        yield
    finally:
        activation.breaks, activation.continues = outer


def run_while(machine: Machine, node: While, state: State, activation: Activation) -> list[State]:
    """The states in which the condition of a `while` turns out false."""
    done: list[State] = []
    outer = activation.context
    pending = [state]
    for turn in range(MOST_TURNS):
        activation.context = machine.book.context(outer, node.span, turn + 1)
        undecided: list[State] = []
        running: list[State] = []
        for before in pending:
            held = before.fork()
            yes, no = test(machine, node.test, before, activation)
            if yes and no:
                undecided.append(held)
            else:
                running += yes
                done += no
        activation.context = outer
        for before in undecided:
            done += _while_unknown(machine, node, before, activation)
        if not running:
            return machine.merge_states(done)
        activation.context = machine.book.context(outer, node.span, turn + 1)
        ends = machine.execute(node.body, machine.merge_states(running), activation)
        pending = machine.merge_states(ends + take(activation.continues))
        activation.context = outer
        if not pending:
            return machine.merge_states(done)
    for before in pending:
        done += _while_unknown(machine, node, before, activation)
    return machine.merge_states(done)


def _while_unknown(
    machine: Machine, node: While, state: State, activation: Activation
) -> list[State]:
    """A `while` whose number of turns nobody knows."""
    exits: list[State] = []
    cut, ways = machine.ledger.cut_short, len(activation.breaks) + len(activation.returns)

    def step(before: State) -> list[State]:
        yes, no = test(machine, node.test, before, activation)
        exits.extend(no)
        ends = machine.execute(node.body, machine.merge_states(yes), activation)
        return machine.merge_states(ends + take(activation.continues))

    heads = repeat(machine, state, activation, node.span, step)
    none_found = not exits and len(activation.breaks) + len(activation.returns) == ways
    if none_found and machine.ledger.cut_short > cut:
        exits = _ends_out_of_sight(machine, node, heads, activation)
    return machine.merge_states(exits)


def _ends_out_of_sight(
    machine: Machine, node: While, heads: list[State], activation: Activation
) -> list[State]:
    """How a loop ends that never does as far as it was run: a call in it was not, for a bound, and what
    that does may well end it. What comes behind the loop must not count as out of reach.
    """
    inside = list(nodes_in(node.body))
    endless = isinstance(node.test, Constant) and bool(node.test.value)
    if not endless or any(isinstance(one, Jump) and one.kind == "break" for one in inside):
        return heads
    if any(isinstance(one, Return) for one in inside):
        for head in heads:
            value = machine.unknown(head, activation, node.span, "result of the loop")
            activation.returns.append((value, head))
    return []


@contextmanager
def intercept(activation: Activation, leave: Callable[[State], list[State]]) -> Iterator[None]:
    """Run `leave` on every path that leaves the block abruptly, before it goes where it wants to.

    If `leave` itself ends a path (a `return` in `finally`), the path goes there instead.
    """
    outer = (activation.returns, activation.raises, activation.breaks, activation.continues)
    activation.returns, activation.raises = [], []
    activation.breaks, activation.continues = [], []
    yield
    inner = (activation.returns, activation.raises, activation.breaks, activation.continues)
    activation.returns, activation.raises, activation.breaks, activation.continues = outer
    for mine, theirs in ((inner[0], outer[0]), (inner[1], outer[1])):
        theirs.extend((value, end) for value, before in mine for end in leave(before))
    for jumps, target in ((inner[2], outer[2]), (inner[3], outer[3])):
        target.extend(end for before in jumps for end in leave(before))


def run_try(machine: Machine, node: Try, state: State, activation: Activation) -> list[State]:
    """`try`: handlers start from every state in which the body may have been left by an exception."""
    if not node.final:
        return _run_handled(machine, node, state, activation)

    def leave(before: State) -> list[State]:
        return machine.execute(node.final, [before], activation)

    refusals = 0 if node.handlers else 1
    outer = len(activation.raises)
    with intercept(activation, leave):
        activation.finals += refusals
        normal = _run_handled(machine, node, state, activation)
        activation.finals -= refusals
    if not activation.watched and not activation.finals:
        # Nobody is left to ask what holds after what nobody raised on purpose.
        activation.raises[outer:] = [raised for raised in activation.raises[outer:] if raised[0]]
    return machine.execute(node.final, normal, activation)


def _run_handled(machine: Machine, node: Try, state: State, activation: Activation) -> list[State]:
    if not node.handlers:
        return machine.execute(
            node.orelse, machine.execute(node.body, [state], activation), activation
        )
    outer, activation.raises = activation.raises, []
    activation.watched += 1
    outside = activation.catches, activation.handles
    caught, handled = caught_by(node), handled_by(node)
    activation.catches, activation.handles = outside[0] | caught, (outside[1] - caught) | handled
    ends = machine.execute(node.body, [state], activation)
    activation.catches, activation.handles = outside
    activation.watched -= 1
    raised = activation.raises
    if not all(map(cannot_fail, node.body)):
        raised = raised + [(frozenset(), end.fork()) for end in ends]
    activation.raises = outer
    ends = machine.execute(node.orelse, ends, activation)
    return ends + _handle(machine, node, raised, activation)


def cannot_fail(statement: Statement) -> bool:
    """Whether a statement raises nothing where there are tensors: `import torch`, `HAS_TORCH = True`."""
    if not isinstance(statement, Assign) or not all(isinstance(t, Name) for t in statement.targets):
        return False
    value = statement.value
    return isinstance(value, Constant) or (isinstance(value, Import) and always_works(value))


def run_suppressed(
    machine: Machine, node: With, state: State, activation: Activation
) -> list[State]:
    """`with suppress(…):` is a `try` whose handler does nothing."""
    handler = Handler(None, None, (), node.span)
    return _run_handled(machine, Try(node.body, (handler,), (), (), node.span), state, activation)


def _handle(machine: Machine, node: Try, raised: Outcomes, activation: Activation) -> list[State]:
    ends: list[State] = []
    pending = machine.merge_outcomes(raised)
    for handler in node.handlers:
        passed: Outcomes = []
        caught: Outcomes = []
        for exception, before in pending:
            catches = _catches(machine, handler, exception, before, activation)
            if catches is not False:
                caught.append((exception, before.fork()))
            if catches is not True:
                passed.append((exception, before))
        pending = passed
        ends += _run_handler(machine, handler, caught, activation)
    # What no handler is sure to catch goes on outwards, if it was raised on purpose.
    activation.raises.extend((e, s) for e, s in pending if e)
    return ends


def _run_handler(
    machine: Machine, handler: Handler, caught: Outcomes, activation: Activation
) -> list[State]:
    states: list[State] = []
    for exception, before in caught:
        if handler.name is not None:
            value = exception or machine.unknown(
                before, activation, handler.span, "exception", kind=Kind.OTHER, grad=NO
            )
            names.bind_name(machine, handler.name, value, before, activation)
        states.append(before)
    ends = machine.execute(handler.body, machine.merge_states(states), activation)
    if handler.name is not None:
        for end in ends:
            names.unbind_name(machine, handler.name, end, activation)
    return ends


def _catches(
    machine: Machine,
    handler: Handler,
    exception: Value,
    state: State,
    activation: Activation,
) -> bool | None:
    """Whether a handler catches an exception; None where that is not known."""
    if handler.kind is None:
        return True
    if not exception:
        return None
    kinds: set[str | Address] = set()
    for value, after in machine.evaluate(handler.kind, state.fork(), activation):
        kinds |= _exception_classes(after, value)
    answers = {_is_caught(state, atom, kinds) for atom in _exception_classes(state, exception)}
    return answers.pop() if len(answers) == 1 else None


def _exception_classes(state: State, value: Value) -> set[str | Address]:
    """Classes of exceptions: those of instances, or those named, also in a tuple."""
    found: set[str | Address] = set()
    for atom in in_order(value):
        if isinstance(atom, Library):
            found.add(atom.name)
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Class) and isinstance(atom, Address):
            found.add(atom)
        elif isinstance(thing, Instance):
            found |= _exception_classes(state, thing.cls)
        elif isinstance(thing, Sequence):
            for item in (*thing.items, thing.rest):
                found |= _exception_classes(state, item)
    return found


def _is_caught(state: State, raised: str | Address, kinds: set[str | Address]) -> bool | None:
    if raised in kinds:
        return True
    ancestors: list[str | Address] = [raised]
    if isinstance(raised, Address):
        ancestors += [a for a in linear_order(state, raised) if isinstance(a, Address)]
        ancestors += library_bases(state, raised)
    answers = [_builtin_is_a(a, kind) for a in ancestors for kind in kinds]
    if any(kind in ancestors for kind in kinds) or True in answers:
        return True
    return None if None in answers else False


def _builtin_is_a(raised: str | Address, kind: str | Address) -> bool | None:
    first = _builtin(raised)
    second = _builtin(kind)
    if first is None or second is None:
        return None if isinstance(raised, str) and isinstance(kind, str) else False
    return issubclass(first, second)


def _builtin(name: str | Address) -> type[BaseException] | None:
    if not isinstance(name, str) or not name.startswith("builtins."):
        return None
    found = getattr(builtins, name.removeprefix("builtins."), None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None

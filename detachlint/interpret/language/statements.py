"""What each statement does to a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.values import NONE, Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import (
    assignment,
    augmented,
    backpropagated,
    conditions,
    control,
    managers,
    replacing,
)
from detachlint.interpret.pytorch.needed import note_return
from detachlint.ir.nodes import (
    Assign,
    AugmentedAssign,
    Delete,
    Evaluate,
    For,
    If,
    Jump,
    Raise,
    Return,
    Try,
    While,
    With,
)

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def _assign(machine: Machine, node: Assign, state: State, activation: Activation) -> list[State]:
    if node.value is None:
        assignment.declare(machine, node, state, activation)
        return [state]
    ends: list[State] = []
    for value, after in machine.evaluate(node.value, state, activation):
        backpropagated.tell(machine, node, value, after, activation)
        if node.annotation is not None:
            assignment.declare(machine, node, after, activation)
        states = [after]
        for target in node.targets:
            states = [
                end
                for before in states
                for end in assignment.assign(
                    machine, target, value, before, activation, node.value.span
                )
            ]
        ends += states
    return ends


def _augmented(
    machine: Machine, node: AugmentedAssign, state: State, activation: Activation
) -> list[State]:
    ends: list[State] = []
    outcomes = machine.evaluate_all((node.target, node.value), state, activation)
    for (left, right), before in outcomes:
        seen = len(machine.ledger.found)
        results = augmented.operate_in_place(machine, node, left, right, before, activation)
        written = (node.target.span, left), (node.value.span, right)
        machine.ledger.note_uneventful(seen, None, written, before)
        for result, after in results:
            ends += assignment.assign(
                machine, node.target, result, after, activation, node.value.span
            )
    return ends


def _delete(machine: Machine, node: Delete, state: State, activation: Activation) -> list[State]:
    return assignment.delete(machine, node.target, state, activation)


def _evaluate(
    machine: Machine, node: Evaluate, state: State, activation: Activation
) -> list[State]:
    return machine.merge_states([s for _, s in machine.evaluate(node.value, state, activation)])


def _if(machine: Machine, node: If, state: State, activation: Activation) -> list[State]:
    yes, no = conditions.test(machine, node.test, state, activation)
    ends = machine.execute(node.body, machine.merge_states(yes), activation)
    return ends + machine.execute(node.orelse, machine.merge_states(no), activation)


def _for(machine: Machine, node: For, state: State, activation: Activation) -> list[State]:
    ends: list[State] = []
    for value, after in machine.evaluate(node.iterable, state, activation):
        watch = replacing.watching(machine, node, after, activation)
        with control.loop(activation), watch as replaced:

            def body(item: Value, before: State) -> list[State]:
                parts = replacing.apart(node, item, before)
                done: list[State] = []
                for part in parts:
                    own = before if len(parts) == 1 else before.fork()
                    done += _turn(machine, node, part, own, activation, replaced)
                return machine.merge_states(done) if len(parts) > 1 else done

            normal = machine.iterate(value, after, activation, node.span, body)
            broken = control.take(activation.breaks)
        if replaced is not None:
            replacing.settle(normal, replaced)
        ends += machine.execute(node.orelse, normal, activation) + broken
    return ends


def _turn(
    machine: Machine,
    node: For,
    item: Value,
    before: State,
    activation: Activation,
    replaced: replacing.Replaced | None,
) -> list[State]:
    states = assignment.assign(machine, node.target, item, before, activation)
    if replaced is not None:
        for state in states:
            replacing.begin_turn(machine, replaced, node, state, activation)
    done = machine.execute(node.body, states, activation)
    ends = machine.merge_states(done + control.take(activation.continues))
    if replaced is not None:
        for end in ends:
            replacing.end_turn(end, replaced)
    return ends


def _while(machine: Machine, node: While, state: State, activation: Activation) -> list[State]:
    with control.loop(activation):
        normal = control.run_while(machine, node, state, activation)
        broken = control.take(activation.breaks)
    return machine.execute(node.orelse, normal, activation) + machine.merge_states(broken)


def _try(machine: Machine, node: Try, state: State, activation: Activation) -> list[State]:
    return control.run_try(machine, node, state, activation)


def _with(machine: Machine, node: With, state: State, activation: Activation) -> list[State]:
    return managers.run_with(machine, node, state, activation)


def _return(machine: Machine, node: Return, state: State, activation: Activation) -> list[State]:
    if node.value is None:
        activation.returns.append((NONE, state))
        return []
    for value, after in machine.evaluate(node.value, state, activation):
        note_return(machine, value, after, activation, node.span)
        activation.returns.append((value, after))
    return []


def _raise(machine: Machine, node: Raise, state: State, activation: Activation) -> list[State]:
    if node.value is None:
        activation.raises.append((frozenset(), state))
    else:
        activation.raises.extend(machine.evaluate(node.value, state, activation))
    return []


def _jump(machine: Machine, node: Jump, state: State, activation: Activation) -> list[State]:
    (activation.breaks if node.kind == "break" else activation.continues).append(state)
    return []


EXECUTORS: dict[type, Callable[..., list[State]]] = {
    Assign: _assign,
    AugmentedAssign: _augmented,
    Delete: _delete,
    Evaluate: _evaluate,
    For: _for,
    If: _if,
    Jump: _jump,
    Raise: _raise,
    Return: _return,
    Try: _try,
    While: _while,
    With: _with,
}

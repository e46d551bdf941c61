"""List, set and dict comprehensions: loops that fill a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Mapping, Sequence
from detachlint.domain.values import Address, Value, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import assignment, conditions
from detachlint.interpret.language.contents import append, with_entry
from detachlint.ir.nodes import Clause, Comprehension

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def evaluate_comprehension(
    machine: Machine, node: Comprehension, state: State, activation: Activation
) -> Outcomes:
    """The container, filled by running through the clauses."""
    container = machine.book.place(node.span, f"{node.kind} comprehension", activation.context)
    state.heap[container] = Mapping() if node.kind == "dict" else Sequence(node.kind)
    ends = _run(machine, node, node.clauses, container, state, activation)
    return machine.merge_outcomes([(value_of(container), end) for end in ends])


def _run(
    machine: Machine,
    node: Comprehension,
    clauses: tuple[Clause, ...],
    container: Address,
    state: State,
    activation: Activation,
) -> list[State]:
    if not clauses:
        return _store(machine, node, container, state, activation)
    clause, inner = clauses[0], clauses[1:]

    def body(item: Value, before: State) -> list[State]:
        pending = assignment.assign(machine, clause.target, item, before, activation)
        skipped: list[State] = []
        for condition in clause.conditions:
            passed: list[State] = []
            for one in pending:
                yes, no = conditions.test(machine, condition, one, activation)
                passed += yes
                skipped += no
            pending = passed
        ends = [e for s in pending for e in _run(machine, node, inner, container, s, activation)]
        return ends + skipped

    return [
        end
        for iterable, after in machine.evaluate(clause.iterable, state, activation)
        for end in machine.iterate(iterable, after, activation, node.span, body)
    ]


def _store(
    machine: Machine, node: Comprehension, container: Address, state: State, activation: Activation
) -> list[State]:
    parts = (node.element,) if node.key is None else (node.key, node.element)
    outcomes = machine.evaluate_all(parts, state, activation)
    for values, after in outcomes:
        if node.key is None:
            append(after, container, values[0])
        else:
            thing = after.get(container)
            assert isinstance(thing, Mapping)
            after.put(container, with_entry(thing, values[0], values[1]))
    return [after for _, after in outcomes]

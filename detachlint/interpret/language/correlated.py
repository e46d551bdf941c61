"""Which paths stay apart where there are too many: those that a later test tells apart.

In `if gpu: x = x.cuda()` … `if gpu: x = x.cpu()` nothing may be forgotten of `gpu` in between, however
many other branches stand there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State, distinct_states, join_states
from detachlint.interpret.language.conditions import truth_of
from detachlint.ir.nodes import (
    Code,
    Conditional,
    Expression,
    If,
    Logical,
    Operator,
    Statement,
    While,
)
from detachlint.ir.paths import path_of
from detachlint.ir.walk import nodes_of

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def few_states(
    machine: Machine, states: list[State], statement: Statement, activation: Activation
) -> list[State]:
    """The states behind a statement, as `merge_states` gives them; not all joined if it can be helped."""
    distinct = distinct_states(states)
    most = machine.ledger.work.most_paths
    if len(distinct) <= most:
        return distinct
    groups = [distinct]
    for tested, last_line in tested_again(activation.code):
        if last_line > statement.span.end_line:
            finer = [
                part for group in groups for part in _split(machine, group, tested, activation)
            ]
            groups = finer if len(finer) <= most else groups
    return [join_states(group) for group in groups]


def _split(
    machine: Machine, states: list[State], tested: Expression, activation: Activation
) -> list[list[State]]:
    """The states, by what they know of a condition."""
    parts: dict[bool | None, list[State]] = {}
    for state in states:
        parts.setdefault(_truth(machine, state, tested, activation), []).append(state)
    return list(parts.values())


def _truth(
    machine: Machine, state: State, tested: Expression, activation: Activation
) -> bool | None:
    outcomes = machine.evaluate(tested, state.fork(), activation)
    truths = {truth_of(after, atom) for value, after in outcomes for atom in value}
    return truths.pop() if len(truths) == 1 else None


@lru_cache(maxsize=1 << 12)
def tested_again(code: Code) -> tuple[tuple[Expression, int], ...]:
    """The variables and attributes that more than one test of a body looks at, and where the last does."""
    found: dict[str, Expression] = {}
    lines: dict[str, list[int]] = {}
    tests = [node.test for node in nodes_of(code) if isinstance(node, (If, While, Conditional))]
    for test in sorted(tests, key=lambda test: (test.span.line, test.span.column)):
        for tested in _looked_at(test):
            path = path_of(tested)
            found.setdefault(path, tested)
            lines.setdefault(path, []).append(test.span.line)
    return tuple((found[path], max(at)) for path, at in lines.items() if len(at) > 1)


def _looked_at(test: Expression) -> list[Expression]:
    if isinstance(test, (Logical, Operator)):
        return [inner for operand in test.operands for inner in _looked_at(operand)]
    return [test] if path_of(test) else []

"""Repetition of unknown length: iterate until nothing new happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Frame, HeapObject, Instance, Kind, Mapping, Sequence, Unknown
from detachlint.domain.values import Atom, Literal, Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.addresses import stems_from
from detachlint.interpret.engine.ageing import age
from detachlint.interpret.engine.heap import Heap, parted
from detachlint.interpret.engine.state import State, join_states
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_ROUNDS = 8
"""Rounds before a loop is given up (with the state reached so far)."""

WIDEN_AFTER = 2
"""Rounds in which numbers and strings may still grow."""

MOST_GROUPS = 4
"""States of a loop head that are kept apart because of what they assume."""

Step = Callable[[State], list[State]]
Skipped = Callable[[State, list[State]], bool]
"""Says of the state of no step, given those of some, what is believed of it; whether that is less."""
Assumptions = frozenset[tuple[Atom, bool]]


def repeat(
    machine: Machine,
    start: State,
    activation: Activation,
    span: Span,
    step: Step,
    *,
    at_least_once: bool = False,
    skipped: Skipped | None = None,
) -> list[State]:
    """The states after any number of `step`s from `start` (not zero, if `at_least_once`; zero as
    `skipped` says it).

    Paths that differ in an assumption about something older than the loop stay apart: it holds in
    every iteration, or in none.
    """
    before = start.heap.fork()
    heads: dict[Assumptions, State] = {frozenset(): start.fork()}
    backs: dict[Assumptions, State] = {}
    seen: dict[Assumptions, State] = {}
    for round_number in range(MOST_ROUNDS):
        fresh = {
            group: head
            for group, head in heads.items()
            if group not in seen or not _same(head, seen[group])
        }
        if not fresh:
            break
        seen = {**seen, **{group: head.fork() for group, head in fresh.items()}}
        for head in fresh.values():
            machine.ledger.count_step(activation, 2)
            for end in step(head.fork()):
                age(machine, end, before)
                group = _assumptions(end, start, before)
                backs[group] = backs[group].join(end) if group in backs else end
                old = heads.get(group)
                grown = end if old is None else old.join(end)
                if round_number >= WIDEN_AFTER and old is not None:
                    widen(machine, old, grown, span)
                heads[group] = grown
        if len(heads) > min(MOST_GROUPS, machine.ledger.work.most_paths):
            heads = {frozenset(): join_states(heads.values())}
            backs = {frozenset(): join_states(backs.values())} if backs else {}
            seen = {}
    else:
        machine.ledger.give_up("loop without fixpoint", span)
    if at_least_once:
        return list(backs.values())
    if skipped is not None and skipped(start, list(backs.values())):
        back = backs.pop(frozenset(), None)
        return [start if back is None else start.join(back), *backs.values()]
    return list(heads.values())


def _same(left: State, right: State) -> bool:
    return left.same_world(right) and left.truths == right.truths


def _assumptions(state: State, start: State, before: Heap) -> Assumptions:
    # What the path assumed at the start is no part of the answer, so it is not noted as looked at.
    assumed_at_start, known_before = start.truths.keys(), before.keys()
    return frozenset(
        (address, truth)
        for address, truth in state.truths.items()
        if address not in assumed_at_start and stems_from(address, known_before)
    )


def widen(machine: Machine, old: State, grown: State, span: Span) -> None:
    """Stop literals from growing round after round: they become numbers or text nobody knows."""
    changes = sorted(parted(old.heap, grown.heap)[1])
    for address in changes:
        known, thing = old.heap.meet(address), grown.heap.meet(address)
        if known is None or thing is None or known is thing:
            continue
        changed = _widened(machine, grown, known, thing, span)
        if changed is not thing:
            grown.heap.store(address, changed)


def _widened(
    machine: Machine, state: State, old: HeapObject, new: HeapObject, span: Span
) -> HeapObject:
    def values(before: Value, after: Value, role: str) -> Value:
        return _widened_value(machine, state, before, after, span, role)

    if isinstance(old, Frame) and isinstance(new, Frame):
        variables = {
            name: values(old.variables.get(name, frozenset()), value, name)
            for name, value in new.variables.items()
        }
        return Frame(new.code, new.parent, variables)
    if isinstance(old, Instance) and isinstance(new, Instance):
        attributes = {
            name: values(old.attributes.get(name, frozenset()), value, name)
            for name, value in new.attributes.items()
        }
        return replace(new, attributes=attributes)
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        if len(old.items) != len(new.items):
            return Sequence(new.kind, (), values(old.all, new.all, "item"))
        pairs = zip(old.items, new.items, strict=True)
        items = tuple(values(a, b, f"item {i}") for i, (a, b) in enumerate(pairs))
        return replace(new, items=items, rest=values(old.rest, new.rest, "item"))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        entries = {
            key: values(old.entries.get(key, frozenset()), value, f"item {key.value!r}")
            for key, value in new.entries.items()
            if key in old.entries
        }
        extra = {k: v for k, v in new.entries.items() if k not in old.entries}
        rest = frozenset[object]().union(new.rest, *extra.values())
        return Mapping(entries, new.rest_keys, rest, new.default)  # type: ignore[arg-type]  # union of values is a value
    return new


def _widened_value(
    machine: Machine, state: State, old: Value, new: Value, span: Span, role: str
) -> Value:
    grown = [a for a in new - old if isinstance(a, Literal) and not isinstance(a.value, bool)]
    if not old or not any(isinstance(a.value, (int, float, str, bytes)) for a in grown):
        return new
    kept = frozenset(a for a in new if not _is_growable(a))
    text = any(isinstance(a.value, (str, bytes)) for a in grown)
    kind = Kind.TEXT if text else Kind.NUMBER
    return kept | {machine.unknown_object(state, 0, span, f"any {role}", Unknown(kind, NO))}


def _is_growable(atom: object) -> bool:
    return (
        isinstance(atom, Literal)
        and isinstance(atom.value, (int, float, str, bytes))
        and not isinstance(atom.value, bool)
    )

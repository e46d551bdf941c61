"""Binding values to targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Frame, Sequence, Tensor, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Value,
    in_order,
    literal,
    single_address,
    value_of,
)
from detachlint.interpret.engine import steps
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.describe import describe
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import attribute_stores, item_stores, items, names
from detachlint.interpret.language.names import FIELDS
from detachlint.ir.nodes import Assign, Attribute, Constant, Name, Subscript, Target, Unpack
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def assign(
    machine: Machine,
    target: Target,
    value: Value,
    state: State,
    activation: Activation,
    source: Span | None = None,
) -> list[State]:
    """The states after `target = value`; `source` is where the value is written."""
    match target:
        case Name():
            names.bind_name(machine, target, value, state, activation)
            return [state]
        case Attribute():
            steps.note(state, value, target.span, f"kept in `{describe(target)}`")
            return [
                end
                for owner, after in machine.evaluate(target.value, state, activation)
                for end in attribute_stores.write_attribute(
                    machine,
                    owner,
                    target.name,
                    value,
                    after,
                    activation,
                    target.span,
                    source=source,
                )
            ]
        case Subscript():
            return [
                end
                for (owner, index), after in machine.evaluate_all(
                    (target.value, target.index), state, activation
                )
                for end in item_stores.write_item(
                    machine, owner, index, value, after, activation, target, source
                )
            ]
        case Unpack():
            return _unpack(machine, target, value, state, activation)


def _unpack(
    machine: Machine, target: Unpack, value: Value, state: State, activation: Activation
) -> list[State]:
    states: list[State] = []
    for atom in in_order(value):
        before = state if len(value) == 1 else state.fork()
        for parts, after in _parts(machine, target, value_of(atom), before, activation):
            pending = [after]
            for inner, part in zip(target.targets, parts, strict=True):
                pending = [
                    end for s in pending for end in assign(machine, inner, part, s, activation)
                ]
            states += pending
    return states


def _parts(
    machine: Machine, target: Unpack, value: Value, state: State, activation: Activation
) -> list[tuple[list[Value], State]]:
    count = len(target.targets)
    address = single_address(value)
    if address is not None and isinstance(state.get(address), Tensor):
        return _rows(machine, target, value, state, activation)
    found: list[tuple[list[Value], State]] = []
    known = _is_sequence(state, address)
    if known is None and address is not None:
        direct = _unknown_parts(machine, target, address, state, activation)
        if direct is not None:
            return [(direct, state)]
    for contents, after in machine.collect(value, state, activation, target.span):
        if target.star is None:
            parts = [_at(contents, index) for index in range(count)]
            if contents.exact and len(contents.items) != count:
                continue  # a ValueError
        else:
            parts = _split_at_star(machine, target, contents, after, activation)
        found.append((parts, after))
    return found


def _is_sequence(state: State, address: Address | None) -> Sequence | None:
    thing = state.get(address) if address is not None else None
    return thing if isinstance(thing, Sequence) else None


def _unknown_parts(
    machine: Machine, target: Unpack, address: Address, state: State, activation: Activation
) -> list[Value] | None:
    """Items of an unknown object: the same ones each time it is unpacked or indexed."""
    thing = state.get(address)
    if not isinstance(thing, Unknown) or target.star is not None:
        return None
    node = Subscript(Name("", 0, target.span), Constant(0, target.span), target.span)
    parts: list[Value] = []
    for index in range(len(target.targets)):
        outcomes = items.read_item(
            machine, value_of(address), value_of(literal(index)), state, activation, node
        )
        parts.append(outcomes[0][0])
    return parts


def _rows(
    machine: Machine, target: Unpack, value: Value, state: State, activation: Activation
) -> list[tuple[list[Value], State]]:
    parts: list[Value] = []
    for inner in target.targets:
        node = Subscript(Name("", 0, inner.span), Constant(0, inner.span), inner.span)
        outcomes = items.read_item(machine, value, value_of(literal(0)), state, activation, node)
        parts.append(outcomes[0][0])
    return [(parts, state)]


def _at(contents: Sequence, index: int) -> Value:
    if index < len(contents.items):
        return contents.items[index]
    return contents.rest or contents.all


def _split_at_star(
    machine: Machine, target: Unpack, contents: Sequence, state: State, activation: Activation
) -> list[Value]:
    star = target.star or 0
    behind = len(target.targets) - star - 1
    if contents.exact:
        stop = len(contents.items) - behind
        middle = Sequence("list", contents.items[star:stop])
        last = list(contents.items[stop:]) if behind else []
    else:
        middle = Sequence("list", (), contents.all)
        last = [contents.all] * behind
    first = [_at(contents, index) for index in range(star)]
    starred = machine.new(state, activation, target.span, "starred", middle)
    last += [BOTTOM_VALUE] * (behind - len(last))
    return [*first, starred, *last]


def delete(
    machine: Machine, target: Name | Attribute | Subscript, state: State, activation: Activation
) -> list[State]:
    """The states after `del target`."""
    if isinstance(target, Name):
        names.unbind_name(machine, target, state, activation)
        return [state]
    if isinstance(target, Attribute):
        outcomes = machine.evaluate(target.value, state, activation)
        for owner, after in outcomes:
            attribute_stores.delete_attribute(owner, target.name, after)
        return [after for _, after in outcomes]
    pairs = machine.evaluate_all((target.value, target.index), state, activation)
    for (owner, index), after in pairs:
        item_stores.delete_item(owner, index, after)
    return [after for _, after in pairs]


def declare(machine: Machine, node: Assign, state: State, activation: Activation) -> None:
    """Remember an annotated name of a class body: a field, if the class is a dataclass."""
    if activation.code.kind != "class":
        return
    for target in node.targets:
        if isinstance(target, Name):
            frame = state.frame(activation.frame)
            known = frame.variables.get(FIELDS, frozenset())
            entry = literal(f"{len(known):04d} {target.name}")
            if not any(str(getattr(a, "value", "")).endswith(f" {target.name}") for a in known):
                variables = {**frame.variables, FIELDS: known | {entry}}
                state.heap[activation.frame] = Frame(frame.code, frame.parent, variables)

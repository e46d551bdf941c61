"""What each expression evaluates to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Iterator, Kind, Mapping, Sequence, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Literal,
    Value,
    join_values,
    literal,
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.describe import describe
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import (
    calls,
    classes,
    comprehensions,
    conditions,
    definitions,
    generators,
    imports,
    items,
    names,
    operators,
    textual,
)
from detachlint.interpret.language.contents import (
    LONGEST_KNOWN,
    limited,
    updated,
    with_entry,
)
from detachlint.ir.nodes import (
    SET_BY_HAND,
    Attribute,
    Await,
    Bind,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Display,
    Import,
    Logical,
    MakeClass,
    MakeFunction,
    Name,
    Opaque,
    Operator,
    Slice,
    Subscript,
    Yield,
)
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def _constant(machine: Machine, node: Constant, state: State, activation: Activation) -> Outcomes:
    return [(value_of(literal(node.value)), state)]


def _name(machine: Machine, node: Name, state: State, activation: Activation) -> Outcomes:
    value = names.bound_value(machine, node, state, activation)
    if value:
        return [(value, state)]
    machine.missing_reads += names.is_missing(machine, node, state, activation)
    return [(names.unseen_value(machine, node), state)]


def _attribute(machine: Machine, node: Attribute, state: State, activation: Activation) -> Outcomes:
    return [
        outcome
        for value, after in machine.evaluate(node.value, state, activation)
        for outcome in machine.read_attribute(
            value, node.name, after, activation, node.span, describe(node)
        )
    ]


def _subscript(machine: Machine, node: Subscript, state: State, activation: Activation) -> Outcomes:
    return [
        outcome
        for (value, index), after in machine.evaluate_all(
            (node.value, node.index), state, activation
        )
        for outcome in items.read_item(machine, value, index, after, activation, node)
    ]


def _slice(machine: Machine, node: Slice, state: State, activation: Activation) -> Outcomes:
    bounds = [bound for bound in (node.lower, node.upper, node.step) if bound is not None]
    return [
        (items.slice_value(machine, node, values, after), after)
        for values, after in machine.evaluate_all(bounds, state, activation)
    ]


def _operator(machine: Machine, node: Operator, state: State, activation: Activation) -> Outcomes:
    return [
        outcome
        for values, after in machine.evaluate_all(node.operands, state, activation)
        for outcome in operators.operate(machine, node, values, after, activation)
    ]


def _logical(machine: Machine, node: Logical, state: State, activation: Activation) -> Outcomes:
    """Short-circuit: the deciding operand's value, narrowed to what decides."""
    pending = [state]
    outcomes: Outcomes = []
    stops_at = node.name == "or"
    for operand in node.operands[:-1]:
        passed: list[State] = []
        for before in pending:
            for value, truth, after in conditions.split_value(machine, operand, before, activation):
                if truth == stops_at:
                    outcomes.append((value, after))
                else:
                    passed.append(after)
        pending = machine.merge_states(passed)
        outcomes = machine.merge_outcomes(outcomes)
    for before in pending:
        outcomes.extend(machine.evaluate(node.operands[-1], before, activation))
    return machine.merge_outcomes(outcomes)


def _conditional(
    machine: Machine, node: Conditional, state: State, activation: Activation
) -> Outcomes:
    yes, no = conditions.test(machine, node.test, state, activation)
    outcomes = [o for s in yes for o in machine.evaluate(node.body, s, activation)]
    outcomes += [o for s in no for o in machine.evaluate(node.orelse, s, activation)]
    return machine.merge_outcomes(outcomes)


def _display(machine: Machine, node: Display, state: State, activation: Activation) -> Outcomes:
    operands = [item.value for item in node.items]
    if node.kind == "string":
        return _formatted(machine, node, state, activation)
    if node.kind == "dict":
        return _dict_display(machine, node, state, activation)
    outcomes: Outcomes = []
    for values, after in machine.evaluate_all(operands, state, activation):
        if not any(item.unpack for item in node.items):
            outcomes.append((_known_display(machine, node, values, after, activation), after))
            continue
        paths: list[tuple[tuple[Value, ...], Value, State]] = [((), BOTTOM_VALUE, after)]
        for item, value in zip(node.items, values, strict=True):
            paths = _append(machine, item.unpack, value, paths, activation, node)
        for known, rest, end in paths:
            thing = limited(Sequence(node.kind, known, rest))
            outcomes.append((machine.new(end, activation, node.span, node.kind, thing), end))
    return outcomes


def _known_display(
    machine: Machine,
    node: Display,
    values: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Value:
    thing = Sequence(node.kind, values)
    if len(values) > LONGEST_KNOWN:
        thing = Sequence(node.kind, (), _any_of(machine, values, node, state, activation))
    return machine.new(state, activation, node.span, node.kind, thing)


def _any_of(
    machine: Machine,
    values: tuple[Value, ...],
    node: Display,
    state: State,
    activation: Activation,
) -> Value:
    """The join of many values; a table of constants is one of unknown constants."""
    everything = join_values(values)
    constants = frozenset(atom for atom in everything if isinstance(atom, Literal))
    if len(constants) <= LONGEST_KNOWN:
        return everything
    kinds = {Kind.TEXT if isinstance(a.value, (str, bytes)) else Kind.NUMBER for a in constants}
    kind = kinds.pop() if len(kinds) == 1 else Kind.OTHER
    unknown = machine.unknown(state, activation, node.span, "constant", kind=kind, grad=NO)
    return (everything - constants) | unknown


def _formatted(machine: Machine, node: Display, state: State, activation: Activation) -> Outcomes:
    """An f-string: known where all of its pieces are."""
    outcomes: Outcomes = []
    pieces = [item.value for item in node.items]
    formats = [key for key in node.keys if key is not None]
    for values, after in machine.evaluate_all([*pieces, *formats], state, activation):
        states = [after]
        for value in values[: len(pieces)]:
            states = [
                end
                for before in states
                for end in textual.show_at(machine, value, before, activation, node.span)
            ]
        for end in states:
            how = iter(values[len(pieces) :])
            keys = [next(how) if key is not None else None for key in node.keys]
            text = textual.joined(end, values[: len(pieces)], keys)
            if text is None:
                text = _unknown_text(machine, values[: len(pieces)], node, end, activation)
            outcomes.append((text, end))
    return machine.merge_outcomes(outcomes)


def _unknown_text(
    machine: Machine,
    pieces: tuple[Value, ...],
    node: Display,
    state: State,
    activation: Activation,
) -> Value:
    if pieces and all(len(piece) == 1 for piece in pieces):
        atoms = tuple(atom for piece in pieces for atom in piece)
        return machine.derived(textual.JOINED, atoms, node.span, Unknown(Kind.TEXT, NO))
    return machine.unknown(state, activation, node.span, "text", kind=Kind.TEXT, grad=NO)


def _append(
    machine: Machine,
    unpack: str,
    value: Value,
    paths: list[tuple[tuple[Value, ...], Value, State]],
    activation: Activation,
    node: Display,
) -> list[tuple[tuple[Value, ...], Value, State]]:
    if not unpack:
        return [
            ((*known, value), rest, state) if not rest else (known, rest | value, state)
            for known, rest, state in paths
        ]
    longer = []
    for known, rest, before in paths:
        for more, state in machine.collect(value, before, activation, node.span):
            if rest:
                longer.append((known, rest | more.all, state))
            else:
                longer.append(((*known, *more.items), more.rest, state))
    return longer


def _dict_display(
    machine: Machine, node: Display, state: State, activation: Activation
) -> Outcomes:
    outcomes: Outcomes = []
    operands = [
        part
        for key, item in zip(node.keys, node.items, strict=True)
        for part in ((item.value,) if key is None else (key, item.value))
    ]
    for values, after in machine.evaluate_all(operands, state, activation):
        thing = _mapping_of(machine, node, values, after)
        outcomes.append((machine.new(after, activation, node.span, "dict", thing), after))
    return outcomes


def _mapping_of(
    machine: Machine, node: Display, values: tuple[Value, ...], state: State
) -> Mapping:
    remaining = iter(values)
    entries: dict[Literal, Value] = {}
    thing = Mapping()
    for key in node.keys:
        first = next(remaining)
        constant = single_literal(first) if key is not None else None
        if constant is not None:
            entries[constant] = next(remaining)
            continue
        thing, entries = replace(thing, entries={**thing.entries, **entries}), {}
        if key is None:
            thing = updated(machine, state, thing, first, node.span)
        else:
            thing = with_entry(thing, first, next(remaining))
    return replace(thing, entries={**thing.entries, **entries})


def _bind(machine: Machine, node: Bind, state: State, activation: Activation) -> Outcomes:
    outcomes = machine.evaluate(node.value, state, activation)
    for value, after in outcomes:
        names.bind_name(machine, node.target, value, after, activation)
    return outcomes


def _yield(machine: Machine, node: Yield, state: State, activation: Activation) -> Outcomes:
    if node.value is None:
        values: Outcomes = [(NONE, state)]
    else:
        values = machine.evaluate(node.value, state, activation)
    consume = activation.on_yield
    if consume is None:
        return [(machine.unknown(s, activation, node.span, "sent"), s) for _, s in values]
    if not node.delegate:
        return [outcome for value, after in values for outcome in consume(value, after)]
    outcomes: Outcomes = []
    for value, after in values:
        address = single_address(value)
        thing = after.get(address) if address is not None else None
        if isinstance(thing, Iterator) and thing.kind == "generator" and address is not None:
            outcomes += generators.drive(
                machine,
                address,
                thing,
                after,
                activation,
                node.span,
                lambda item, s: [end for _, end in consume(item, s)],
            )
            continue
        ends = machine.iterate(
            value,
            after,
            activation,
            node.span,
            lambda item, s: [end for _, end in consume(item, s)],
        )
        outcomes += [(machine.unknown(e, activation, node.span, "sent"), e) for e in ends]
    return outcomes


def _await(machine: Machine, node: Await, state: State, activation: Activation) -> Outcomes:
    return [
        outcome
        for value, after in machine.evaluate(node.value, state, activation)
        for outcome in machine.await_value(value, after, activation, node.span)
    ]


def _opaque(machine: Machine, node: Opaque, state: State, activation: Activation) -> Outcomes:
    machine.ledger.opaque(node.reason)
    outcomes: Outcomes = []
    for _, after in machine.evaluate_all(node.operands, state, activation):
        value = machine.unknown(after, activation, node.span, node.reason)
        if node.reason == SET_BY_HAND:
            after.truths.update(dict.fromkeys(value, True))
        outcomes.append((value, after))
    return outcomes


EVALUATORS: dict[type, Callable[..., Outcomes]] = {
    Attribute: _attribute,
    Await: _await,
    Bind: _bind,
    Call: calls.evaluate_call,
    Comprehension: comprehensions.evaluate_comprehension,
    Conditional: _conditional,
    Constant: _constant,
    Display: _display,
    Import: imports.evaluate_import,
    Logical: _logical,
    MakeClass: classes.make_class,
    MakeFunction: definitions.make_function,
    Name: _name,
    Opaque: _opaque,
    Operator: _operator,
    Slice: _slice,
    Subscript: _subscript,
    Yield: _yield,
}

"""Calls: evaluating the arguments, and who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import (
    Class,
    Function,
    GradSwitch,
    Instance,
    Iterator,
    Kind,
    Partial,
    Unknown,
)
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Bound,
    Library,
    Literal,
    Method,
    Value,
    in_order,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.describe import describe
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.unseen_calls import call_unknown
from detachlint.interpret.language import classes, enumerations, manager_decorators
from detachlint.interpret.language.absent import without_none
from detachlint.interpret.language.conditions import test
from detachlint.interpret.language.contents import mapping_in
from detachlint.interpret.language.lookup import is_module, own_member
from detachlint.interpret.pytorch import (
    custom_functions,
    gradmode,
    library,
    methods,
    module_calls,
    own_calls,
    surrounding_calls,
    transforms,
)
from detachlint.ir.nodes import Argument, Call, Name
from detachlint.knowledge import facts
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def evaluate_call(machine: Machine, node: Call, state: State, activation: Activation) -> Outcomes:
    """The outcomes of a call expression."""
    machine.ledger.count_step(activation)
    outcomes: Outcomes = []
    shown = describe(node.function)
    for callee, before in machine.evaluate(node.function, state, activation):
        for arguments, after in _evaluate_arguments(machine, callee, node, before, activation):
            outcomes += call_value(machine, callee, arguments, after, activation, node.span, shown)
    return machine.merge_outcomes(outcomes)


def _evaluate_arguments(
    machine: Machine, callee: Value, node: Call, state: State, activation: Activation
) -> list[tuple[Arguments, State]]:
    if _sets_grad_mode(callee) and len(node.arguments) == 1 and not node.arguments[0].unpack:
        return _split_flag(machine, node.arguments[0], state, activation)
    nodes = [argument.value for argument in node.arguments]
    found: list[tuple[Arguments, State]] = []
    for values, after in machine.evaluate_all(nodes, state, activation):
        found += _gather(machine, node, values, after, activation)
    return found


def _sets_grad_mode(callee: Value) -> bool:
    return any(isinstance(atom, Library) and facts.grad_mode(atom.name) for atom in callee)


def _split_flag(
    machine: Machine, argument: Argument, state: State, activation: Activation
) -> list[tuple[Arguments, State]]:
    """The flag of `set_grad_enabled(flag)` is a branch: what it decides is remembered per path."""
    if isinstance(argument.value, Name):
        value = machine.evaluate(argument.value, state, activation)[0][0]
        if gradmode.is_function(state, value):
            return [(Arguments((value,)), state)]
    yes, no = test(machine, argument.value, state, activation)
    found: list[tuple[Arguments, State]] = []
    for flag, states in ((True, yes), (False, no)):
        value = value_of(Literal(flag, "bool"))
        for after in states:
            given = (
                Arguments((value,))
                if argument.keyword is None
                else Arguments((), {argument.keyword: value})
            )
            found.append((given, after))
    return found


def _gather(
    machine: Machine,
    node: Call,
    values: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> list[tuple[Arguments, State]]:
    if not any(argument.unpack for argument in node.arguments):
        return [(_written_out(node, values), state)]
    paths = [(Arguments(), state)]
    for argument, value in zip(node.arguments, values, strict=True):
        span = argument.value.span
        longer: list[tuple[Arguments, State]] = []
        for given, before in paths:
            if argument.unpack == "*":
                for contents, after in machine.collect(value, before, activation, node.span):
                    longer.append((_with_items(given, contents.items, contents.rest, span), after))
            elif argument.unpack == "**":
                longer.append((_with_mapping(given, value, before, span), before))
            elif argument.keyword is not None:
                keywords = {**given.keywords, argument.keyword: value}
                spans = {**given.spans, argument.keyword: span}
                longer.append((replace(given, keywords=keywords, spans=spans), before))
            else:
                longer.append((_with_items(given, (value,), BOTTOM_VALUE, span), before))
        paths = longer
    return paths


def _written_out(node: Call, values: tuple[Value, ...]) -> Arguments:
    """The arguments of a call that unpacks nothing."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    spans: dict[int | str, Span] = {}
    for argument, value in zip(node.arguments, values, strict=True):
        if argument.keyword is None:
            spans[len(positional)] = argument.value.span
            positional.append(value)
        else:
            spans[argument.keyword] = argument.value.span
            keywords[argument.keyword] = value
    return Arguments(tuple(positional), keywords, spans=spans)


def _with_items(given: Arguments, items: tuple[Value, ...], rest: Value, span: Span) -> Arguments:
    if given.rest:
        # Positions behind an unpacking of unknown length are unknown themselves.
        return replace(given, rest=frozenset().union(given.rest, rest, *items))
    start = len(given.positional)
    spans = dict(given.spans)
    spans.update((start + index, span) for index in range(len(items)))
    return replace(given, positional=(*given.positional, *items), rest=rest, spans=spans)


def _with_mapping(given: Arguments, value: Value, state: State, span: Span) -> Arguments:
    keywords = dict(given.keywords)
    spans = dict(given.spans)
    more = given.more
    for atom in in_order(value):
        thing = mapping_in(state, atom)
        if thing is not None:
            for key, entry in thing.entries.items():
                if isinstance(key.value, str):
                    keywords[key.value] = entry
                    spans[key.value] = span
            more = more | thing.rest
        else:
            more = more | value_of(atom)
    return replace(given, keywords=keywords, more=more, spans=spans)


def call_value(
    machine: Machine,
    callee: Value,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """The outcomes of calling whatever `callee` may be; `shown` is how the program calls it."""
    groups = _groups(state, without_none(callee, "TypeError", state, activation))
    outcomes: Outcomes = []
    for index, group in enumerate(groups):
        before = state if index == len(groups) - 1 else state.fork()
        seen = len(machine.ledger.found)
        outcomes += _call_group(machine, group, arguments, before, activation, span, shown)
        called = None if _is_unknown(state, group[0]) else span
        machine.ledger.note_uneventful(seen, called, arguments.located(), before)
    return machine.merge_outcomes(outcomes)


def _is_unknown(state: State, callee: Atom) -> bool:
    """Whether it is a method of something unknown: in a handler, say, of an error that may be any."""
    thing = callee
    while isinstance(thing, Method):
        thing = thing.receiver
    return isinstance(thing, Address) and isinstance(state.get(thing), Unknown)


def _groups(state: State, callee: Value) -> list[list[Atom]]:
    """Callees that are answered together: one method of several library objects is one call."""
    groups: dict[object, list[Atom]] = {}
    as_data = {(f"attribute {m.name}", (m.receiver,)) for m in callee if isinstance(m, Method)}
    for atom in in_order(callee):
        if isinstance(atom, Address) and atom.derived in as_data:
            continue  # the same attribute, taken for data: it is called, so it is a method
        key: object = atom
        if isinstance(atom, Method):
            key = ("method", atom.name)
        groups.setdefault(key, []).append(atom)
    return list(groups.values())


def _call_group(
    machine: Machine,
    group: list[Atom],
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    atom = group[0]
    match atom:
        case Method(name=name):
            receivers = frozenset(m.receiver for m in group if isinstance(m, Method))
            call = LibraryCall(name, receivers, arguments, state, activation, span, shown)
            return methods.call_method(machine, call)
        case Library(name=name):
            call = LibraryCall(name, BOTTOM_VALUE, arguments, state, activation, span, shown)
            return library.call_library(machine, call)
        case Bound(receiver=receiver, function=function):
            given = arguments.after(value_of(receiver))
            return machine.invoke(function, given, state, activation, span)
        case Address():
            return _call_object(machine, atom, arguments, state, activation, span, shown)
        case Literal() if own := enumerations.own_call(machine, atom, state):
            return call_value(machine, own, arguments, state, activation, span, shown)
    return [(machine.unknown(state, activation, span, "result", kind=Kind.OTHER), state)]


def _call_object(
    machine: Machine,
    address: Address,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    thing = state.glimpse(address)
    match thing:
        case Function():
            return machine.invoke(address, arguments, state, activation, span)
        case Class():
            return classes.instantiate(machine, address, thing, arguments, state, activation, span)
        case Partial() if custom_functions.is_operator(thing):
            call = LibraryCall("", BOTTOM_VALUE, arguments, state, activation, span, shown)
            return custom_functions.call_operator(machine, thing, call)
        case Partial() if thing.transform:
            return transforms.run(machine, thing, arguments, state, activation, span, shown)
        case Partial():
            return _call_partial(machine, thing, arguments, state, activation, span, shown)
        case GradSwitch():
            return _decorate(machine, thing, arguments, state, activation, span, shown)
        case Iterator() if manager_decorators.decorates(state, thing):
            call = LibraryCall("", BOTTOM_VALUE, arguments, state, activation, span, shown)
            return manager_decorators.decorated(machine, address, call)
        case Instance():
            call = LibraryCall(
                "__call__", value_of(address), arguments, state, activation, span, shown
            )
            return _call_instance(machine, address, thing, call)
        case Unknown():
            call = LibraryCall(
                "__call__", value_of(address), arguments, state, activation, span, shown
            )
            known = own_calls.call_made_by(machine, "__call__", thing, call)
            if known is not None:
                return known
            return call_unknown(machine, address, thing, arguments, state, activation, span, shown)
    return [(machine.unknown(state, activation, span, "result"), state)]


def _call_partial(
    machine: Machine,
    thing: Partial,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    given = replace(
        arguments.after(*thing.arguments), keywords={**thing.keywords, **arguments.keywords}
    )
    saved = gradmode.enter_modes(state, thing.modes)
    outcomes = call_value(machine, thing.function, given, state, activation, span, shown)
    if thing.modes:
        for _, after in outcomes:
            gradmode.restore(after, saved)
    return outcomes


def _decorate(
    machine: Machine,
    thing: GradSwitch,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """A grad-mode object called as a decorator."""
    function = arguments.get(0, "func")
    if function is None:
        return [(machine.unknown(state, activation, span, "result"), state)]
    if thing.before is not None:
        state.mode = thing.before  # the decorated function undoes what making the object did
    call = LibraryCall("", BOTTOM_VALUE, arguments, state, activation, span, shown)
    return [(gradmode.decorate(machine, call, function, replace(thing, before=None)), state)]


def _call_instance(
    machine: Machine, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes:
    state = call.state
    if is_module(state, thing):
        return module_calls.call_module(machine, address, thing, call)
    own = own_member(state, thing, "__call__")
    if own:
        given = call.arguments.after(value_of(address))
        return call_value(machine, own, given, state, call.activation, call.span, call.shown)
    if manager_decorators.decorates(state, thing):
        return manager_decorators.decorated(machine, address, call)
    function = call.arguments.get(0)
    if function is not None and gradmode.is_switch(state, value_of(address)):
        return [(surrounding_calls.decorated(machine, call, function, thing), state)]
    return methods.call_method(machine, call)

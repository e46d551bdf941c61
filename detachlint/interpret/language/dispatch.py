"""`functools.singledispatch`: one function, chosen by the class of its first argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Class, Function, HeapObject, Partial, Sequence
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Library,
    Method,
    Value,
    addresses,
    in_order,
    single_address,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import membership
from detachlint.interpret.language.lookup import linear_order
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

REGISTRY = "@registry"
"""The attribute of a dispatching function that holds pairs of a class and what is called for it."""

POSITIONS = {"functools.singledispatch": 0, "functools.singledispatchmethod": 1}
"""The argument that decides."""

_POSITION = "@position"


def make_dispatcher(state: State, name: str, function: Value) -> None:
    """`@singledispatch`: the function is what is called where nothing else is registered."""
    for address in addresses(function):
        thing = state.get(address)
        if isinstance(thing, Function):
            marks = {REGISTRY: BOTTOM_VALUE, _POSITION: value_of(Library(name))}
            state.put(address, replace(thing, attributes={**thing.attributes, **marks}))


def register(machine: Machine, dispatcher: Address, call: LibraryCall) -> Outcomes | None:
    """`f.register(cls, function)`, `f.register(cls)` and `f.register(function)`; None where `f` does
    not dispatch."""
    thing = call.state.get(dispatcher)
    if not isinstance(thing, Function) or REGISTRY not in thing.attributes:
        return None
    first = call.arguments.get(0, "cls") or BOTTOM_VALUE
    function = call.arguments.get(1, "func")
    if function is not None:
        _enter(machine, dispatcher, first, function, call)
        return [(function, call.state)]
    address = single_address(first)
    given = call.state.get(address) if address is not None else None
    if not isinstance(given, Function):
        decorator = Partial(value_of(Method(dispatcher, "register")), (first,))
        made = machine.new(call.state, call.activation, call.span, "register", decorator)
        return [(made, call.state)]
    annotations = [p.annotation for p in given.code.parameters if p.annotation is not None]
    if not annotations:
        return [(first, call.state)]  # the program raises here
    outcomes = machine.evaluate(annotations[0], call.state, call.activation)
    for classes, after in outcomes:
        _enter(machine, dispatcher, classes, first, replace(call, state=after))
    return [(first, after) for _, after in outcomes]


def _enter(
    machine: Machine, dispatcher: Address, classes: Value, function: Value, call: LibraryCall
) -> None:
    state = call.state
    thing = state.get(dispatcher)
    assert isinstance(thing, Function)
    place = machine.book.place(call.span, "registered", call.activation.context)
    state.heap[place] = Sequence("tuple", (classes, function))
    known = thing.attributes[REGISTRY] | {place}
    state.put(dispatcher, replace(thing, attributes={**thing.attributes, REGISTRY: known}))


def call(
    machine: Machine,
    function: Function,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes | None:
    """The outcomes of calling a function that dispatches; None where it is called itself."""
    registry = function.attributes.get(REGISTRY)
    if not registry:
        return None
    (library,) = function.attributes[_POSITION]
    position = POSITIONS[library.name] if isinstance(library, Library) else 0
    subject = arguments.get(position) or BOTTOM_VALUE
    pairs = [state.get(address) for address in addresses(registry)]
    outcomes: Outcomes = []
    for atom in in_order(subject):
        chosen, generic = _chosen(machine, pairs, atom, state)
        narrowed = list(arguments.positional)
        narrowed[position] = value_of(atom)
        given = replace(arguments, positional=tuple(narrowed))
        if generic:
            chosen = [*chosen, _without_registry(machine, function, state)]
        for implementation in chosen:
            outcomes += machine.call(
                implementation, given, state.fork(), activation, span, function.code.name
            )
    return machine.merge_outcomes(outcomes)


def _chosen(
    machine: Machine, pairs: list[HeapObject], atom: Atom, state: State
) -> tuple[list[Value], bool]:
    """What may be called for an argument, and whether the function itself may."""
    certain: list[tuple[Value, Value]] = []
    perhaps: list[Value] = []
    for pair in pairs:
        if isinstance(pair, Sequence) and len(pair.items) == 2:
            classes, function = pair.items
            answer = membership.is_instance(machine, state, atom, classes)
            if answer:
                certain.append((classes, function))
            elif answer is None:
                perhaps.append(function)
    if not certain:
        return perhaps, True
    nearest = [one for one in certain if not any(_derives(state, o[0], one[0]) for o in certain)]
    return [*perhaps, *(function for _, function in nearest[-1:])], False


def _derives(state: State, cls: Value, base: Value) -> bool:
    """Whether a class is derived from another one, as far as the program's classes tell."""
    address = single_address(cls)
    if address is None or not isinstance(state.get(address), Class):
        return False
    return cls != base and any(value_of(entry) == base for entry in linear_order(state, address))


def _without_registry(machine: Machine, function: Function, state: State) -> Value:
    kept = {k: v for k, v in function.attributes.items() if k not in (REGISTRY, _POSITION)}
    place = machine.book.place(function.code.span, "generic", 0)
    state.heap[place] = replace(function, attributes=kept)
    return value_of(place)

"""Calls of libraries that make arrays of what they are handed: plots, metrics, estimators, images.

Their objects are followed by the name of their class, so that `axes[0, 1].plot(…)` is known for what
it is. An array of axes is taken for any one of them: items and rows of it are itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO, YES, Belief, Truth
from detachlint.domain.objects import Array, Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.rank import Rank
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Atom,
    Library,
    Value,
    addresses,
    in_order,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.handed_out import results_of
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.unseen_calls import note_escapes
from detachlint.interpret.pytorch.array_operators import Operand, sides
from detachlint.interpret.pytorch.converted import Found, find
from detachlint.interpret.pytorch.crossings import Sink, pass_gate
from detachlint.interpret.pytorch.dimensions import are_numbers
from detachlint.interpret.pytorch.tensors import recorded_flag, severed_in
from detachlint.knowledge.gates import OPEN, Gate
from detachlint.knowledge.names import GETITEM
from detachlint.knowledge.sink_facts import SinkFact, SinkGates, libraries, sink_fact
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

PLURAL = frozenset({"matplotlib.axes.Axes"})
"""Classes whose objects often stand in an array."""

PICKS = {"halves": 2, "picked": 1}
"""What gives some of the rows of each argument: how many such parts of one."""

NOTHING_KNOWN = Belief(Truth.NO, Truth.MAYBE)


def is_sink_name(name: str) -> bool:
    """Whether a library is one of those the facts are about."""
    return name.partition(".")[0] in libraries()


def call_function(machine: Machine, call: LibraryCall) -> Outcomes | None:
    """`library.name(…)`; None where there is no fact and it makes no object to follow."""
    fact = sink_fact(call.name)
    if fact is not None:
        return _call(machine, fact, call)
    if call.name.rpartition(".")[2][:1].isupper():
        return [(_instance(machine, call.state, call.activation, call.span, call.name), call.state)]
    return None


def call_method(machine: Machine, cls: str, call: LibraryCall) -> Outcomes | None:
    """`object.name(…)` on an object of a class of such a library; None if it is of no such class."""
    if not is_sink_name(cls):
        return None
    fact = sink_fact(f"{cls}.{call.name}")
    if fact is not None:
        return _call(machine, fact, call)
    note_escapes(machine, call.state, call.inputs)
    return [(_unknown(machine, call), call.state)]


def read_item(
    machine: Machine, name: str, index: Value, state: State, activation: Activation, span: Span
) -> Value | None:
    """`registry[key]` of what a library has by that name; None where no fact tells what that gives."""
    fact = sink_fact(f"{name}.{GETITEM}")
    if fact is None:
        return None
    call = LibraryCall(GETITEM, BOTTOM_VALUE, Arguments((index,)), state, activation, span, name)
    return _result(machine, fact.gives, call, frozenset())


def read_column(
    machine: Machine,
    thing: Instance,
    name: Value,
    state: State,
    activation: Activation,
    span: Span,
) -> Value | None:
    """`frame["name"]` of an object of such a library; None where no fact tells what that gives."""
    key = single_literal(name)
    fact = _fact_of_class(thing, f"{GETITEM}.name")
    if fact is None or key is None or not isinstance(key.value, str):
        return None
    call = LibraryCall(GETITEM, BOTTOM_VALUE, Arguments((name,)), state, activation, span, GETITEM)
    made = _result(machine, fact.gives, call, frozenset())
    for address in addresses(made):
        column = state.get(address)
        if isinstance(column, Instance):
            state.put(address, replace(column, attributes={**column.attributes, COLUMN: NONE}))
    return made


def read_part(
    machine: Machine,
    thing: Instance,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value | None:
    """`frame.loc` of an object of such a library; None where no fact tells what that gives."""
    fact = _fact_of_class(thing, f"{name}.__get__") if is_followed(thing) else None
    if fact is None:
        return None
    call = LibraryCall(name, BOTTOM_VALUE, Arguments(()), state, activation, span, name)
    return _result(machine, fact.gives, call, frozenset())


COLUMN = "@column"
"""The attribute of what a frame has under a name: columns of one name, or with a name in several levels,
are a frame again (executed)."""


def _is_column(state: State, value: Value) -> bool:
    things = map(state.get, addresses(value))
    return any(isinstance(thing, Instance) and COLUMN in thing.attributes for thing in things)


def operate(
    machine: Machine,
    name: str,
    left: Operand,
    right: Operand,
    state: State,
    activation: Activation,
    span: Span,
) -> Value | None:
    """What an object of such a library and what stands beside it make of each other; None where no
    fact tells, or where what stands on the left may have an answer of its own."""
    for own, other, method in sides(name, left, right, in_place=False):
        fact = _fact_of_all(state, own.value, method)
        if fact is not None:
            if _is_column(state, own.value):
                fact = replace(fact, executed=False)
            given = Arguments((other.value,), spans={0: other.span})
            call = LibraryCall(method, own.value, given, state, activation, span, name)
            ((made, _),) = _call(machine, fact, call)
            return made if own is left or _leaves_it(state, other.value) else None
    return None


def _leaves_it(state: State, value: Value) -> bool:
    """Whether an operator of what stands on the left is left to what stands on the right: tensors,
    arrays, numbers and lists do so (executed: see the rows of `pandas.Series.__rmul__`)."""
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in value]
    return not any(
        isinstance(thing, Instance) or (isinstance(thing, Unknown) and thing.kind is Kind.ANY)
        for thing in things
    )


def _fact_of_all(state: State, value: Value, method: str) -> SinkFact | None:
    """The fact about a method of the one class of which all are that a value may be."""
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in value]
    classes = {thing.cls if isinstance(thing, Instance) else None for thing in things}
    cls = classes.pop() if len(classes) == 1 else None
    return None if cls is None else _fact_of_class(Instance(cls), method)


def _fact_of_class(thing: Instance, method: str) -> SinkFact | None:
    (atom,) = thing.cls if len(thing.cls) == 1 else (None,)
    return sink_fact(f"{atom.name}.{method}") if isinstance(atom, Library) else None


def store_item(
    machine: Machine,
    thing: Instance,
    value: Value,
    span: Span,
    state: State,
    activation: Activation,
) -> None:
    """`frame["column"] = value`, `frame.loc[0] = value`."""
    for cls in in_order(thing.cls):
        fact = sink_fact(f"{cls.name}.__setitem__") if isinstance(cls, Library) else None
        gates = fact.at(1) if fact is not None else None
        if fact is not None and gates is not None:
            if COLUMN in thing.attributes:
                fact = replace(fact, executed=False)
            # What refuses a tensor among numbers takes one among objects, or under a label that is new.
            sure = MAYBE if gates.tensor is Gate.REJECTS else YES
            for gate, found in _met(state, gates, value, fact):
                sink = Sink(span, "=", fact.name, gate)
                pass_gate(machine, sink, found, state, activation, sure=sure)


def is_plural(state: State, thing: Instance) -> bool:
    """Whether an object stands for any of an array of such objects."""
    return any(isinstance(cls, Library) and cls.name in PLURAL for cls in thing.cls)


def plural_in(state: State, value: Value, depth: int = 2) -> Value:
    """The objects in a value, or in lists of it, that may stand for an array of such objects."""
    found: set[Atom] = set()
    for atom in value:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and is_plural(state, thing):
            found.add(atom)
        elif isinstance(thing, Sequence) and depth:
            found |= plural_in(state, thing.all, depth - 1)
    return frozenset(found)


def is_followed(thing: Instance) -> bool:
    """Whether an object is of a class of such a library."""
    return any(isinstance(cls, Library) and is_sink_name(cls.name) for cls in thing.cls)


def _call(machine: Machine, fact: SinkFact, call: LibraryCall) -> Outcomes:
    state = call.state
    note_escapes(machine, state, call.inputs)
    severed = severed_in(state, call.inputs)
    for gates, value, span in _given(fact, call):
        if _pass(machine, fact, gates, value, span, call):
            severed |= {span or call.span}
    if _pass_rest(machine, fact, call):
        severed |= {call.span}
    return [(_result(machine, fact.gives, call, severed), state)]


def _pass_rest(machine: Machine, fact: SinkFact, call: LibraryCall) -> bool:
    """The same of what a star takes out of something whose items nobody can count: there may be none."""
    given = call.arguments
    gates = fact.at(len(given.positional)) if given.rest else None
    severs = False
    for gate, found in _met(call.state, gates, given.rest, fact) if gates is not None else ():
        sink = Sink(call.span, call.shown, fact.name, gate, located=False)
        severs |= pass_gate(machine, sink, found, call.state, call.activation, sure=BY_DEFAULT)
    return severs


def _given(fact: SinkFact, call: LibraryCall) -> list[tuple[SinkGates, Value, Span | None]]:
    given = call.arguments
    found: list[tuple[SinkGates, Value, Span | None]] = []
    for index, value in enumerate(given.positional):
        gates = fact.at(index)
        if gates is not None:
            found.append((gates, value, given.spans.get(index)))
    for keyword, value in given.keywords.items():
        gates = fact.named(keyword)
        if gates is not None:
            found.append((gates, value, given.spans.get(keyword)))
    return found


def _pass(
    machine: Machine,
    fact: SinkFact,
    gates: SinkGates,
    value: Value,
    span: Span | None,
    call: LibraryCall,
) -> bool:
    place, severs = span or call.span, False
    met = [(gate, found, span is not None) for gate, found in _met(call.state, gates, value, fact)]
    if gates.result is not None:
        # A fix would have to stand in the function.
        given = results_of(machine, value, call.state, call.activation, place)
        results = _met(call.state, gates.result, given, fact)
        met += [(gate, _doubted(found), False) for gate, found in results]
    for gate, found, located in met:
        sink = Sink(place, call.shown, fact.name, gate, located)
        severs |= pass_gate(machine, sink, found, call.state, call.activation)
    return severs


def _met(
    state: State, gates: SinkGates, value: Value, fact: SinkFact
) -> Iterator[tuple[Gate, Found]]:
    """The gates that an argument meets, and with what."""
    one = _gate_of(state, gates, find(state, value))
    every = _entries(state, gates, value) if gates.entry is not None else {}
    for gate, found in (*([one] if one is not None else ()), *every.items()):
        # What was only read in a library's source is never certain.
        yield gate, found if fact.executed else _doubted(found)


def _gate_of(state: State, gates: SinkGates, found: Found) -> tuple[Gate, Found] | None:
    if not found.direct:
        return None if gates.items is None else (gates.items, found)
    number = gates.number if gates.number is not Gate.SOMETIMES else None
    if number is not None and are_numbers(state, map(value_of, found.direct)):
        return number, replace(found, number=True)
    if gates.tensor is None:
        return None
    # How many dimensions most tensors have, nobody knows; one without any may be kept.
    return gates.tensor, _doubted(found) if gates.number in _PERHAPS_OPEN else found


_PERHAPS_OPEN = OPEN | {Gate.SOMETIMES}


def _entries(state: State, gates: SinkGates, value: Value) -> dict[Gate, Found]:
    """What lies in a dict, by the gate that it meets: each entry is taken as an argument would be."""
    met: dict[Gate, Found] = {}
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(thing, Mapping) or gates.entry is None:
            continue
        parts = [(entry, len(value) > 1) for entry in thing.entries.values()]
        for entry, doubted in (*parts, *([(thing.rest, True)] if thing.rest else ())):
            one = _gate_of(state, gates.entry, find(state, entry))
            if one is not None:
                gate, found = one
                inside = _as_held(_doubted(found) if doubted else found)
                met[gate] = _beside(met[gate], inside) if gate in met else inside
    return met


def _as_held(found: Found) -> Found:
    return Found(found.grad, found.tensor, held=found.all)


def _beside(one: Found, other: Found) -> Found:
    grad, tensor = one.grad.either(other.grad), one.tensor.either(other.tensor)
    return Found(grad, tensor, held=[*one.held, *other.held])


def _doubted(found: Found) -> Found:
    """The same, but never for certain."""
    return replace(found, grad=found.grad.in_unseen_hands(), tensor=found.tensor.in_unseen_hands())


def _result(machine: Machine, gives: str, call: LibraryCall, severed: frozenset[Span]) -> Value:
    state, activation, span = call.state, call.activation, call.span
    if gives == "self" and call.receiver:
        return call.receiver
    if gives in ("array", "scalar"):
        rank = Rank.SCALAR if gives == "scalar" else Rank.UNKNOWN
        return machine.new(state, activation, span, "array", Array(severed, rank))
    if gives == "python":
        return machine.unknown(state, activation, span, call.name, kind=Kind.OTHER, grad=NO)
    if gives in PICKS:
        return _picks(machine, PICKS[gives], call)
    if gives[:1] in "[{(" or "." in gives:
        return _made(machine, gives, call)
    return machine.unknown(state, activation, span, call.name, grad=NO, severed=severed)


def _picks(machine: Machine, parts: int, call: LibraryCall) -> Value:
    """Parts of each argument, in a list; a single one stands alone. They are of its kind: a tensor is
    indexed, which autograd records."""
    picked = [
        _picked(machine, call, given, f"rows {index}.{part}")
        for index, given in enumerate(call.arguments.positional)
        for part in range(parts)
    ]
    if not call.arguments.exact or not picked:
        return _unknown(machine, call)
    if len(picked) == 1:
        return picked[0]
    listed = Sequence("list", tuple(picked))
    return machine.new(call.state, call.activation, call.span, "parts", listed)


def _picked(machine: Machine, call: LibraryCall, given: Value, role: str) -> Value:
    state, found = call.state, set(given)
    for atom in in_order(given):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Tensor):
            flag = recorded_flag(state, [value_of(atom)])
            rows = Tensor(
                flag,
                leaf=flag.opposite(),
                dtype=thing.dtype,
                device=thing.device,
                severed=thing.severed,
                story=thing.story,
            )
            found.remove(atom)
            found |= machine.new(state, call.activation, call.span, role, rows)
    return frozenset(found)


def _made(machine: Machine, gives: str, call: LibraryCall) -> Value:
    state, activation, span = call.state, call.activation, call.span
    if gives.startswith("("):
        parts = tuple(_made(machine, part, call) for part in _parts(gives[1:-1]))
        return machine.new(state, activation, span, "results", Sequence("tuple", parts))
    if gives.startswith("["):
        one = _made(machine, gives[1:-1], call)
        return machine.new(state, activation, span, "results", Sequence("list", (), one))
    if gives.startswith("{"):
        one = _made(machine, gives[1:-1], call)
        keys = machine.unknown(state, activation, span, "key", kind=Kind.TEXT, grad=NO)
        return machine.new(state, activation, span, "results by name", Mapping({}, keys, one))
    return _instance(machine, state, activation, span, gives)


def _parts(text: str) -> list[str]:
    return text.split(",")


def _instance(
    machine: Machine, state: State, activation: Activation, span: Span, name: str
) -> Value:
    thing = Instance(value_of(Library(name)))
    return machine.new(state, activation, span, name.rpartition(".")[2], thing)


def _unknown(machine: Machine, call: LibraryCall) -> Value:
    return machine.unknown(
        call.state,
        call.activation,
        call.span,
        call.name,
        grad=NOTHING_KNOWN,
        severed=severed_in(call.state, call.inputs),
    )

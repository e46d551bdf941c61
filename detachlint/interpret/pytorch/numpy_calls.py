"""Calls of NumPy, carried out by their facts: what they do with a tensor in place of an array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import Array, Instance, Kind, Sequence, Tensor
from detachlint.domain.rank import Rank
from detachlint.domain.traits import Dtype
from detachlint.domain.values import BOTTOM_VALUE, Address, Atom, Library, Method, Value, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.unseen_calls import note_escapes
from detachlint.interpret.pytorch import array_ranks
from detachlint.interpret.pytorch.converted import find
from detachlint.interpret.pytorch.crossings import VECTORIZE, Sink, pass_gate
from detachlint.interpret.pytorch.gates import gate_of
from detachlint.interpret.pytorch.tensors import holds_tensor, make_tensor, severed_in
from detachlint.ir.nodes import Display, Subscript
from detachlint.knowledge import facts
from detachlint.knowledge.model import Gate, NumpyFact
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


GENERATOR = "numpy.random.Generator"
GENERATORS = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", GENERATOR})
"""Makers of generators, whose methods are called as the functions of `numpy.random` are."""

CONVERTS_ALL = "numpy.broadcast_arrays"
"""The function whose facts say so of every argument."""


class Given(NamedTuple):
    """One argument: its position for the facts, its value, and where the program writes it."""

    position: int
    value: Value
    span: Span | None


def call_numpy(machine: Machine, call: LibraryCall) -> Outcomes:
    """`numpy.name(…)`, or with a receiver `array.name(…)`."""
    state = call.state
    note_escapes(machine, state, call.inputs)
    if call.name in GENERATORS:
        generator = Instance(value_of(Library(GENERATOR)))
        return [(machine.new(state, call.activation, call.span, "generator", generator), state)]
    if call.name == VECTORIZE and not call.receiver:
        made = Instance(value_of(Library(call.name)))
        return [(machine.new(state, call.activation, call.span, "vectorized", made), state)]
    fact = facts.numpy_fact(call.name)
    severed = severed_in(state, call.inputs)
    if fact is None:
        return [(_unmodelled(machine, call, severed), state)]
    delegated = _delegated(machine, fact, call)
    if delegated is not None:
        return delegated
    for given in arguments(fact, call):
        found = find(state, given.value)
        gate, doubtful = gate_of(fact, given.position, found)
        if gate is None:
            continue
        span = given.span or call.span
        sink = Sink(span, call.shown, call.name, gate, given.span is not None)
        if pass_gate(machine, sink, found, state, call.activation, doubtful=doubtful):
            severed |= {span}
    return [(_result(machine, fact, call, severed), state)]


def arguments(fact: NumpyFact, call: LibraryCall) -> Iterator[Given]:
    """The arguments whose positions are known."""
    first = 1 if call.receiver else 0
    given = call.arguments
    for index, value in enumerate(given.positional):
        yield Given(index + first, value, given.spans.get(index))
    for keyword, value in given.keywords.items():
        position = fact.position(keyword)
        if position is not None:
            yield Given(position, value, given.spans.get(keyword))


def _delegated(machine: Machine, fact: NumpyFact, call: LibraryCall) -> Outcomes | None:
    """`np.squeeze(t)` calls `t.squeeze()`: what that gives, with its graph."""
    if call.receiver or not call.arguments.positional:
        return None
    first, *rest = call.arguments.positional
    found = find(call.state, first)
    name = call.name.rpartition(".")[2]
    if not found.direct or gate_of(fact, 0, found) != (Gate.DELEGATES, False):
        return None
    if facts.call_fact(f"torch.Tensor.{name}") is None:
        return None
    given = Arguments(tuple(rest), call.arguments.keywords)
    method = frozenset[Atom](Method(atom, name) for atom in first)
    return machine.call(method, given, call.state, call.activation, call.span, call.shown)


def _result(
    machine: Machine, fact: NumpyFact, call: LibraryCall, severed: frozenset[Span]
) -> Value:
    state, activation, span = call.state, call.activation, call.span
    if fact.gives == "python":
        return machine.unknown(state, activation, span, call.name, kind=Kind.OTHER, grad=NO)
    rank = array_ranks.of_result(call, fact.gives)
    if fact.gives == "array" and rank is not Rank.UNKNOWN:
        return machine.new(state, activation, span, "array", Array(severed, rank))
    if fact.gives == "tensor" and _takes_tensor(call):
        dtype = Dtype.UNKNOWN if call.name.startswith("numpy.arg") else Dtype.FLOAT
        made = Tensor(NO, dtype=dtype, severed=severed)
        return make_tensor(machine, state, activation, span, made)
    if any(holds_tensor(state, value) for value in call.inputs):
        return machine.unknown(state, activation, span, "array", grad=NO, severed=severed)
    return machine.new(state, activation, span, "array", Array(severed, rank))


def _takes_tensor(call: LibraryCall) -> bool:
    """Whether one of the operands is a tensor for certain."""
    found = [find(call.state, value) for value in call.arguments.positional[:2]]
    return any(one.direct and one.tensor == YES for one in found)


def _unmodelled(machine: Machine, call: LibraryCall, severed: frozenset[Span]) -> Value:
    state = call.state
    if call.receiver or not any(holds_tensor(state, value) for value in call.inputs):
        return machine.new(state, call.activation, call.span, "array", Array(severed))
    return machine.unknown(state, call.activation, call.span, "array", grad=NO, severed=severed)


def array_method(machine: Machine, call: LibraryCall) -> Outcomes:
    """`array.name(…)`."""
    if call.name in ("item", "tolist"):
        kind = Kind.NUMBER if call.name == "item" else Kind.OTHER
        value = machine.unknown(
            call.state, call.activation, call.span, call.name, kind=kind, grad=NO
        )
        return [(value, call.state)]
    return call_numpy(machine, replace(call, name=f"numpy.ndarray.{call.name}"))


def generator_method(machine: Machine, call: LibraryCall) -> Outcomes:
    """`numpy.random.default_rng().name(…)`: converts as the function `numpy.random.name` does."""
    function = replace(call, name=f"numpy.random.{call.name}", receiver=BOTTOM_VALUE)
    return call_numpy(machine, function)


def call_vectorized(machine: Machine, call: LibraryCall) -> Outcomes:
    """`np.vectorize(function)(t)` (executed): each argument becomes an array first."""
    return call_numpy(machine, replace(call, name=CONVERTS_ALL, receiver=BOTTOM_VALUE))


def index_trick(
    machine: Machine,
    name: str,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    """`np.r_[a, b]`: what a call with these arguments gives."""
    given = Arguments((index,), spans={0: node.index.span})
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in index]
    thing = things[0] if len(things) == 1 else None
    if isinstance(thing, Sequence) and thing.kind == "tuple":
        spans: dict[int | str, Span] = {}
        if isinstance(node.index, Display) and not any(item.unpack for item in node.index.items):
            spans = {i: item.value.span for i, item in enumerate(node.index.items)}
        given = Arguments(thing.items, rest=thing.rest, spans=spans)
    shown = f"np.{name.rpartition('.')[2]}"
    call = LibraryCall(name, BOTTOM_VALUE, given, state, activation, node.span, shown)
    return call_numpy(machine, call)[0][0]

"""Calls of NumPy, carried out by their facts: what they do with a tensor in place of an array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.belief import BY_DEFAULT, NO, YES, Belief
from detachlint.domain.objects import NOTHING_SEVERED, Array, Instance, Kind, Sequence, Tensor
from detachlint.domain.rank import Rank, is_array
from detachlint.domain.story import Story, then
from detachlint.domain.traits import Dtype
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Atom,
    Library,
    Method,
    Value,
    addresses,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.unseen_calls import note_escapes
from detachlint.interpret.pytorch import array_operators, array_ranks, sinks
from detachlint.interpret.pytorch.converted import find
from detachlint.interpret.pytorch.crossings import Sink, pass_gate
from detachlint.interpret.pytorch.gates import Met, gate_of
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    flag_of,
    holds_tensor,
    make_tensor,
    severed_in,
    story_of,
    story_of_any,
)
from detachlint.interpret.pytorch.writes import write_into
from detachlint.ir.nodes import Display, Subscript
from detachlint.knowledge import facts
from detachlint.knowledge.gates import SIZE, Gate, NumpyFact
from detachlint.knowledge.names import ARRAY, SAMPLERS, TENSOR
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


GIVES_TENSORS = frozenset({"tensor", "integers"})
"""What the facts say of functions that put their result into a tensor again."""


GIVES_OBJECTS = frozenset({"array", "tensor", "several"})
"""What the facts say of functions that give some of the objects of an array of objects, if they take it."""


class Given(NamedTuple):
    """One argument: its position for the facts, its value, and where the program writes it."""

    position: int
    value: Value
    span: Span | None
    certain: bool = True
    """Whether there is such an argument at all."""


def call_numpy(machine: Machine, call: LibraryCall) -> Outcomes:
    """`numpy.name(…)`, or with a receiver `array.name(…)`."""
    state = call.state
    note_escapes(machine, state, call.inputs)
    fact = facts.numpy_fact(call.name)
    severed = severed_in(state, call.inputs)
    if fact is None:
        return [(_unmodelled(machine, call, severed), state)]
    delegated = _stored(fact, call) or _delegated(machine, fact, call)
    if delegated is not None:
        return delegated
    for given in (*arguments(fact, call), *_starred(call)):
        found = find(state, given.value)
        gate, sure = gate_of(fact, given.position, found, call)
        if gate is None:
            continue
        # Of what a star takes out of something whose items nobody can count, there may be none.
        sure = sure if given.certain else sure.both(BY_DEFAULT)
        span = given.span or call.span
        sink = Sink(span, call.shown, call.name, gate, given.span is not None)
        if pass_gate(machine, sink, found, state, call.activation, sure=sure):
            severed |= {span}
    if not _is_differentiable(fact, call):
        severed = NOTHING_SEVERED
    return [(_result(machine, fact, call, severed), state)]


def _is_differentiable(fact: NumpyFact, call: LibraryCall) -> bool:
    """Whether what comes out changes by little when what goes in does: indices and choices do not.

    What NumPy draws at random is no function of the weights that it is drawn by, nor of a mean: none of
    its samplers has a gradient. Those that take an `x` give it back, in another order.
    """
    if call.name.startswith(f"{SAMPLERS}."):
        return "x" in fact.parameters
    function = facts.numpy_fact(call.name.replace(f"{ARRAY}.", "numpy."))
    return function is None or function.gives != "integers"


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


def _starred(call: LibraryCall) -> Iterator[Given]:
    """The first of the arguments that a star gives: `np.hypot(*points.T)`."""
    if call.arguments.rest:
        first = 1 if call.receiver else 0
        position = len(call.arguments.positional) + first
        yield Given(position, call.arguments.rest, None, certain=False)


def _delegated(machine: Machine, fact: NumpyFact, call: LibraryCall) -> Outcomes | None:
    """`np.squeeze(t)` calls `t.squeeze()`: what that gives, with its graph."""
    if call.receiver or not call.arguments.positional:
        return None
    first, *rest = call.arguments.positional
    found = find(call.state, first)
    name = call.name.rpartition(".")[2]
    given = Arguments(tuple(rest), call.arguments.keywords)
    if not found.direct or gate_of(fact, 0, found, call) != Met(Gate.DELEGATES):
        return None
    if facts.call_fact(f"{TENSOR}.{name}") is None:
        return None
    method = frozenset[Atom](Method(atom, name) for atom in first)
    return machine.call(method, given, call.state, call.activation, call.span, call.shown)


def _stored(fact: NumpyFact, call: LibraryCall) -> Outcomes | None:
    """`np.put_along_axis(t, i, v, 0)` writes `v` into a tensor as `t[…] = v` does.

    It is told by its gates: the first argument is kept as it is and what is put into it is not.
    """
    if fact.gate(0) is not Gate.KEEPS or fact.gate(2) is not Gate.CONVERTS:
        return None
    target, value = (call.arguments.get(at, fact.parameters[at]) for at in (0, 2))
    if not target or not value or not find(call.state, target).direct:
        return None
    state, span, story = call.state, call.span, story_of(call.state, value)
    message = f"`{call.shown}(…)` writes something that requires grad into it"
    write_into(state, target, flag_of(state, value), span, message, story)
    return [(NONE, state)]


def _result(
    machine: Machine, fact: NumpyFact, call: LibraryCall, severed: frozenset[Span]
) -> Value:
    state, activation, span = call.state, call.activation, call.span
    objects = sinks.plural_in(state, _first(call))
    if objects and fact.gives in GIVES_OBJECTS and call.arguments.keyword("dtype") is None:
        return objects
    rank = array_ranks.of_result(fact, call)
    if fact.rank == SIZE and is_array(rank):
        return machine.new(state, activation, span, "array", Array(severed, rank))
    if array_ranks.gives_arrays(fact, call) and rank is not Rank.ANY and not _holds_tensor(call):
        one = machine.new(state, activation, span, "one array", Array(severed, Rank.SOME))
        return machine.new(state, activation, span, "arrays", Sequence("list", (), one))
    if fact.gives in ("python", "number"):
        kind = Kind.NUMBER if fact.gives == "number" else Kind.OTHER
        return machine.unknown(state, activation, span, call.name, kind=kind, grad=NO)
    if "." in fact.gives:
        made = Instance(value_of(Library(fact.gives)))
        return machine.new(state, activation, span, "object", made)
    if fact.gives == "array" and rank is not Rank.UNKNOWN:
        return machine.new(state, activation, span, "array", Array(severed, rank))
    if fact.gives in GIVES_TENSORS and _takes_tensor(call):
        dtype = Dtype.FLOAT if fact.gives == "tensor" else Dtype.INTEGER
        flag = _kept_flag(fact, call)
        story = None if flag == NO else _story_kept(call)
        tensor = Tensor(flag, dtype=dtype, severed=severed, story=story)
        return make_tensor(machine, state, activation, span, tensor)
    if _holds_tensor(call):
        flag = _kept_flag(fact, call)
        story = None if flag == NO else _story_kept(call)
        return machine.unknown(
            state, activation, span, "array", grad=flag, severed=severed, story=story
        )
    return machine.new(state, activation, span, "array", Array(severed, rank))


def _first(call: LibraryCall) -> Value:
    positional = call.arguments.positional
    return positional[0] if positional else BOTTOM_VALUE


def _story_kept(call: LibraryCall) -> Story | None:
    story = story_of_any(call.state, call.inputs)
    return then(story, call.span, f"`{call.shown}(…)` leaves it a tensor")


def _kept_flag(fact: NumpyFact, call: LibraryCall) -> Belief:
    """Whether the result requires grad: where the tensor is left to make it, of itself."""
    given = call.operand(0, fact.parameters[0] if fact.parameters else "")
    if fact.gate(0) is not Gate.DELEGATES or fact.gives == "integers" or not given:
        return NO
    return any_flag(call.state, (given,)).both(call.state.recording)


def _holds_tensor(call: LibraryCall) -> bool:
    """Whether an operand may be a tensor or hold one."""
    return any(holds_tensor(call.state, value) for value in call.inputs)


def _takes_tensor(call: LibraryCall) -> bool:
    """Whether one of the operands is a tensor for certain."""
    found = [find(call.state, value) for value in call.arguments.positional[:2]]
    return any(one.direct and one.tensor == YES for one in found)


def _unmodelled(machine: Machine, call: LibraryCall, severed: frozenset[Span]) -> Value:
    machine.ledger.opaque(f"numpy callable {call.name}")
    state = call.state
    if call.receiver or not _holds_tensor(call):
        rank = Rank.ANY if array_ranks.holds_any(state, call.inputs) else Rank.UNKNOWN
        return machine.new(state, call.activation, call.span, "array", Array(severed, rank))
    return machine.unknown(state, call.activation, call.span, "array", grad=NO, severed=severed)


def array_method(machine: Machine, call: LibraryCall) -> Outcomes:
    """`array.name(…)`."""
    if call.name == "__setitem__" and len(call.arguments.positional) == 2:
        return _set_item(machine, call)
    return call_numpy(machine, replace(call, name=f"{ARRAY}.{call.name}"))


def _set_item(machine: Machine, call: LibraryCall) -> Outcomes:
    """`array.__setitem__(index, value)`: what `array[index] = value` does."""
    state, (index, value) = call.state, call.arguments.positional
    stored = array_operators.Operand(value, call.arguments.spans.get(1) or call.span)
    for address in addresses(call.receiver):
        array = state.get(address)
        if isinstance(array, Array):
            lost = array_operators.store(
                machine, call.receiver, array, index, stored, state, call.activation
            )
            severed = array.severed | severed_in(state, [value]) | lost
            state.put(address, replace(array, severed=severed))
    return [(NONE, state)]


def index_trick(
    machine: Machine,
    name: str,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    """`np.r_[a, b]`: what a call with these arguments gives; `name` is that of its `__getitem__`."""
    given = Arguments((index,), spans={0: node.index.span})
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in index]
    thing = things[0] if len(things) == 1 else None
    if isinstance(thing, Sequence) and thing.kind == "tuple":
        spans: dict[int | str, Span] = {}
        if isinstance(node.index, Display) and not any(item.unpack for item in node.index.items):
            spans = {i: item.value.span for i, item in enumerate(node.index.items)}
        given = Arguments(thing.items, rest=thing.rest, spans=spans)
    shown = f"np.{name.split('.')[-2]}"
    call = LibraryCall(name, BOTTOM_VALUE, given, state, activation, node.span, shown)
    return call_numpy(machine, call)[0][0]

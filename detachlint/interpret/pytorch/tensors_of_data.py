"""Tensors that are made of data: `torch.tensor(…)`, `as_tensor`, `asarray`, `torch.Tensor(…)`.

Data is anything: a number, a list of lists, an array, or a tensor, which some of them give back as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Tensor, Unknown
from detachlint.domain.story import Story, begin
from detachlint.domain.traits import Dtype, Trait
from detachlint.domain.values import NONE, Address, Value, addresses, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.pytorch import casts, operations, placement
from detachlint.interpret.pytorch.cast_tensors import cast
from detachlint.interpret.pytorch.dimensions import are_sizes
from detachlint.interpret.pytorch.result_places import dtype_of_data
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.interpret.pytorch.tensors import (
    flag_of,
    make_tensor,
    severed_in,
    story_of,
    tensors_in,
)
from detachlint.interpret.pytorch.views import may_be_base
from detachlint.interpret.pytorch.writes import set_flag
from detachlint.knowledge.dtype_facts import place_of_class
from detachlint.knowledge.facts import CallFact, Result
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def tensor(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.tensor(data)`: a copy without history; a leaf with `requires_grad=True`."""
    data = call.operand(1 if call.receiver else 0, "data") or NONE
    asked = call.arguments.keyword("requires_grad")
    flag = truth_belief(call.state, asked) if asked is not None else NO
    story = begin(call.span, f"`{call.shown}(…, requires_grad=…)` makes a leaf that requires grad")
    inputs = [data]
    inferred = dtype_of_data(call.state, data)
    made = Tensor(
        flag,
        leaf=YES,
        dtype=placement.dtype_from(
            call.state,
            call.arguments.keyword("dtype"),
            _own_dtype(call) or inferred,
            begin(call.span, f"`{call.shown}(…)` makes it of this dtype"),
        ),
        device=_device_of_data(call, data),
        dimensioned=are_sizes(call.state, inputs),
        severed=severed_in(call.state, inputs),
        flag=operations.deciding_atom(asked) if asked is not None else None,
        story=story if flag.usual is not Truth.NO else None,
    )
    value = make_tensor(machine, call.state, call.activation, call.span, made)
    return [(value, call.state)]


def _own_dtype(call: LibraryCall) -> Dtype | None:
    """That of the tensor whose `new_tensor` it is; whatever it is given is cast."""
    return placement.dtype_of_value(call.state, call.receiver) if call.receiver else None


def _device_of_data(call: LibraryCall, data: Value) -> Trait:
    """Where `device=` says; else where the data is, if that is a tensor (not: a list of them)."""
    found = call.state.surroundings.device
    tensors = [a for a in data if isinstance(a, Address)]
    if any(isinstance(call.state.get(a), (Tensor, Unknown)) for a in tensors):
        found = placement.common_device(call.state, [data])
    if call.receiver:
        found = placement.common_device(call.state, [call.receiver])
    asked = call.arguments.keyword("device")
    story = begin(call.span, f"`{call.shown}(…)` makes it there")
    return placement.device_from(call.state, asked, found, story)


def as_tensor(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """A tensor comes back as it is (or as a differentiable copy); other data as a plain tensor."""
    if fact.results == (Result.NEVER,):
        return _of_array(machine, call)
    data = call.operand(0, "data") or call.operand(0, "obj") or NONE
    given = [a for a in addresses(data) if isinstance(call.state.get(a), Tensor)]
    unknown = [a for a in addresses(data) if isinstance(call.state.get(a), Unknown)]
    if not given and not unknown:
        return tensor(machine, fact, call)
    parts: Value = frozenset()
    if given:
        parts |= cast(machine, _without_data(call), frozenset(given))
    if unknown:
        parts |= _tensor_of_unseen(machine, call, frozenset(unknown))
    return [(parts, call.state)]


def _of_array(machine: Machine, call: LibraryCall) -> Outcomes:
    """`torch.from_numpy(a)` takes arrays alone, which lie on the CPU and have no grad."""
    data = call.operand(0, "ndarray") or NONE
    severed = severed_in(call.state, [data])
    made = Tensor(NO, leaf=YES, dtype=dtype_of_data(call.state, data), severed=severed)
    return [(make_tensor(machine, call.state, call.activation, call.span, made), call.state)]


def _tensor_of_unseen(machine: Machine, call: LibraryCall, data: Value) -> Value:
    """What comes out is a tensor whatever goes in, and perhaps the very thing that was given."""
    flag = flag_of(call.state, data)
    asked = casts.asked_dtype(_without_data(call))
    made = Tensor(
        flag,
        dtype=Dtype.UNKNOWN if asked is None else asked,
        device=_device_of_data(call, data),
        severed=severed_in(call.state, [data]),
        story=story_of(call.state, data),
    )
    # What nobody saw being made was perhaps made in this mode.
    made = replace(may_be_base(call.state, made, data), inference=call.state.inference.join(NO))
    return make_tensor(machine, call.state, call.activation, call.span, made, "as_tensor")


def asarray(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """Like `as_tensor`, but a copy has the flag of the tensor even under `no_grad` (executed).

    `requires_grad=` sets the flag of what comes out, be it the very tensor that was given; one that
    was computed is left alone when the flag is to be false, a detached alias comes out instead.
    """
    data = call.operand(0, "obj") or NONE
    state = call.state
    if set(tensors_in(state, data)) != set(data):
        return as_tensor(machine, fact, call)
    value = cast(machine, _without_data(call), data, keeps_flag=True)
    asked = call.arguments.keyword("requires_grad")
    if asked is None or asked == NONE:
        return [(value, state)]
    return [(_with_flag(machine, call, value, truth_belief(state, asked)), state)]


def _with_flag(machine: Machine, call: LibraryCall, value: Value, flag: Belief) -> Value:
    """These tensors with the flag set, or aliases of those whose flag cannot be set to that."""
    state = call.state
    story = begin(call.span, f"`{call.shown}(…, requires_grad=…)` sets the flag")
    story_of_flag = story if flag.usual is not Truth.NO else None
    parts: Value = frozenset()
    for address in tensors_in(state, value):
        thing = state.get(address)
        if isinstance(thing, Tensor) and thing.leaf != YES and flag != YES:
            alias = replace(thing, grad=flag, leaf=YES, base=frozenset(), story=story_of_flag)
            parts |= make_tensor(
                machine,
                state,
                call.activation,
                call.span,
                alias,
                "alias",
                of=address,
                inference=thing.inference,
            )
        else:
            set_flag(state, value_of(address), flag, story_of_flag)
            parts |= value_of(address)
    return parts


def _without_data(call: LibraryCall) -> LibraryCall:
    """What `as_tensor(data, dtype=…, device=…)` asks for beside its data: by keyword alone."""
    return replace(call, arguments=Arguments((), call.arguments.keywords))


def _of_class(call: LibraryCall, name: str, story: Story) -> tuple[Dtype, Trait]:
    """The dtype and the device of what a class of tensors makes: of what type they are by default, if it
    is `torch.Tensor` itself."""
    place = place_of_class(name)
    if not place:
        return call.state.surroundings.dtype, call.state.surroundings.of_type
    return placement.dtype_named(name, story), placement.device_named(place, story)


def legacy_constructor(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.Tensor(t)` keeps the flag of a tensor, which must be of its dtype; anything else gives a
    plain tensor."""
    data = call.operand(1 if call.receiver else 0)
    if data is not None and tensors_in(call.state, data):
        return [(data, call.state)]
    severed = severed_in(call.state, call.inputs)
    story = begin(call.span, f"`{call.shown}(…)` makes it so")
    dtype, device = _of_class(call, fact.name, story)
    if call.receiver:
        dtype = _own_dtype(call) or dtype
        device = placement.common_device(call.state, [call.receiver])
    made = Tensor(NO, leaf=YES, severed=severed, dtype=dtype, device=device)
    return [(make_tensor(machine, call.state, call.activation, call.span, made), call.state)]

"""Methods of tensors called on what may be a tensor, or anything that has such a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Kind, Sequence, Tensor, Unknown
from detachlint.domain.traits import PLAIN, UNSEEN, Dtype, Trait
from detachlint.domain.values import Value, addresses, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import casts, operations, placement, special
from detachlint.interpret.pytorch.result_places import device_of_result, dtype_of_result
from detachlint.interpret.pytorch.tensors import any_flag, make_tensor, severed_in, story_of_any
from detachlint.knowledge.facts import Aliasing, CallFact, Result, casts_and_moves

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def apply_maybe(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes:
    """A tensor method called on something that may be a tensor, or anything that has such a method."""
    state = call.state
    fact = operations.as_asked(fact, call)
    if operations.sheds_the_flag(fact):
        return [(operations.shed_the_flag(fact, call), state)]
    if fact.special == "requires_grad_":
        return special.apply(machine, fact, call)
    if fact.aliasing is Aliasing.VIEW and fact.results == (Result.NEVER,):
        made = _detached(call)
        return [(make_tensor(machine, state, call.activation, call.span, made), state)]
    if fact.in_place:
        operations.write_in_place(machine, fact, call)
        return [(call.receiver, state)]
    inputs = operations.gradient_inputs(fact, call)
    flag = _flag(fact, state, inputs)
    fields = fact.fields or ("0",) * len(fact.results)
    device, narrow = _placed(fact, call, inputs)
    thing = Unknown(
        Kind.ANY,
        flag,
        made_by=_moved(call),
        device=device,
        narrow=narrow,
        severed=severed_in(state, inputs),
        story=story_of_any(state, inputs),
    )
    if fact.sequence and not fact.repeated and len(fields) > 1:
        return [(_maybe_parts(machine, fact, call, thing), state)]
    context = call.activation.context
    return [(value_of(machine.unknown_object(state, context, call.span, call.name, thing)), state)]


def _detached(call: LibraryCall) -> Tensor:
    """What `.detach()` gives. Only tensors have it (and what is made of tensors, whose `numpy()` then
    needs no more)."""
    return Tensor(
        NO,
        leaf=YES,
        dtype=placement.dtype_of_value(call.state, call.receiver) or Dtype.UNKNOWN,
        device=placement.common_device(call.state, [call.receiver]),
        severed=severed_in(call.state, [call.receiver]),
    )


def _flag(fact: CallFact, state: State, inputs: list[Value]) -> Belief:
    """Whether the result requires grad, if it is a tensor."""
    result = fact.results[0] if fact.results else Result.PYTHON
    if result is Result.PYTHON:
        return Belief(Truth.NO, Truth.MAYBE)
    if result is not Result.PROPAGATE:
        return NO
    flag = any_flag(state, inputs)
    changes = not {"dtype", "kind"}.isdisjoint(fact.depends)  # where it is of use, that is
    if fact.aliasing is Aliasing.FRESH or (state.mode == NO and changes):
        return flag.both(state.recording)
    if fact.aliasing is Aliasing.SOMETIMES and state.mode != YES:
        return flag.join(flag.both(state.recording))
    return flag


def _moved(call: LibraryCall) -> str:
    """What a library has made stays that where it is cast or moved: a metric, a transform."""
    if call.name not in casts_and_moves():
        return ""
    things = [call.state.get(address) for address in addresses(call.receiver)]
    makers = {thing.made_by if isinstance(thing, Unknown) else "" for thing in things}
    return makers.pop() if len(makers) == 1 else ""


def _placed(fact: CallFact, call: LibraryCall, inputs: list[Value]) -> tuple[Trait, Trait]:
    """Device and dtype of the result of a method of something that is perhaps a tensor."""
    if fact.results and fact.results[0] is Result.PYTHON:
        return UNSEEN, UNSEEN
    dtype: Dtype | None = None
    device: Trait | None = None
    if fact.special == "to":
        dtype, device = casts.asked_dtype(call), casts.asked_device(call)
    if device is None:
        device = device_of_result(fact, call, inputs)
    if dtype is None:
        dtype = dtype_of_result(fact, call, inputs)
    if fact.results and fact.results[0] is Result.INTEGER:
        dtype = Dtype.INTEGER
    return device, dtype.narrow


def _maybe_parts(machine: Machine, fact: CallFact, call: LibraryCall, thing: Unknown) -> Value:
    parts = tuple(
        machine.unknown(
            call.state,
            call.activation,
            call.span,
            f"{call.name} {index}",
            grad=thing.grad if result is Result.PROPAGATE else NO,
            device=thing.device,
            narrow=thing.narrow if result is not Result.INTEGER else PLAIN,
            story=thing.story,
            severed=thing.severed,
        )
        for index, result in enumerate(fact.results)
    )
    sequence = Sequence("tuple", parts, fields=fact.fields)
    return machine.new(call.state, call.activation, call.span, "outputs", sequence)

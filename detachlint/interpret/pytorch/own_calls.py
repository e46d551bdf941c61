"""Calls of what the user has stated facts about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Array, Kind, Tensor
from detachlint.domain.story import begin, then
from detachlint.domain.values import Value
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.unseen_calls import note_escapes
from detachlint.interpret.pytorch.tensors import any_flag, make_tensor, severed_in, story_of_any
from detachlint.knowledge.own import OwnFact, OwnResult

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def call_own(machine: Machine, fact: OwnFact, call: LibraryCall) -> Outcomes:
    """The outcomes of a call, as stated. Functions that are handed over are called in its mode."""
    state = call.state
    mode = state.mode
    if fact.without_grad:
        state.mode = NO
    if fact.result is None:
        machine.leave_in_unseen_hands(state, call.arguments.all())
    else:
        note_escapes(machine, state, call.inputs)
    made = _result(machine, fact, call)
    state.mode = mode
    return [(made, state)]


def _result(machine: Machine, fact: OwnFact, call: LibraryCall) -> Value:
    state, activation, span = call.state, call.activation, call.span
    severed = severed_in(state, call.inputs)
    match fact.result:
        case OwnResult.ARRAY:
            return machine.new(state, activation, span, "array", Array(severed | {span}))
        case OwnResult.MODULE:
            return machine.unknown(state, activation, span, fact.name, kind=Kind.MODULE)
        case OwnResult.NEVER:
            tensor = Tensor(NO, severed=severed)
        case OwnResult.REQUIRES_GRAD:
            origin = begin(span, f"`{fact.name}` gives a tensor that requires grad (configured)")
            tensor = Tensor(YES, severed=severed, story=origin)
        case OwnResult.PROPAGATE:
            flag = any_flag(state, call.inputs).both(state.recording)
            story = then(story_of_any(state, call.inputs), span, f"passed through `{fact.name}`")
            tensor = Tensor(flag, severed=severed, story=story)
        case None:
            # It may give back a parameter or a view of one; what it computes does not require grad.
            grad = Belief(Truth.NO, Truth.MAYBE)
            return machine.unknown(state, activation, span, fact.name, grad=grad, severed=severed)
    return make_tensor(machine, state, activation, span, tensor)

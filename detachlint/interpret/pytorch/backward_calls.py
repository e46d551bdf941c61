"""Calls that compute gradients: `loss.backward(…)`, `torch.autograd.grad(…)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Sequence, Tensor, Unknown, View
from detachlint.domain.story import begin
from detachlint.domain.values import NONE, Value, addresses
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.elements import length_of
from detachlint.interpret.pytorch import callbacks, gradients
from detachlint.interpret.pytorch.needed import note_losses
from detachlint.interpret.pytorch.tensors import make_tensor, story_of_any
from detachlint.knowledge.facts import CallFact

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def backward(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`loss.backward(…)`, `torch.autograd.backward(losses, …)`: with a graph only if told so."""
    note_losses(machine, call.operand(0, "tensors") or NONE, call.state, call.span)
    flag = callbacks.flag_of_gradients(call.state, call.operand(3, "create_graph"))
    story = begin(call.span, f"`{call.shown}(…)` is told to make a graph of the gradients")
    gradients.leave(machine, call.state, flag, None if flag == NO else story)
    return [(NONE, call.state)]


def autograd_grad(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.autograd.grad(…)`: the gradients require grad only if `create_graph` is true."""
    asked = call.arguments.get(4, "create_graph")
    flag = callbacks.flag_of_gradients(call.state, asked)  # it turns grad mode on itself (executed)
    story = story_of_any(call.state, call.inputs)
    made = Tensor(flag, leaf=flag.opposite(), story=story)
    one = make_tensor(machine, call.state, call.activation, call.span, made, "gradient")
    count = _count(call.state, call.arguments.get(1, "inputs") or frozenset())
    sequence = Sequence("tuple", (one,) * count, frozenset() if count else one)
    value = machine.new(call.state, call.activation, call.span, "gradients", sequence)
    return [(value, call.state)]


def _count(state: State, inputs: Value) -> int:
    """How many inputs there are, one of its own or several in a container; 0 if nobody knows."""
    count = 1
    for address in addresses(inputs):
        thing = state.get(address)
        if isinstance(thing, Sequence):
            count = len(thing.items) if thing.exact else 0
        elif isinstance(thing, View):
            known = length_of(address, state)
            count = known[0] if known is not None and known[1] else 0
        elif isinstance(thing, Unknown):
            count = 0
    return count

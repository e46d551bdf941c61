"""Gradients in `.grad`, and whether they have a graph of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import Tensor
from detachlint.domain.story import Story
from detachlint.domain.values import Address, Value
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.work import NOWHERE
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

_PLAIN = Tensor(NO, leaf=YES)


def _latest(machine: Machine) -> Address:
    """Stands for all that the latest backward pass left; which leaves it came to, nobody knows."""
    return machine.book.derive("gradients of the latest backward pass", (), NOWHERE, _PLAIN)


def leave(machine: Machine, state: State, requires_grad: Belief, story: Story | None) -> None:
    """A backward pass has been made: its gradients are what leaves have in `.grad` from now on.

    What was there is added to them and may have a graph still, if nobody cleared it: that is not seen.
    """
    if requires_grad != NO or state.get(_latest(machine)) != _PLAIN:
        left = Tensor(requires_grad, leaf=requires_grad.opposite(), story=story)
        state.heap[_latest(machine)] = left


def attribute(machine: Machine, owner: Address, tensor: Tensor, state: State, span: Span) -> Value:
    """`tensor.grad`: a tensor that moves with its own, and requires grad if it was made with a graph."""
    latest = state.get(_latest(machine))
    assert isinstance(latest, Tensor)
    gradient = Tensor(
        latest.grad, leaf=latest.leaf, dtype=tensor.dtype, device=tensor.device, story=latest.story
    )
    # What is derived stays what it was first: its name says all that it depends on.
    role = f"attribute grad {tensor.device.held} {sorted(tensor.device.names)}"
    if latest.grad != NO:
        role += f" {latest.grad}"
    return machine.derived(role, (owner,), span, gradient)

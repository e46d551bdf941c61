"""Values that are backpropagated further on, and so require grad already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import Belief, Truth
from detachlint.domain.objects import Kind, Tensor, Unknown
from detachlint.domain.story import begin
from detachlint.domain.values import Value, single_address
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.unseen_calls import own_path, signs_of_class
from detachlint.ir.nodes import Assign, Attribute
from detachlint.ir.paths import path_of
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def tell(
    machine: Machine, node: Assign, value: Value, state: State, activation: Activation
) -> None:
    """`loss = criterion(…)` with an unknown criterion: a loss, if `loss.backward()` follows; so is what is
    computed of something unknown.

    Only where grad mode is on: the same line may compute a loss for validation, too.
    """
    address = single_address(value)
    thing = state.get(address) if address is not None else None
    if not isinstance(thing, (Tensor, Unknown)) or address is None:
        return
    if isinstance(thing, Unknown) and thing.kind is not Kind.ANY:
        return
    if thing.grad.usual is not Truth.MAYBE or state.recording.usual is not Truth.YES:
        return
    if _is_backpropagated(machine, node, state, activation):
        story = thing.story or begin(node.span, "it is backpropagated, so it requires grad")
        grad = Belief(Truth.YES, Truth.MAYBE)
        state.heap[address] = replace(thing, grad=grad, story=story)


def _is_backpropagated(
    machine: Machine, node: Assign, state: State, activation: Activation
) -> bool:
    if node.span in machine.evidence.of(activation.code).losses:
        return True
    if activation.owner is None:
        return False
    paths = [
        own_path(activation.code, path_of(t)) for t in node.targets if isinstance(t, Attribute)
    ]
    signs = signs_of_class(machine, state, activation.owner) if any(paths) else None
    return signs is not None and any(path in signs.backpropagated for path in paths)

"""Where the program still wants the gradient of what it has sent through NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Tensor
from detachlint.domain.values import Address, Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch.tensors import severed_in, tensors_in
from detachlint.knowledge.facts import module_behaviour

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def note_return(machine: Machine, value: Value, state: State, activation: Activation) -> None:
    """A tensor made from an array leaves `forward`: training wants the gradient that was cut off."""
    if module_behaviour(activation.code.name) != "calls":
        return
    for atom in activation.receiver:
        thing = state.glimpse(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and is_module(state, thing):
            note_use(machine, value, state)


def note_use(machine: Machine, value: Value, state: State) -> None:
    """`value` is backpropagated, or handed to who will: crossings behind it lose a wanted gradient."""
    held = [a for a in tensors_in(state, value) if isinstance(state.get(a), Tensor)]
    for span in severed_in(state, [frozenset(held)] if held else [value]):
        machine.ledger.facts_about(span.file).needed.add(span)

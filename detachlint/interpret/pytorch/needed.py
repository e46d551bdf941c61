"""Where the program still wants the gradient of what it has sent through NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import YES, Truth
from detachlint.domain.objects import Array, Instance, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.traversal import values_in
from detachlint.domain.values import Address, Atom, Value, addresses
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch.parameters import named_parameters
from detachlint.interpret.pytorch.tensors import (
    NO_TENSORS,
    flag_of_tensor,
    reachable,
    severed_in,
    tensors_in,
)
from detachlint.knowledge.facts import module_behaviour
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def note_return(
    machine: Machine, value: Value, state: State, activation: Activation, span: Span
) -> None:
    """A tensor made from an array leaves `forward`: training wants the gradient that was cut off."""
    if module_behaviour(activation.code.name) != "calls" or state.recording.usual is Truth.NO:
        return
    value = _computed_with(state, value) or value
    for atom in activation.receiver:
        if not isinstance(atom, Address):
            continue
        thing = state.glimpse(atom)
        if not (isinstance(thing, Instance) and is_module(state, thing)):
            continue
        # What has nothing to be trained is a metric, or a loss that is yet to be backpropagated.
        if severed_in(state, [value]) and named_parameters(machine, state, atom, span):
            note_use(machine, value, state, span)


def _computed_with(state: State, value: Value, depth: int = 2) -> Value:
    """What training may compute with, of a value or what it holds: an array stands beside the output to be
    looked at."""
    found: set[Atom] = set()
    for address in addresses(value):
        thing = state.get(address)
        if isinstance(thing, (Sequence, Mapping)):
            for inside in values_in(thing) if depth else ():
                found |= _computed_with(state, inside, depth - 1)
        elif not isinstance(thing, Array):
            found.add(address)
    return frozenset(found)


def note_losses(machine: Machine, losses: Value, state: State, span: Span) -> None:
    """Each of several is backpropagated, and refused if it has no gradient."""
    things = {atom: state.get(atom) for atom in losses if isinstance(atom, Address)}
    several = {atom: thing for atom, thing in things.items() if isinstance(thing, Sequence)}
    for loss in (
        losses - several.keys(),
        *(v for s in several.values() for v in (*s.items, s.rest)),
    ):
        note_use(machine, loss, state, span)


def note_use(machine: Machine, value: Value, state: State, span: Span) -> None:
    """`value` is backpropagated at `span`, or handed to who will: crossings behind it lose a gradient.

    Where it has no other, that is the one that is wanted: without it `backward()` raises, or nothing is
    trained. Where it has, nobody knows whether the other is all that is wanted: the targets of a
    network may come from another one that is not trained with them.
    """
    held = [a for a in tensors_in(state, value) if isinstance(state.get(a), Tensor)]
    values = [frozenset[Address](held)] if held else [value]
    severed = severed_in(state, values)
    if not severed:
        return
    other = any(_brings_gradient(state, thing) for thing in reachable(state, values))
    for crossing in severed:
        facts = machine.ledger.facts_about(crossing.file)
        if other:
            facts.note_return(crossing, span)
        else:
            facts.needed.add(crossing)


def _brings_gradient(state: State, thing: object) -> bool:
    """Whether what is backpropagated hands its gradient on: a leaf keeps it, and trains nothing else."""
    if isinstance(thing, Tensor):
        return thing.leaf != YES and flag_of_tensor(state, thing).usual is not Truth.NO
    return (
        isinstance(thing, Unknown)
        and thing.kind not in NO_TENSORS
        and thing.grad.usual is not Truth.NO
    )

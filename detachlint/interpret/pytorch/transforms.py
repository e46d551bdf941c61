"""Functions under `vmap`, `torch.func.grad` and their like: they see wrappers that hold no memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import Partial, Sequence, Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import Check, trait, without
from detachlint.domain.values import Address, Value, in_order, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.knowledge import facts
from detachlint.knowledge.facts import CallFact
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DIFFERENTIATE = "wrapped-leaves"
"""What hands over a first argument that requires grad (executed: its `numpy()` says so)."""
WRAPPING = frozenset({"wrapped", DIFFERENTIATE})


def wrap(machine: Machine, fact: CallFact, call: LibraryCall, function: Value) -> Value | None:
    """The transformed function; None where it is not known which arguments are wrapped."""
    given = {*call.arguments.keywords, *map(str, range(1, len(call.arguments.positional)))}
    if given - {"has_aux", "randomness", "chunk_size", "func"}:
        return None
    thing = Partial(function, transform=fact.name)
    return machine.new(call.state, call.activation, call.span, "transformed", thing)


def run(
    machine: Machine,
    thing: Partial,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """A call of a transformed function. What comes out of differentiation is left unknown."""
    differentiates = facts.what_it_calls(thing.transform) == DIFFERENTIATE
    values = tuple(
        _wrapped(machine, thing, value, state, activation, span, index)
        if index == 0 or not differentiates
        else value
        for index, value in enumerate(arguments.positional)
    )
    given = replace(arguments, positional=values)
    before = state.fork() if differentiates else state
    outcomes = machine.call(thing.function, given, before, activation, span, shown)
    if not differentiates:
        return [(_unwrapped(machine, v, s, activation, span), s) for v, s in outcomes]
    for _, after in outcomes:
        state.heap = state.join(after).heap
    return [(machine.unknown(state, activation, span, "result"), state)]


def _wrapped(
    machine: Machine,
    thing: Partial,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    index: int,
) -> Value:
    short = thing.transform.rpartition(".")[2]
    differentiates = facts.what_it_calls(thing.transform) == DIFFERENTIATE
    story = begin(span, f"`{short}` hands over a wrapper")
    parts: Value = frozenset()
    for atom in in_order(value):
        tensor = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(tensor, Tensor):
            parts |= value_of(atom)
            continue
        made = replace(
            tensor,
            grad=YES if differentiates else NO,
            leaf=NO,
            base=frozenset(),
            parameter=False,
            attributes={},
            traits={**tensor.traits, Check.STORAGE: trait(short, story)},
            story=story if differentiates else None,
        )
        parts |= machine.new(state, activation, span, f"wrapped {index}", made)
    return parts


def _unwrapped(
    machine: Machine, value: Value, state: State, activation: Activation, span: Span
) -> Value:
    parts: Value = frozenset()
    for number, atom in enumerate(in_order(value)):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Tensor) and Check.STORAGE in thing.traits:
            made = replace(thing, traits=without(thing.traits, Check.STORAGE), base=frozenset())
            parts |= machine.new(state, activation, span, f"unwrapped {number}", made)
        elif isinstance(thing, Sequence) and thing.kind == "tuple" and thing.exact:
            items = tuple(_unwrapped(machine, v, state, activation, span) for v in thing.items)
            made_tuple = replace(thing, items=items)
            parts |= machine.new(state, activation, span, f"unwrapped {number}", made_tuple)
        else:
            parts |= value_of(atom)
    return parts

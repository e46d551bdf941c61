"""Calls of code that we cannot see: what comes out, and what may have happened to what went in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, Belief
from detachlint.domain.objects import Function, Instance, Kind, Tensor, Unknown
from detachlint.domain.story import begin
from detachlint.domain.traits import UNSEEN
from detachlint.domain.values import Address, Atom, Bound, Value, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.parameters import unseen_parameters
from detachlint.interpret.pytorch.tensors import any_flag, severed_in
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def call_unknown(
    machine: Machine,
    address: Address,
    thing: Unknown,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """A call of something out of sight. A module's output requires grad by default."""
    leave_in_unseen_hands(machine, state, arguments.all())
    grad: Belief = MAYBE
    story = None
    if thing.kind is Kind.MODULE:
        family = unseen_parameters(machine, address, span)
        weights = value_of(family)
        grad = any_flag(state, [weights, *arguments.all()]).both(state.recording)
        grad = grad.in_unseen_hands()
        story = begin(
            span, f"output of the module `{shown}`, whose parameters are trainable by default"
        )
    elif thing.kind is not Kind.ANY:
        grad = NO
    inputs = arguments.all()
    device, narrow = UNSEEN, UNSEEN
    if thing.kind is Kind.MODULE:
        device = placement.common_device(state, inputs).either(thing.device).in_unseen_hands()
        narrow = thing.narrow.in_unseen_hands()
    result = machine.unknown(
        state,
        activation,
        span,
        "result",
        grad=grad,
        device=device,
        narrow=narrow,
        story=story,
        severed=severed_in(state, arguments.all()),
    )
    return [(result, state)]


def leave_in_unseen_hands(
    machine: Machine, state: State, values: list[Value], depth: int = 3
) -> None:
    """Code out of sight was given these: it may freeze a module, set a flag, call a function."""
    for value in values:
        for atom in value:
            _note_escape(machine, state, atom)
            if isinstance(atom, Address):
                _leave_one(machine, state, atom, depth)


def note_escapes(machine: Machine, state: State, values: list[Value]) -> None:
    """A library was given these, and calls the functions among them."""
    for value in values:
        for atom in value:
            _note_escape(machine, state, atom)


def _note_escape(machine: Machine, state: State, atom: Atom) -> None:
    """A function that is handed out is called by whoever got it: most likely at once, in this mode."""
    address = atom.function if isinstance(atom, Bound) else atom
    thing = state.get(address) if isinstance(address, Address) else None
    if not isinstance(thing, Function) or not isinstance(address, Address):
        return
    known = machine.escape_modes.get(thing.code)
    mode = state.mode if known is None else known.join(state.mode)
    machine.escape_modes[thing.code] = mode
    if address is atom:
        machine.escaped.setdefault(address)


def _leave_one(machine: Machine, state: State, address: Address, depth: int) -> None:
    thing = state.get(address)
    if isinstance(thing, Tensor):
        if thing.leaf != NO:
            state.heap[address] = thing.in_unseen_hands()
    elif isinstance(thing, Instance) and depth and is_module(state, thing):
        leave_in_unseen_hands(machine, state, [*thing.attributes.values(), thing.hidden], depth - 1)

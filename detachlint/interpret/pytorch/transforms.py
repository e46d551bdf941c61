"""Functions under `vmap`, `torch.func.grad` and their like: they see wrappers that hold no memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import Partial, Sequence, Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import Check, trait, without
from detachlint.domain.values import Address, Value, in_order, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

VMAP = frozenset({"torch.vmap", "torch.func.vmap"})
DIFFERENTIATE = frozenset(
    {"torch.func.grad", "torch.func.grad_and_value", "torch.func.jacrev", "torch.func.hessian"}
)
"""What hands over a first argument that requires grad (executed: its `numpy()` says so)."""
FORWARD = frozenset({"torch.func.jacfwd"})
"""What hands over a first argument that does not (executed), though it is differentiated."""
ALL = VMAP | DIFFERENTIATE | FORWARD

AT_ONCE = {"torch.func.vjp": YES, "torch.func.jvp": NO}
"""What calls the function itself, and whether it hands over tensors that require grad (executed)."""


def wrap(machine: Machine, name: str, call: LibraryCall, function: Value) -> Value | None:
    """The transformed function; None where it is not known which arguments are wrapped."""
    given = {*call.arguments.keywords, *map(str, range(1, len(call.arguments.positional)))}
    if given - {"has_aux", "randomness", "chunk_size", "func"}:
        return None
    thing = Partial(function, transform=name)
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
    differentiates = thing.transform not in VMAP
    grad = YES if thing.transform in DIFFERENTIATE else NO
    values = tuple(
        _wrapped(machine, thing.transform, grad, value, state, activation, span, index)
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


def run_at_once(machine: Machine, name: str, call: LibraryCall, function: Value) -> None:
    """`vjp(function, *inputs)`, `jvp(function, inputs, tangents)`: what the function does there.

    What comes out is as facts say.
    """
    inputs = call.arguments.positional[1:]
    if name == "torch.func.jvp":
        tuples = [
            call.state.get(a) for a in (inputs[0] if inputs else ()) if isinstance(a, Address)
        ]
        thing = tuples[0] if len(tuples) == 1 else None
        inputs = thing.items if isinstance(thing, Sequence) and thing.exact else ()
    values = tuple(
        _wrapped(machine, name, AT_ONCE[name], v, call.state, call.activation, call.span, index)
        for index, v in enumerate(inputs)
    )
    state = call.state.fork()
    outcomes = machine.call(
        function, Arguments(values), state, call.activation, call.span, call.shown
    )
    for _, after in outcomes:
        call.state.heap = call.state.join(after).heap


def _wrapped(
    machine: Machine,
    transform: str,
    grad: Belief,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    index: int,
) -> Value:
    short = transform.rpartition(".")[2]
    story = begin(span, f"`{short}` hands over a wrapper")
    parts: Value = frozenset()
    for atom in in_order(value):
        tensor = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(tensor, Tensor):
            parts |= value_of(atom)
            continue
        made = replace(
            tensor,
            grad=grad,
            leaf=NO,
            base=frozenset(),
            parameter=False,
            attributes={},
            traits={**tensor.traits, Check.STORAGE: trait(short, story)},
            story=story if grad == YES else None,
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

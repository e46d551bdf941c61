"""Results of functions that are not run any more, because a bound was hit: by what they gave before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, Belief, Truth
from detachlint.domain.objects import Sequence
from detachlint.domain.values import Address, Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.tensors import flag_of, recorded_flag
from detachlint.interpret.unseen import leave_world_in_unseen_hands
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


@value_class(frozen=True, slots=True)
class Returned:
    """What a function has given so far: whether that requires grad, and each part of it where it was
    always a tuple of one length (a loss, and how often the model was right).
    """

    grad: Belief
    parts: tuple[Belief, ...] = ()

    def join(self, other: Returned) -> Returned:
        """Either of the two."""
        parts: tuple[Belief, ...] = ()
        if len(self.parts) == len(other.parts):
            parts = tuple(a.join(b) for a, b in zip(self.parts, other.parts, strict=True))
        return Returned(self.grad.join(other.grad), parts)


def note_returned(
    machine: Machine, address: Address, mode: Belief, state: State, value: Value
) -> None:
    """Take down what the function at `address` has given, under a grad mode."""
    parts: tuple[Belief, ...] = ()
    (atom,) = value if len(value) == 1 else (None,)
    thing = state.glimpse(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Sequence) and thing.kind == "tuple" and not thing.rest:
        parts = tuple(flag_of(state, item) for item in thing.items)
    found = Returned(flag_of(state, value), parts)
    key = (address, mode.usual)
    known = machine.returned.get(key)
    machine.returned[key] = found if known is None else known.join(found)


def guess(
    machine: Machine,
    address: Address,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """What the function gave before, if that is known.

    What it would have done to the world is not known either.
    """
    known = machine.returned.get((address, state.mode.usual), Returned(MAYBE))
    leave_world_in_unseen_hands(state)
    state.mode = state.mode.in_unseen_hands()
    given = recorded_flag(state, arguments.all())

    def part(role: str, grad: Belief) -> Value:
        now = _with(grad, given).in_unseen_hands()
        return machine.unknown(state, activation, span, role, grad=now)

    if not known.parts:
        return part("result", known.grad)
    items = tuple(part(f"result {i}", grad) for i, grad in enumerate(known.parts))
    return machine.new(state, activation, span, "result", Sequence("tuple", items))


def _with(grad: Belief, given: Belief) -> Belief:
    """What did not require grad before, or only in some calls, may do so in this one.

    Of what nobody knew before, nothing more is known for what it is made of now.
    """
    if grad.usual in (Truth.SOMETIMES, Truth.MAYBE):
        return MAYBE
    if not given.seen:
        return grad
    return MAYBE if grad.usual is Truth.NO else grad.join(given)

"""Loops over elements whose number nobody knows: usually there is one at least.

What a turn replaces for sure is what it was before only where there is none. A tensor that is left so is
believed to require grad, or to be elsewhere, no more than any tensor; but it may be.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING, Any

from detachlint.domain.belief import MAYBE, Truth, join_beliefs
from detachlint.domain.objects import Frame, Instance, Mapping, Tensor, Unknown
from detachlint.domain.values import Address, Atom, Literal, Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.fixpoint import Step, repeat
from detachlint.interpret.engine.heap import parted
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import is_unsettled
from detachlint.interpret.pytorch.tensors import flag_of, flag_of_tensor
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_ENDS = 8
"""Ends of turns that are looked at."""


def over_elements(
    machine: Machine,
    start: State,
    activation: Activation,
    span: Span,
    step: Step,
    *,
    at_least_once: bool = False,
) -> list[State]:
    """The states after a `step` for each of some elements, as `fixpoint.repeat` gives them."""
    before = len(activation.breaks)

    def skipped(state: State, ends: list[State]) -> bool:
        turned = [*ends, *activation.breaks[before:]]
        return _doubt(machine, state, turned, activation, span)

    return repeat(
        machine, start, activation, span, step, at_least_once=at_least_once, skipped=skipped
    )


def _doubt(
    machine: Machine, state: State, turned: list[State], activation: Activation, span: Span
) -> bool:
    """Doubt in a state what all that have taken a turn have replaced; whether there is any of that."""
    if not turned or len(turned) > MOST_ENDS:
        return False
    written = [parted(state.heap, other.heap)[1] for other in turned]
    found = False
    for address in sorted(set.intersection(*written)):
        names = _names(state, address)
        others = [_names(other, address) for other in turned]
        for name, value in list(names.items()):
            later = [(other.get(name), end) for other, end in zip(others, turned, strict=True)]
            doubted = _doubted(machine, state, name, value, later, activation, span)
            if doubted != value:
                found = True
                _set(state, address, name, doubted)
    return found


def _names(state: State, address: Address) -> MappingOf[Any, Value]:
    """The variables of a frame, the attributes of an object, or the entries of a dict."""
    thing = state.heap.peek(address)
    if isinstance(thing, Frame):
        return thing.variables
    if address.summary:
        return {}
    if isinstance(thing, Mapping):
        return thing.entries
    return thing.attributes if isinstance(thing, Instance) else {}


def _set(state: State, address: Address, name: Any, value: Value) -> None:
    thing = state.heap.peek(address)
    if isinstance(thing, Frame):
        state.bind(address, name, value)
    elif isinstance(thing, Mapping):
        state.put(address, replace(thing, entries={**thing.entries, name: value}))
    else:
        state.set_attribute(address, name, value)


def _doubted(
    machine: Machine,
    state: State,
    name: object,
    value: Value,
    later: list[tuple[Value | None, State]],
    activation: Activation,
    span: Span,
) -> Value:
    """A value in place of which there is another one in all `later` states, if that is harmless.

    A setting that is perhaps another one there may be so here: then it is one and the same thing.
    """
    different = {other or value for other, _ in later}
    if len(different) == 1:
        [other] = different
        if is_unsettled(other) and all(isinstance(atom, Literal) for atom in value - other):
            return other
    kept: set[Atom] = set()
    for atom in value:
        thing = state.get(atom) if isinstance(atom, Address) else None
        is_replaced = all(atom not in (other or {atom}) for other, _ in later)
        if isinstance(thing, (Tensor, Unknown)) and is_replaced:
            weaker = _weaker(state, thing, [(other or value, end) for other, end in later])
            if weaker is not thing:
                kept |= machine.new(state, activation, span, f"{name} without a turn", weaker)
                continue
        kept.add(atom)
    return frozenset(kept)


def _weaker(
    state: State, thing: Tensor | Unknown, later: list[tuple[Value, State]]
) -> Tensor | Unknown:
    flags = join_beliefs(flag_of(end, other) for other, end in later)
    # What comes of an unknown function of it requires grad as it did.
    if flags.usual is Truth.NO:
        flag = flag_of_tensor(state, thing) if isinstance(thing, Tensor) else thing.grad
        if isinstance(thing, Tensor) and flag.seen:
            thing = replace(thing, grad=MAYBE, base=frozenset(), flag=None)
        elif flag.seen:
            thing = replace(thing, grad=MAYBE)
    devices = join_beliefs(
        one.device.held
        for other, end in later
        for atom in other
        if isinstance(atom, Address) and isinstance(one := end.get(atom), (Tensor, Unknown))
    )
    if thing.device.held.seen and not devices.seen:
        thing = replace(thing, device=replace(thing.device, held=MAYBE))
    return thing

"""Leaves that share the memory of a tensor: `nn.Parameter(t)`, `Variable(t)`, items of `nn.ParameterList`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import Mapping, Sequence, Tensor, join_objects
from detachlint.domain.story import Story, begin
from detachlint.domain.traits import Dtype
from detachlint.domain.values import Address, Atom, Value, in_order, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement, traits
from detachlint.interpret.pytorch.tensors import made_under, severed_in, tensors_in
from detachlint.interpret.pytorch.views import inference_of
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def leaf_of(
    state: State, data: Value, flag: Belief, story: Story | None, *, parameter: bool
) -> Tensor:
    """A leaf with the memory of `data`, and a flag of its own."""
    dtype = placement.dtype_of(state, [data])
    made = Tensor(
        flag,
        leaf=YES,
        dtype=dtype if not dtype.is_integer or flag == NO else Dtype.FLOAT,
        device=placement.common_device(state, [data]),
        traits=traits.of_view(state, data),
        parameter=parameter,
        severed=severed_in(state, [data]),
        story=story,
    )
    return made_under(state, made, inference_of(state, data) if tensors_in(state, data) else None)


def keep_as_parameters(
    machine: Machine, state: State, activation: Activation, span: Span, items: Address, shown: str
) -> None:
    """Plain tensors among the items of a `ParameterList` or `ParameterDict` become parameters there.

    Each time something is put in, however that is done (executed; torch: `__setitem__`).
    """

    def kept(value: Value, key: object) -> Value:
        return frozenset(kept_atom(atom, f"parameter {key}") for atom in in_order(value))

    def kept_atom(atom: Atom, role: str) -> Atom:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(atom, Address) or not isinstance(thing, Tensor) or thing.parameter:
            return atom
        story = begin(span, f"`{shown}` makes a parameter of it, which requires grad")
        made = leaf_of(state, value_of(atom), YES, story, parameter=True)
        # Of each of any number of tensors a parameter of its own.
        place = machine.book.place(span, role, activation.context, family=atom.summary, of=atom)
        known = state.heap.get(place)
        state.heap[place] = made if known is None else join_objects(known, made)
        return place

    thing = state.get(items)
    if isinstance(thing, Sequence):
        known = tuple(kept(item, place) for place, item in enumerate(thing.items))
        state.put(items, replace(thing, items=known, rest=kept(thing.rest, "*")))
    elif isinstance(thing, Mapping):
        entries = {key: kept(entry, key.value) for key, entry in thing.entries.items()}
        state.put(items, replace(thing, entries=entries, rest=kept(thing.rest, "*")))

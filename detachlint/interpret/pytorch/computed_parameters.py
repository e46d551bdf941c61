"""Parameters that are computed of others: `weight_norm`, `spectral_norm`, pruning, parametrizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE
from detachlint.domain.objects import Instance, Tensor
from detachlint.domain.story import then
from detachlint.domain.values import BOTTOM_VALUE, Value, addresses, single_literal
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.tensors import make_tensor, recorded_flag, story_of
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

USUAL = "weight"
"""The parameter where none is named."""


def compute(machine: Machine, given: Value, call: LibraryCall) -> None:
    """`weight_norm(module, "weight")`: the weight is computed, here and whenever the module is called.

    The grad mode of the last computation decides about its flag; what it is computed of stays a
    parameter, under another name.
    """
    named = call.arguments.get(1, "name") or call.arguments.keyword("tensor_name")
    known = single_literal(named) if named else None
    name = known.value if known is not None else USUAL
    for address in addresses(given):
        thing = call.state.get(address)
        if isinstance(thing, Instance):
            call.state.put(address, _with_computed(machine, thing, str(name), call))


def _with_computed(machine: Machine, thing: Instance, name: str, call: LibraryCall) -> Instance:
    before = thing.attributes.get(name, BOTTOM_VALUE)
    if not before:
        return thing
    story = then(story_of(call.state, before), call.span, f"`{call.shown}(…)` computes it anew")
    flag = recorded_flag(call.state, [before]).in_unseen_hands()
    made = Tensor(
        flag,
        leaf=MAYBE,
        dtype=placement.dtype_of(call.state, [before]),
        device=placement.common_device(call.state, [before]),
        story=story,
    )
    computed = make_tensor(
        machine, call.state, call.activation, call.span, made, f"computed {name}"
    )
    attributes = {**thing.attributes, name: computed}
    return replace(thing, attributes=attributes, hidden=thing.hidden | before)

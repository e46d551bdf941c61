"""Parameters that are computed of others: `weight_norm`, `spectral_norm`, pruning, parametrizations.

What they are computed of stays a parameter, under a name that is not asked for here. The grad mode of
the computation decides about the flag, whenever that is: see the trait `parameter` of facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, YES, Truth
from detachlint.domain.objects import Instance, Tensor
from detachlint.domain.story import Story, then
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Literal,
    Value,
    addresses,
    in_order,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    make_tensor,
    recorded_flag,
    story_of,
)
from detachlint.knowledge.facts import CallFact
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

USUAL = "weight"
"""The parameter where none is named."""
BY_CALLS = "@computed by calls"
"""The attribute of ours that lists the names of what is computed whenever the module is called."""
OF = "@computed of"
"""With a name behind it: what that is computed of."""


def compute(machine: Machine, fact: CallFact, given: Value, call: LibraryCall) -> None:
    """`weight_norm(module, "weight")`: the weight is computed from now on, or is a parameter again."""
    named = call.arguments.get(1, "name") or call.arguments.keyword("tensor_name")
    known = single_literal(named) if named else None
    name = str(known.value) if known is not None else USUAL
    for address in addresses(given):
        thing = call.state.get(address)
        if isinstance(thing, Instance):
            changed = _changed(machine, fact.traits["parameter"], thing, name, call)
            call.state.put(address, changed)


def renew(machine: Machine, address: Address, call: LibraryCall) -> None:
    """What a module computes before its `forward`, whenever it is called."""
    thing = call.state.instance(address, BY_CALLS)
    if thing is None or BY_CALLS not in thing.attributes:
        return
    for name in in_order(thing.attributes[BY_CALLS]):
        assert isinstance(name, Literal)
        thing = _with_computed(machine, thing, str(name.value), call)
    call.state.put(address, thing)


def read(
    machine: Machine, thing: Instance, name: str, state: State, activation: Activation, span: Span
) -> Value:
    """What a module computes when the attribute is read; nothing for one that it does not compute."""
    origin = thing.attributes.get(f"{OF} {name}", BOTTOM_VALUE)
    if not origin:
        return BOTTOM_VALUE
    story = then(story_of(state, origin), span, f"reading `{name}` computes it anew")
    made = _tensor(state, origin, story)
    return make_tensor(machine, state, activation, span, made, f"computed {name}")


def _changed(
    machine: Machine, when: str, thing: Instance, name: str, call: LibraryCall
) -> Instance:
    origin = thing.attributes.get(f"{OF} {name}") or thing.attributes.get(name, BOTTOM_VALUE)
    if not origin:
        return thing
    attributes = {**thing.attributes, f"{OF} {name}": origin}
    hidden = thing.hidden | origin
    if when.startswith("restores"):
        del attributes[f"{OF} {name}"]
        attributes[name] = origin
        if when != "restores" and call.state.recording != YES:
            attributes[name] = _perhaps_restored(machine, origin, name, call)
        by_calls = attributes.pop(BY_CALLS, BOTTOM_VALUE) - value_of(literal(name))
        if by_calls:
            attributes[BY_CALLS] = by_calls
        return replace(thing, attributes=attributes, hidden=hidden - origin)
    if when == "computes-when-read":
        attributes.pop(name, None)
        return replace(thing, attributes=attributes, hidden=hidden)
    attributes[BY_CALLS] = attributes.get(BY_CALLS, BOTTOM_VALUE) | value_of(literal(name))
    computed = _with_computed(machine, replace(thing, attributes=attributes), name, call)
    if when == "computes-when-called":
        plain = replace(_tensor(call.state, origin, None), grad=NO)
        made = make_tensor(machine, call.state, call.activation, call.span, plain, f"plain {name}")
        computed = replace(computed, attributes={**computed.attributes, name: made})
    return replace(computed, hidden=hidden)


def _perhaps_restored(machine: Machine, origin: Value, name: str, call: LibraryCall) -> Value:
    """What is left of a parametrization that is removed while grad mode may be off.

    Of one that computes with several tensors the last result, without a gradient; of others a parameter
    (executed: `weight_norm`, `spectral_norm`).
    """
    state = call.state
    flag, recording = any_flag(state, [origin]), state.recording
    grad = flag.both(recording) if recording.usual is Truth.YES else flag.both(MAYBE)
    left = replace(_tensor(state, origin, story_of(state, origin)), grad=grad, leaf=YES)
    return make_tensor(machine, state, call.activation, call.span, left, f"restored {name}")


def _with_computed(machine: Machine, thing: Instance, name: str, call: LibraryCall) -> Instance:
    origin = thing.attributes[f"{OF} {name}"]
    story = then(story_of(call.state, origin), call.span, f"`{call.shown}(…)` computes it anew")
    made = _tensor(call.state, origin, story)
    computed = make_tensor(
        machine, call.state, call.activation, call.span, made, f"computed {name}"
    )
    return replace(thing, attributes={**thing.attributes, name: computed})


def _tensor(state: State, origin: Value, story: Story | None) -> Tensor:
    """What is computed of a parameter. Whoever calls the module out of sight may compute it, too."""
    return Tensor(
        recorded_flag(state, [origin]).in_unseen_hands(),
        leaf=MAYBE,
        dtype=placement.dtype_of(state, [origin]),
        device=placement.common_device(state, [origin]),
        story=story,
    )

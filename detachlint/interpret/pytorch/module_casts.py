"""Casts and moves of modules: parameters are changed in place, buffers are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import Dtype, Trait
from detachlint.domain.values import BOTTOM_VALUE, Address, Value, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.pytorch import casts, parameters, placement
from detachlint.interpret.pytorch.tensors import make_tensor, tensors_in
from detachlint.knowledge import facts
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def cast(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """Casts and moves change the parameters in place; they stay leaves and keep their flags."""
    dtype, device = asked(call)
    for _, parameter in parameters.named_parameters(machine, call.state, address, call.span):
        thing = call.state.get(parameter)
        if isinstance(thing, Tensor):
            moved = replace(thing, dtype=dtype or thing.dtype, device=device or thing.device)
            call.state.heap[parameter] = moved
    _cast_buffers(machine, address, call, dtype, device)
    return [(value_of(address), call.state)]


def _cast_buffers(
    machine: Machine, address: Address, call: LibraryCall, dtype: Dtype | None, device: Trait | None
) -> None:
    """Buffers are replaced: who holds the old one keeps it as it was (executed)."""
    state = call.state
    for _, owner in list(parameters.walk(state, address)):
        thing = state.get(owner)
        if not isinstance(thing, Instance):
            continue
        changed: dict[str, Value] = {}
        for name in parameters.registered(thing):
            for buffer in tensors_in(state, thing.attributes[name]):
                old = state.get(buffer)
                assert isinstance(old, Tensor)
                lowered = old.dtype if dtype is None or old.dtype.is_integer else dtype
                new = replace(old, dtype=lowered, device=device or old.device)
                if new != old:
                    made = make_tensor(
                        machine, state, call.activation, call.span, new, "buffer", of=buffer
                    )
                    changed[name] = changed.get(name, BOTTOM_VALUE) | made
        if changed:
            state.put(owner, replace(thing, attributes={**thing.attributes, **changed}))


def asked(call: LibraryCall) -> tuple[Dtype | None, Trait | None]:
    """The dtype and the device a cast of a module asks for."""
    story = begin(call.span, f"`{call.shown}(…)` moves or casts the module")
    dtype: Dtype | None = None
    device: Trait | None = None
    kind, named, what = facts.module_behaviour(call.name).partition("-")
    if not named:
        return casts.asked_dtype(call), casts.asked_device(call)
    if kind == "casts":
        dtype = placement.dtype_named(f"torch.{what}", story)
    else:
        device = placement.device_named(what, story)
    return dtype, device

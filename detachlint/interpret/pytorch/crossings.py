"""Crossings: where a tensor becomes an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import BOTTOM, NO
from detachlint.domain.objects import Array, Device, Dtype, Tensor, Unknown
from detachlint.domain.values import Address, Value, addresses, single_literal
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.facts import CallSite, Crossing
from detachlint.interpret.pytorch.tensors import (
    NO_TENSORS,
    flag_of_atom,
    join_beliefs,
    severed_in,
    story_of,
)

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

FORMS = frozenset({"numpy", "__array__"})
"""Methods of a tensor that give its array."""


def cross(machine: Machine, call: LibraryCall) -> Value:
    """`t.numpy()` or `t.__array__()`: record the visit; the array that comes out if it does not raise.

    Raises iff grad mode is on and the tensor requires grad
    (torch/csrc/utils/tensor_numpy.cpp; executed). `force=True` detaches first.
    """
    state = call.state
    force = call.arguments.keyword("force")
    forced = single_literal(force) if force is not None else None
    if force is None or (forced is not None and not forced.value):
        _record(machine, call)
    severed = severed_in(state, [call.receiver]) | {call.span}
    return machine.new(state, call.activation, call.span, "array", Array(severed))


def _record(machine: Machine, call: LibraryCall) -> None:
    state = call.state
    candidates = [a for a in addresses(call.receiver) if _may_be_tensor(state, a)]
    if not candidates or not machine.hears(call.span):
        return
    flag = join_beliefs(flag_of_atom(state, a) for a in candidates)
    if flag == BOTTOM:
        flag = NO
    tensors = [t for a in candidates if isinstance(t := state.get(a), Tensor)]
    dtypes = {tensor.dtype for tensor in tensors}
    devices = {tensor.device for tensor in tensors}
    visit = Crossing(
        span=call.span,
        form=call.name,
        grad=flag,
        mode=state.mode,
        raises=flag.both(state.mode),
        story=story_of(state, frozenset(candidates)),
        dtype=dtypes.pop() if len(dtypes) == 1 else Dtype.UNKNOWN,
        device=devices.pop() if len(devices) == 1 else Device.UNKNOWN,
        strided=all(tensor.strided for tensor in tensors),
        tensor_for_sure=len(tensors) == len(call.receiver),
        unseen=call.activation.unseen,
        public=is_public(call.activation),
        calls=_chain(call.activation),
        swallowed=_watched(call.activation),
    )
    machine.record(visit)


def _may_be_tensor(state: State, address: Address) -> bool:
    thing = state.get(address)
    if isinstance(thing, Unknown):
        return thing.kind not in NO_TENSORS
    return isinstance(thing, Tensor)


def is_public(activation: Activation) -> bool:
    """Whether code that we do not see may call the function the crossing stands in.

    Module-level code and lambdas that are used where they are written have the callers we see.
    """
    code = activation.code
    return code.kind == "function" or "<locals>" in code.qualified_name


def _chain(activation: Activation) -> tuple[CallSite, ...]:
    sites: list[CallSite] = []
    current: Activation | None = activation
    while current is not None and current.call_span is not None and len(sites) < 12:
        if current.code.kind != "class":
            sites.append(CallSite(current.call_span, current.code.qualified_name))
        current = current.caller
    sites.reverse()
    return tuple(sites)


def _watched(activation: Activation) -> bool:
    current: Activation | None = activation
    while current is not None:
        if current.watched:
            return True
        current = current.caller
    return False

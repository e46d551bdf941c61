"""What a cast or a move of tensors gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import Tensor
from detachlint.domain.traits import Dtype, Family
from detachlint.domain.values import Value, addresses, single_literal, value_of
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import casts, placement, traits
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.interpret.pytorch.tensors import flag_of, make_tensor, story_of
from detachlint.interpret.pytorch.views import as_view, may_be_base
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


CONVERTED = "converted"
"""The role of what a cast or a move makes."""


def cast(machine: Machine, call: LibraryCall, source: Value, keeps_flag: bool = False) -> Value:
    """`.to(…)`: the tensor itself where nothing changes; a differentiable copy otherwise."""
    state = call.state
    dtype = casts.asked_dtype(call)
    device = casts.asked_device(call)
    copies = _copies(call)
    parts: Value = frozenset()
    for address in addresses(source):
        thing = state.get(address)
        if not isinstance(thing, Tensor):
            continue
        new_dtype = thing.dtype if dtype is None else dtype
        new_device = thing.device if device is None else device
        same = new_dtype == thing.dtype and new_device == thing.device
        # What is not asked for stays as it is, whether it is known or not.
        certain = dtype is None or _is_one(dtype)
        placed = device is None or (device.held in (YES, NO) and len(device.names) < 2)
        kept = copies == NO and not casts.asks_for_order(call)
        if same and certain and placed and kept:
            parts |= value_of(address)
            continue
        flag = flag_of(state, value_of(address))
        if not keeps_flag:
            flag = flag.both(state.recording)
        made = replace(
            thing,
            grad=flag if not new_dtype.is_integer else NO,
            leaf=flag.opposite(),
            base=frozenset(),
            dtype=new_dtype,
            device=new_device,
            parameter=False,
            attributes={},
            story=story_of(state, value_of(address)),
        )
        moved = placement.moved(thing.device, new_device)
        copied = _copied(thing.dtype, new_dtype, moved, copies, asked=dtype is not None)
        made = replace(made, traits=traits.of_perhaps_copy(made.traits, copied))
        if new_dtype.is_integer:
            made = replace(made, story=None)
        elsewhere = NO if device is None else moved
        changed = elsewhere.either(_changed(thing.dtype, new_dtype)).either(copies)
        perhaps_same = changed != YES and state.recording != YES
        tells_more = new_dtype.narrow != thing.dtype.narrow or new_device != thing.device
        if perhaps_same and tells_more:
            made = _or_itself(state, made, value_of(address), changed)
        mark = state.inference.join(thing.inference) if same else None
        parts |= make_tensor(
            machine,
            state,
            call.activation,
            call.span,
            made,
            CONVERTED,
            # Under `no_grad` it may be the tensor itself: a conversion of a conversion is one, too.
            of=machine.book.origin(address, CONVERTED),
            inference=mark,
        )
        if perhaps_same and not tells_more:
            parts |= value_of(address)
    return parts


def _is_one(dtype: Dtype) -> bool:
    """Whether this is said of one dtype alone."""
    return dtype.family not in (Family.UNKNOWN, Family.FLOAT, Family.COMPLEX)


def _or_itself(state: State, made: Tensor, source: Value, changed: Belief) -> Tensor:
    """What is made of a tensor, or it itself if it was as it is asked to be already."""
    return may_be_base(state, as_view(state, made, source, changed), source)


def _changed(before: Dtype, after: Dtype) -> Belief:
    """Whether a cast from one dtype to the other makes a copy: it may find nothing to do."""
    if before == after:
        return NO
    if Family.UNKNOWN in (before.family, after.family):
        return YES.join(NO)
    narrow = before.narrow, after.narrow
    if before.family is not after.family or narrow[0].names != narrow[1].names:
        return YES
    return narrow[0].held.either(narrow[1].held)


def _copied(before: Dtype, after: Dtype, moved: Belief, copies: Belief, *, asked: bool) -> Belief:
    """Whether a cast that also moves makes a copy; `asked`: whether it says for which dtype."""
    if before.family is not after.family or copies == YES:
        return YES
    if after.family is Family.COMPLEX and asked:
        return moved.either(YES.join(NO))  # single or double precision
    return moved


def _copies(call: LibraryCall) -> Belief:
    """Whether a copy is asked for, `copy=True`: by position it is the second flag."""
    flags = [value for value in call.arguments.positional if _is_flag(value)]
    asked = call.arguments.keyword("copy") or (flags[1] if len(flags) > 1 else None)
    return NO if asked is None else truth_belief(call.state, asked)


def _is_flag(value: Value) -> bool:
    known = single_literal(value)
    return known is not None and isinstance(known.value, bool)

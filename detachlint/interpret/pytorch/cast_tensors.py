"""What a cast or a move of tensors gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import Tensor
from detachlint.domain.traits import Dtype, Family, Trait
from detachlint.domain.values import Address, Value, addresses, single_literal, value_of
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


class Asked(NamedTuple):
    """What a cast or a move asks for. What it does not ask for, None, stays as it is."""

    dtype: Dtype | None
    device: Trait | None
    copies: Belief

    @property
    def is_certain(self) -> bool:
        """Whether it is known which dtype, and which device, that is."""
        placed = self.device is None or (
            self.device.held in (YES, NO) and len(self.device.names) < 2
        )
        return placed and (self.dtype is None or _is_one(self.dtype))


def cast(machine: Machine, call: LibraryCall, source: Value, keeps_flag: bool = False) -> Value:
    """`.to(…)`: the tensor itself where nothing changes; a differentiable copy otherwise."""
    state = call.state
    asked = Asked(casts.asked_dtype(call), casts.asked_device(call), _copies(call))
    parts: Value = frozenset()
    for address in addresses(source):
        thing = state.get(address)
        if isinstance(thing, Tensor):
            flag = flag_of(state, value_of(address))
            flag = flag if keeps_flag else flag.both(state.recording)
            parts |= _cast_one(machine, call, address, thing, asked, flag)
    return parts


def _cast_one(
    machine: Machine, call: LibraryCall, address: Address, thing: Tensor, asked: Asked, flag: Belief
) -> Value:
    state = call.state
    dtype = thing.dtype if asked.dtype is None else asked.dtype
    device = thing.device if asked.device is None else asked.device
    same = dtype == thing.dtype and device == thing.device
    kept = asked.copies == NO and not casts.asks_for_order(call)
    # What is not asked for stays as it is, whether it is known or not.
    if same and kept and asked.is_certain:
        return value_of(address)
    moved = placement.moved(thing.device, device)
    copied = _copied(thing.dtype, dtype, moved, asked.copies, asked=asked.dtype is not None)
    made = _copy(state, address, thing, flag, dtype, device)
    made = replace(made, traits=traits.of_perhaps_copy(thing.traits, copied))
    elsewhere = NO if asked.device is None else moved
    changed = elsewhere.either(_changed(thing.dtype, dtype)).either(asked.copies)
    perhaps_same = changed != YES and state.recording != YES
    tells_more = dtype.narrow != thing.dtype.narrow or device != thing.device
    if perhaps_same and tells_more:
        made = _or_itself(state, made, value_of(address), changed)
    parts = make_tensor(
        machine,
        state,
        call.activation,
        call.span,
        made,
        CONVERTED,
        # Under `no_grad` it may be the tensor itself: a conversion of a conversion is one, too.
        of=machine.book.origin(address, CONVERTED),
        inference=state.inference.join(thing.inference) if same else None,
    )
    return parts | value_of(address) if perhaps_same and not tells_more else parts


def _copy(
    state: State, address: Address, thing: Tensor, flag: Belief, dtype: Dtype, device: Trait
) -> Tensor:
    """A copy of another dtype, or elsewhere: of integers it carries no grad."""
    return replace(
        thing,
        grad=NO if dtype.is_integer else flag,
        leaf=flag.opposite(),
        base=frozenset(),
        dtype=dtype,
        device=device,
        parameter=False,
        attributes={},
        story=None if dtype.is_integer else story_of(state, value_of(address)),
    )


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

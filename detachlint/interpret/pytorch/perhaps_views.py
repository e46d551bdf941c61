"""What is sometimes a view, sometimes the argument itself, and sometimes new: casts, dropouts, …"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import HeapObject, Sequence, Tensor
from detachlint.domain.traits import PLAIN, Check, Family
from detachlint.domain.values import Address, Value, addresses, single_literal
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import casts, placement, traits
from detachlint.interpret.pytorch.tensors import any_flag, make_tensor, story_of
from detachlint.interpret.pytorch.views import (
    SELDOM,
    as_view,
    copied_for_order,
    has_flag_to_lose,
    inference_of,
    may_be_base,
)
from detachlint.knowledge.facts import CallFact
from detachlint.knowledge.names import TRAINING
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def with_items(state: State, viewed: Value) -> Value:
    """What is viewed, the items of containers of tensors included."""
    found = viewed
    for address in addresses(viewed):
        thing = state.get(address)
        if isinstance(thing, Sequence):
            found |= thing.all
    return found


def sometimes_view(
    machine: Machine,
    fact: CallFact,
    call: LibraryCall,
    prototype: Tensor,
    source: Value,
    role: str,
) -> Value:
    """View, input itself or copy. Only the flag under `no_grad` and later changes tell them apart."""
    state, activation, span = call.state, call.activation, call.span
    if ("layout" in fact.depends and not casts.asks_for_order(call)) or _resolves(fact):
        view = _view_unless_copied(state, fact, prototype, source)
        return make_tensor(machine, state, activation, span, view, role)
    if "kind" in fact.depends:
        return _of_its_kind(machine, call, prototype, source, role)
    if "device" in fact.depends:
        prototype = _resolved_if_moved(state, fact, prototype, source)
    stays = None if casts.asks_for_order(call) else _stays(state, source, fact)
    if stays:
        return source
    mark = state.inference.join(inference_of(state, source)) if stays is None else None
    made = make_tensor(machine, state, activation, span, prototype, role, inference=mark)
    if stays is False:
        return made
    drops = _drops(fact, call) if _may_drop(fact) else None
    if drops is not None:
        return made if drops else source
    reorders = casts.asks_for_order(call)
    if state.mode == YES:
        loses = (_may_drop(fact) or reorders) and has_flag_to_lose(state, source)
        return made | source if loses else made
    if reorders or fact.depends == ("call",):
        return made | source
    # Where there is nothing to do it is the tensor itself, flag and all.
    flag = prototype.grad.join(any_flag(state, [source]))
    either = replace(prototype, grad=flag, story=story_of(state, source))
    return make_tensor(machine, state, activation, span, either, role, inference=mark)


def _view_unless_copied(state: State, fact: CallFact, prototype: Tensor, source: Value) -> Tensor:
    """`t.reshape(…)`, `t.contiguous()`, `t.resolve_conj()`: a copy only where the memory asks for one."""
    copied = SELDOM if _resolves(fact) else copied_for_order(state, source)
    view = as_view(state, prototype, with_items(state, source), copied)
    return may_be_base(state, view, source) if fact.perhaps_self else view


def _of_its_kind(
    machine: Machine, call: LibraryCall, prototype: Tensor, source: Value, role: str
) -> Value:
    """`t.to_sparse()` of a tensor of that very layout is `t` itself, of another one it is new."""
    state = call.state
    before = traits.of_view(state, source).get(Check.LAYOUT, PLAIN)
    names = prototype.traits[Check.LAYOUT].names
    known = all(isinstance(a, Address) and isinstance(state.get(a), Tensor) for a in source)
    if known and before.held == YES and before.names == names and len(names) == 1:
        return source
    mark = None
    if before.held != NO and (not before.names or before.names & names):
        flag = prototype.grad.join(any_flag(state, [source]))
        prototype = replace(prototype, grad=flag, story=story_of(state, source))
        mark = state.inference.join(inference_of(state, source))
    return make_tensor(machine, state, call.activation, call.span, prototype, role, inference=mark)


def _resolved_if_moved(state: State, fact: CallFact, moved: Tensor, source: Value) -> Tensor:
    there = placement.device_named(fact.device)
    before = placement.common_device(state, [source])
    copied = placement.moved(before, there)
    return replace(moved, traits=traits.of_perhaps_copy(moved.traits, copied))


def _resolves(fact: CallFact) -> bool:
    """Whether it does nothing but resolve a lazy bit."""
    return fact.depends == ("call",) and "clears" in fact.traits.values()


def _may_drop(fact: CallFact) -> bool:
    """Whether it is a dropout: whether it gives its input itself depends on the call, and it has a share."""
    return "call" in fact.depends and "p" in fact.parameters


def _drops(fact: CallFact, call: LibraryCall) -> bool | None:
    """Whether a dropout does anything; None if that is not known. Else it gives its input itself."""
    name = next((name for name in TRAINING if name in fact.parameters), None)
    if name is None:
        return None
    training = call.flag(fact.parameters.index(name), name, default=not fact.idle)
    share = call.operand(fact.parameters.index("p"), "p")
    known = None if share is None else single_literal(share)
    if training is False or (known is not None and known.value == 0):
        return False
    return training if share is None or known is not None else None


def _stays(state: State, source: Value, fact: CallFact) -> bool | None:
    """Whether a cast or a move finds nothing to do and gives the tensor itself; None: unknown."""
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in source]
    if not things:
        return None
    answers = {_finds_nothing_to_do(thing, fact) for thing in things}
    return answers.pop() if len(answers) == 1 else None


def _finds_nothing_to_do(thing: HeapObject | None, fact: CallFact) -> bool | None:
    if not isinstance(thing, Tensor):
        return None
    if "device" in fact.depends:
        there = placement.device_named(fact.device)
        if there == PLAIN:
            return True if thing.device == PLAIN else False if thing.device.held == YES else None
        return False if thing.device == PLAIN else None
    if fact.dtype not in ("same", "argument"):
        wanted = placement.dtype_named(f"torch.{fact.dtype}")
        if Family.UNKNOWN in (thing.dtype.family, wanted.family):
            return None
        if fact.traits.get("complex") == "makes":
            return None if thing.dtype.family is Family.COMPLEX else False
        if thing.dtype.family is not wanted.family:
            return False
        if thing.dtype.narrow.held != wanted.narrow.held:
            return False if thing.dtype.narrow.held in (YES, NO) else None
        same = wanted.narrow.held == YES and thing.dtype.narrow.names == wanted.narrow.names
        return True if wanted.is_float32 or (same and len(wanted.narrow.names) == 1) else None
    return None

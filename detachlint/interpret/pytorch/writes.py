"""Writes into tensors: of values, and of flags."""

from __future__ import annotations

from detachlint.domain.belief import MAYBE, NO, YES, Belief, Truth
from detachlint.domain.objects import Tensor, Unknown
from detachlint.domain.story import Story, begin, then
from detachlint.domain.values import Address, Value, addresses
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.tensors import flag_of_tensor, may_be_set
from detachlint.interpret.pytorch.views import roots
from detachlint.knowledge.facts import CallFact
from detachlint.source.span import Span
from detachlint.source.value_class import replace


def _settled(state: State, thing: Tensor | Unknown) -> Tensor | Unknown:
    """The object with a flag of its own, where an unknown condition decided it so far."""
    if isinstance(thing, Tensor) and thing.flag is not None:
        return replace(
            thing, grad=flag_of_tensor(state, replace(thing, base=frozenset())), flag=None
        )
    return thing


def into_integers(fact: CallFact | None) -> Belief:
    """Whether what writes sets the flag of a target of whole numbers, too: `write_into(integers=…)`."""
    return NO if fact is None else _INTO_INTEGERS.get(fact.traits.get("integers", ""), NO)


_INTO_INTEGERS = {"flag": YES, "perhaps": MAYBE}


def write_into(
    state: State,
    target: Value,
    flag: Belief,
    span: Span,
    message: str,
    story: Story | None,
    *,
    integers: Belief = NO,
) -> None:
    """An in-place write of something that requires grad as `flag` says, under the current mode.

    The target and what it is a view of require grad afterwards if they did, or if `flag`; those of
    whole numbers, if `integers` says so: most take the values alone (executed: `copy_`).
    """
    gained = flag.both(state.recording)
    if gained.usual is Truth.NO and gained.sure is Truth.NO:
        return
    touched = set(roots(state, target)) | set(addresses(target))
    sharing = _shares_of_bases(state, target)
    alone = len(addresses(target)) == 1
    for address in sorted(touched):
        thing = state.get(address)
        if not isinstance(thing, (Tensor, Unknown)):
            continue
        is_whole = isinstance(thing, Tensor) and thing.dtype.is_integer
        if is_whole and integers == NO:
            continue
        written = YES if address in target else sharing
        written = written.both(integers) if is_whole else written
        flag_after = _settled(state, thing).grad.either(gained.both(written))
        changed = replace(
            _settled(state, thing),
            grad=flag_after if alone else thing.grad.join(flag_after),
            story=thing.story or (then(story, span, message) if story else begin(span, message)),
        )
        if isinstance(changed, Tensor):
            is_sure = alone and written == YES
            changed = replace(changed, leaf=NO if is_sure else NO.join(changed.leaf))
        state.put(address, changed)


def _shares_of_bases(state: State, target: Value) -> Belief:
    """Whether writing into the target writes into a given one of its bases."""
    sharing = YES
    for address in addresses(target):
        thing = state.get(address)
        if isinstance(thing, Tensor) and thing.base:
            sharing = sharing.both(thing.linked)
            if len(thing.base) > 1:
                sharing = sharing.join(NO)
    return sharing


def set_flag(state: State, target: Value, flag: Belief, story: Story | None) -> None:
    """`t.requires_grad_(flag)` on all that `target` may be (weakly where that is more than one)."""
    targets = [a for a in addresses(target) if isinstance(state.get(a), (Tensor, Unknown))]
    for address in targets:
        _set_flag_of_base(state, address, flag, story)
        thing = state.get(address)
        assert isinstance(thing, (Tensor, Unknown))
        if isinstance(thing, Tensor) and thing.dtype.is_integer:
            continue  # raises: only floating point and complex tensors can require grad
        if flag == NO and isinstance(thing, Tensor) and thing.leaf == NO:
            continue  # raises: only the flags of leaves can be switched off
        after = flag
        if isinstance(thing, Tensor) and thing.grad != YES:
            after = may_be_set(state, flag, thing.inference)
        after = after if len(targets) == 1 else thing.grad.join(after)
        changed = replace(_settled(state, thing), grad=after, story=story or thing.story)
        state.put(address, changed)


def _set_flag_of_base(state: State, address: Address, flag: Belief, story: Story | None) -> None:
    """The flag of the base as well, where it may be what is asked."""
    thing = state.get(address)
    if not (isinstance(thing, Tensor) and thing.perhaps_base):
        return
    for address_of_base in sorted(thing.base):
        base = state.get(address_of_base)
        if isinstance(base, (Tensor, Unknown)):
            changed = replace(base, grad=base.grad.join(flag), story=base.story or story)
            state.put(address_of_base, changed)
    # From here on the two go their own ways: what may be one thing has one flag.
    state.put(address, replace(thing, perhaps_base=False))

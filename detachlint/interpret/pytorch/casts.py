"""What a cast or a move asks for: `.to(…)`, `.cuda()`, `.half()`, …"""

from __future__ import annotations

from detachlint.domain.belief import MAYBE, NO, Belief
from detachlint.domain.objects import Kind, Tensor, Unknown
from detachlint.domain.story import Story, begin
from detachlint.domain.traits import UNSEEN, Dtype, Trait
from detachlint.domain.values import Address, Atom, Library, Literal, Value, in_order, value_of
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.views import copied_for_order
from detachlint.knowledge.facts import CallFact
from detachlint.knowledge.names import ORDERS


def copied(fact: CallFact, call: LibraryCall) -> Belief:
    """Whether what is sometimes a view or its input itself is a copy, but for a move or a cast."""
    if asks_for_order(call):
        return MAYBE
    if "layout" in fact.depends:
        return copied_for_order(call.state, call.first(fact.parameters))
    return NO if "device" in fact.depends else MAYBE


def asked_dtype(call: LibraryCall) -> Dtype | None:
    """The dtype among the arguments of `.to(…)`, also that of `other` in `.to(other)`."""
    asked = call.arguments.keyword("dtype")
    story = begin(call.span, f"`{call.shown}(…)` casts it")
    if asked is not None:
        return placement.dtype_from(call.state, asked, Dtype.UNKNOWN, story)
    found: Dtype | None = None
    for position, value in enumerate(_given(call)):
        for atom in in_order(value):
            one = _dtype_in(call, atom, story, alone=position == 0)
            if one is not None:
                found = one if found is None else found.join(one)
    return found


def _given(call: LibraryCall) -> tuple[Value, ...]:
    """What is given by position; or the tensor in `.to(other=tensor)`."""
    other = call.arguments.keyword("other")
    return call.arguments.positional if other is None else (other,)


def _dtype_in(call: LibraryCall, atom: Atom, story: Story, *, alone: bool) -> Dtype | None:
    """The dtype that one thing given to `.to(…)` stands for; None for a device."""
    thing = call.state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Tensor):
        return thing.dtype
    if isinstance(atom, Literal) and placement.device_of_class(value_of(atom), story) is None:
        return None
    one = placement.dtype_from(call.state, value_of(atom), Dtype.UNKNOWN, story)
    if one != Dtype.UNKNOWN:
        return one
    unseen = isinstance(thing, Unknown) and thing.kind is Kind.ANY
    return Dtype.UNKNOWN if unseen and not (alone and _is_device_attribute(atom)) else None


def _is_device_attribute(atom: Atom) -> bool:
    return isinstance(atom, Address) and bool(atom.derived) and "device" in str(atom.derived)


def asked_device(call: LibraryCall) -> Trait | None:
    """Where `.to(…)` moves it; None if it says nothing of that."""
    asked = call.arguments.keyword("device")
    story = begin(call.span, f"`{call.shown}(…)` moves it there")
    if asked is not None:
        return placement.device_from(call.state, asked, UNSEEN, story)
    found: Trait | None = None
    for value in _given(call)[:1]:
        of_class = placement.device_of_class(value, story)
        if of_class is not None:
            return of_class
        for atom in in_order(value):
            thing = call.state.get(atom) if isinstance(atom, Address) else None
            if isinstance(atom, Library) or (isinstance(atom, Literal) and atom.value is None):
                continue
            if isinstance(thing, Tensor):
                one = thing.device
            elif atom_is_dtype(call, atom):
                continue
            else:
                one = placement.device_from(call.state, value_of(atom), UNSEEN, story)
            found = one if found is None else found.join(one)
    return found


def asks_for_order(call: LibraryCall) -> bool:
    """Whether it asks for an order of the elements in memory, which they may have already or not."""
    asked = call.arguments.keyword("memory_format")
    given = frozenset().union(asked or frozenset(), *call.arguments.positional)
    named = {atom.name for atom in given if isinstance(atom, Library)}
    is_known = asked is None or all(isinstance(atom, Library) for atom in asked)
    return bool(named & ORDERS) or not is_known


def atom_is_dtype(call: LibraryCall, atom: Atom) -> bool:
    """Whether the atom is `other.dtype`."""
    return (
        isinstance(atom, Address)
        and atom.derived is not None
        and atom.derived[0] == "attribute dtype"
    )

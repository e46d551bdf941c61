"""Loops that replace the items of a container: `for key, value in d.items(): d[key] = f(value)`.

While such a loop is run on any item, nobody can tell which one a store replaces, so the old items seem
to stay, and what earlier turns have stored seems to be what a later one finds. But no turn comes to an
item that another one has replaced; and behind a loop that replaces each of them, no old one is left.

Where some keys of a dict are known and others are not, each that is known has a turn of its own: what
the loop asks of the key or the item is answered for it alone, and what is in its place behind that turn
stays there until the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.objects import HeapObject, Kind, Mapping, Sequence, Unknown
from detachlint.domain.traits import UNSEEN
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Literal,
    Value,
    in_order,
    join_values,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import resolved
from detachlint.interpret.language.live_dicts import keep
from detachlint.interpret.language.loop_forms import (
    Turns,
    each_turn_stores,
    is_item,
    key_of,
    only_so,
    skips,
    stores_at_key,
    turns_of,
)
from detachlint.interpret.language.names import bind_name
from detachlint.interpret.pytorch.tensors import flag_of, story_of
from detachlint.ir.nodes import For, Name, Subscript, Unpack
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_APART = 16
"""Known keys that have turns of their own; if there are more of them, all have one with the others."""


class Replaced(NamedTuple):
    """The container whose items a loop replaces, or what that may be (`owners`): a mapping or list, and
    something unknown."""

    owners: dict[Address, HeapObject]
    """With what they are before the loop."""
    record: Address
    """Where is kept what the loop does (see `_Record`), path by path."""
    ends: Address
    """Where is kept, path by path, what is at each known key of a dict behind its own turn."""
    turns: Turns
    each: bool
    """Whether no turn leaves its item as it is."""


class _Record(NamedTuple):
    """What a loop has done so far."""

    old: Value
    """The items before it."""
    stored: Value
    """What it has put in their places."""
    at_hand: Value
    """What is now in the place of the item whose turn it is; bottom: what the container says."""
    key: Value
    """The key whose turn it is, if the dict had it before the loop; else bottom."""


@contextmanager
def watching(
    machine: Machine, node: For, state: State, activation: Activation
) -> Iterator[Replaced | None]:
    """While a loop is run: follow what it does to the container that it goes through."""
    found = _replaced(machine, node, state, activation)
    if found is None:
        yield None
        return
    outer = activation.replaced
    activation.replaced = {**outer, **dict.fromkeys(found.owners, found)}
    try:
        yield found
    finally:
        activation.replaced = outer


def apart(node: For, item: Value, state: State) -> list[Value]:
    """The items of a turn, if it is one on any item: each whose key is known, and all others at once.

    All at once where the loop stores nothing at its key: then it asks for no item alone.
    """
    if len(item) == 1:
        return [item]
    known = [atom for atom in in_order(item) if _has_known_key(state, atom)]
    if not known or len(known) > MOST_APART or not stores_at_key(node):
        return [item]
    others = item.difference(known)
    return [*map(value_of, known), *([others] if others else [])]


def begin_turn(
    machine: Machine, found: Replaced, node: For, state: State, activation: Activation
) -> None:
    """The loop's variables are bound to any item: it is none that an earlier turn has replaced."""
    record = _record(state, found)
    if record is None:
        return
    second = _second_variable(node)
    key = resolved(state, _value_of(machine, key_of(node), state, activation))
    known = single_literal(key)
    if known is not None and _was_known(found, known):
        at_dict = _only_dict(found) is not None
        _write(
            state,
            found,
            record._replace(at_hand=BOTTOM_VALUE, key=key if at_dict else BOTTOM_VALUE),
        )
        item = _before_its_turn(state, found, known) if at_dict else BOTTOM_VALUE
    else:
        elsewhere = record.stored - record.old
        held = _held(state, found, key) - elsewhere
        _write(state, found, record._replace(at_hand=held, key=BOTTOM_VALUE))
        item = _value_of(machine, second, state, activation) if second else BOTTOM_VALUE
        item = (item - elsewhere or held) if item & elsewhere else BOTTOM_VALUE
    if item and second is not None:
        bind_name(machine, second, item, state, activation)


def end_turn(state: State, found: Replaced) -> None:
    """What is now at the key whose turn it was stays there until the end of the loop."""
    record, owner = _record(state, found), _only_dict(found)
    known = single_literal(record.key) if record is not None else None
    thing = state.get(owner) if owner is not None else None
    if known is not None and isinstance(thing, Mapping) and known in thing.entries:
        ends = {**_ends(state, found), known: thing.entries[known]}
        state.put(found.ends, Mapping(ends))


def at_hand(state: State, found: Replaced, node: Subscript) -> Value:
    """What is in the container at the loop's own key; bottom where the container itself tells.

    It does of an item that was known by its key before the loop, or that is read in another way.
    """
    record = _record(state, found)
    return record.at_hand if record is not None and is_item(node, found.turns) else BOTTOM_VALUE


def note(state: State, found: Replaced, node: Subscript, value: Value, *, alone: bool) -> None:
    """A value is stored into such a container; `alone`: into no other one in its stead."""
    record = _record(state, found)
    if record is not None:
        replaces = alone and is_item(node, found.turns)
        now = value if replaces else record.at_hand and record.at_hand | value
        stored = record.stored if record.key else record.stored | value
        _write(state, found, record._replace(stored=stored, at_hand=now))


def settle(states: list[State], found: Replaced) -> None:
    """Behind the loop: what was there before is not there any more, unless it was stored again.

    Where nothing was stored, it has had no turn: there was nothing in the container.
    """
    ends = Mapping()
    for state in states:
        ends = ends.join(Mapping(_ends(state, found)))
    for state in states:
        record = _record(state, found)
        own = {**ends.entries, **_ends(state, found)}
        state.heap.pop(found.record)
        state.heap.pop(found.ends)
        if record is None:
            continue
        _settle_known(state, found, own)
        if found.each:
            for owner, before in found.owners.items():
                _settle(state, owner, before, record.stored, own)


def _record(state: State, found: Replaced) -> _Record | None:
    kept = state.get(found.record)
    return _Record(*kept.items) if isinstance(kept, Sequence) else None


def _write(state: State, found: Replaced, record: _Record) -> None:
    state.put(found.record, Sequence("list", record))


def _ends(state: State, found: Replaced) -> MappingOf[Literal, Value]:
    kept = state.get(found.ends)
    return kept.entries if isinstance(kept, Mapping) else {}


def _has_known_key(state: State, atom: Atom) -> bool:
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Sequence) and thing.kind == "tuple" and thing.items:
        return single_literal(thing.items[0]) is not None
    return isinstance(atom, Literal)


def _value_of(machine: Machine, name: object, state: State, activation: Activation) -> Value:
    assert isinstance(name, Name)
    return join_values(value for value, _ in machine.evaluate(name, state.fork(), activation))


def _second_variable(node: For) -> Name | None:
    targets = node.target.targets if isinstance(node.target, Unpack) else ()
    return targets[1] if len(targets) == 2 and isinstance(targets[1], Name) else None


def _held(state: State, found: Replaced, key: Value) -> Value:
    """What may be at a key that is not known (in the literals among it, if it is partly)."""
    owner = _only_dict(found)
    thing = state.get(owner) if owner is not None else None
    if isinstance(thing, Mapping) and not any(isinstance(atom, Literal) for atom in key):
        return thing.rest
    things = [state.get(owner) for owner in found.owners]
    return join_values(t.all for t in things if isinstance(t, (Mapping, Sequence)))


def _was_known(found: Replaced, key: Literal) -> bool:
    """Whether an item was known by its key before the loop."""
    for before in found.owners.values():
        if isinstance(before, Mapping) and key not in before.entries:
            return False
        if isinstance(before, Sequence) and key.value not in range(len(before.items)):
            return False
    return True


def _only_dict(found: Replaced) -> Address | None:
    """The dict whose items the loop replaces, if it is that for certain."""
    ((owner, before), *others) = found.owners.items()
    return owner if isinstance(before, Mapping) and not others else None


def _before_its_turn(state: State, found: Replaced, key: Literal) -> Value:
    """Put back at a known key what its own turn, which is now, has replaced in another round."""
    owner = _only_dict(found)
    thing = state.get(owner) if owner is not None else None
    if owner is None or not isinstance(thing, Mapping) or key not in thing.entries:
        return BOTTOM_VALUE
    left = _ends(state, found).get(key, BOTTOM_VALUE) - _entry(found.owners[owner], key)
    item = thing.entries[key] - left or thing.entries[key]
    keep(state, owner, replace(thing, entries={**thing.entries, key: item}))
    return item


def _entry(before: HeapObject, key: Literal) -> Value:
    return before.entries.get(key, BOTTOM_VALUE) if isinstance(before, Mapping) else BOTTOM_VALUE


def _settle_known(state: State, found: Replaced, ends: MappingOf[Literal, Value]) -> None:
    owner = _only_dict(found)
    thing = state.get(owner) if owner is not None else None
    if owner is not None and isinstance(thing, Mapping):
        entries = dict(thing.entries)
        for key in entries.keys() & ends.keys():
            entries[key] = entries[key] - _entry(found.owners[owner], key) | ends[key]
        keep(state, owner, replace(thing, entries=entries))


def _settle(
    state: State,
    owner: Address,
    before: HeapObject,
    stored: Value,
    settled: MappingOf[Literal, Value],
) -> None:
    thing = state.get(owner)

    def now(value: Value) -> Value:
        return value - old | stored if value & old else value

    if isinstance(thing, Unknown):
        if stored:
            grad, story = flag_of(state, stored), story_of(state, stored)
            state.put(owner, replace(thing, grad=grad, device=UNSEEN, narrow=UNSEEN, story=story))
        return
    assert isinstance(before, (Mapping, Sequence))
    old = before.all
    if isinstance(thing, Mapping):
        entries = {
            key: value if key in settled else now(value) for key, value in thing.entries.items()
        }
        state.put(owner, replace(thing, entries=entries, rest=now(thing.rest)))
    elif isinstance(thing, Sequence):
        items = tuple(map(now, thing.items))
        state.put(owner, replace(thing, items=items, rest=now(thing.rest)))


def _replaced(machine: Machine, node: For, state: State, activation: Activation) -> Replaced | None:
    turns = turns_of(node)
    if turns is None or not only_so(node.body, turns):
        return None
    outcomes = machine.evaluate(turns.owner, state.fork(), activation)
    owners = _owners(outcomes[0][0], turns, state, activation) if len(outcomes) == 1 else {}
    if not owners:
        return None
    record = machine.book.place(node.span, "replaced items", activation.context)
    old = join_values(t.all for t in owners.values() if isinstance(t, (Mapping, Sequence)))
    ends = machine.book.place(node.span, "replaced items at known keys", activation.context)
    state.heap[record] = Sequence("list", _Record(old, BOTTOM_VALUE, BOTTOM_VALUE, BOTTOM_VALUE))
    state.heap[ends] = Mapping()
    each = each_turn_stores(node.body, turns) and not skips(node.body)
    return Replaced(owners, record, ends, turns, each)


def _owners(
    value: Value, turns: Turns, state: State, activation: Activation
) -> dict[Address, HeapObject]:
    """What the loop goes through: one container, and what nobody knows but the program asks for items.

    Of two containers either may be left as it is. Where it is the container or something unknown, that
    is about the same container, as a rule: what a module gives that is in sight or perhaps another one.
    """
    owners: dict[Address, HeapObject] = {}
    containers = 0
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(atom, Address) or atom.summary or atom in activation.replaced:
            return {}
        if isinstance(thing, Sequence if turns.position else Mapping):
            containers += 1
        elif not turns.asked or not isinstance(thing, Unknown) or thing.kind is not Kind.ANY:
            return {}
        owners[atom] = thing
    return owners if containers <= 1 else {}

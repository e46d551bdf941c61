"""Loops that replace the items of a container: `for key, value in d.items(): d[key] = f(value)`.

While such a loop is run on any item, nobody can tell which one a store replaces, so the old items seem
to stay, and what earlier turns have stored seems to be what a later one finds. But no turn comes to an
item that another one has replaced; and behind a loop that replaces each of them, no old one is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.objects import HeapObject, Kind, Mapping, Sequence, Unknown
from detachlint.domain.traits import UNSEEN
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Value,
    in_order,
    join_values,
    single_literal,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import resolved
from detachlint.interpret.language.names import bind_name
from detachlint.interpret.pytorch.tensors import flag_of, story_of
from detachlint.ir.nodes import (
    Assign,
    AugmentedAssign,
    Block,
    Call,
    Expression,
    For,
    If,
    Jump,
    Name,
    Statement,
    Subscript,
    Unpack,
    With,
)
from detachlint.ir.nodes import Attribute as AttributeNode
from detachlint.ir.walk import nodes_in
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

COPIES = frozenset({"list", "tuple", "sorted"})
"""What gives the same keys once more, so that the dict may be changed meanwhile."""


class _Turns(NamedTuple):
    """A loop whose variable `key` takes the place of each item of `owner`; by `position` in a list, or
    asking it for its items or keys, as only a mapping is (`asked`)."""

    owner: Name
    key: str
    position: bool
    asked: bool = False


class Replaced(NamedTuple):
    """The container whose items a loop replaces, or what that may be (`owners`): a mapping or list, and
    something unknown."""

    owners: dict[Address, HeapObject]
    """With what they are before the loop."""
    record: Address
    """Where is kept what the loop does (see `_Record`), path by path."""
    turns: _Turns
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


def begin_turn(
    machine: Machine, found: Replaced, node: For, state: State, activation: Activation
) -> None:
    """The loop's variables are bound to any item: it is none that an earlier turn has replaced."""
    targets = node.target.targets if isinstance(node.target, Unpack) else (node.target,)
    record = _record(state, found)
    if record is None:
        return
    if _is_known(machine, targets[0], found, state, activation):
        _write(state, found, record._replace(at_hand=BOTTOM_VALUE))
        return
    elsewhere = record.stored - record.old
    things = [state.get(owner) for owner in found.owners]
    held = join_values(t.all for t in things if isinstance(t, (Mapping, Sequence))) - elsewhere
    _write(state, found, record._replace(at_hand=held))
    if len(targets) == 2 and isinstance(targets[1], Name):
        item = _value_of(machine, targets[1], state, activation)
        if item & elsewhere:
            bind_name(machine, targets[1], item - elsewhere or held, state, activation)


def at_hand(state: State, found: Replaced, node: Subscript) -> Value:
    """What is in the container at the loop's own key; bottom where the container itself tells.

    It does of an item that was known by its key before the loop, or that is read in another way.
    """
    record = _record(state, found)
    return record.at_hand if record is not None and _is_item(node, found.turns) else BOTTOM_VALUE


def note(state: State, found: Replaced, node: Subscript, value: Value, *, alone: bool) -> None:
    """A value is stored into such a container; `alone`: into no other one in its stead."""
    record = _record(state, found)
    if record is not None:
        replaces = alone and _is_item(node, found.turns)
        now = value if replaces else record.at_hand and record.at_hand | value
        _write(state, found, record._replace(stored=record.stored | value, at_hand=now))


def settle(state: State, found: Replaced) -> None:
    """Behind the loop: what was there before is not there any more, unless it was stored again.

    Where nothing was stored, it has had no turn: there was nothing in the container.
    """
    record = _record(state, found)
    state.heap.pop(found.record, None)
    if record is not None and found.each:
        for owner, before in found.owners.items():
            _settle(state, owner, before, record.stored)


def _record(state: State, found: Replaced) -> _Record | None:
    kept = state.get(found.record)
    return _Record(*kept.items) if isinstance(kept, Sequence) else None


def _write(state: State, found: Replaced, record: _Record) -> None:
    state.put(found.record, Sequence("list", record))


def _value_of(machine: Machine, name: Name, state: State, activation: Activation) -> Value:
    return join_values(value for value, _ in machine.evaluate(name, state.fork(), activation))


def _is_known(
    machine: Machine, key: object, found: Replaced, state: State, activation: Activation
) -> bool:
    """Whether it is the turn of an item that was known by its key before the loop."""
    assert isinstance(key, Name)
    literal = single_literal(resolved(state, _value_of(machine, key, state, activation)))
    if literal is None:
        return False
    for before in found.owners.values():
        if isinstance(before, Mapping) and literal not in before.entries:
            return False
        if isinstance(before, Sequence) and literal.value not in range(len(before.items)):
            return False
    return True


def _settle(state: State, owner: Address, before: HeapObject, stored: Value) -> None:
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
        entries = {key: now(value) for key, value in thing.entries.items()}
        state.put(owner, replace(thing, entries=entries, rest=now(thing.rest)))
    elif isinstance(thing, Sequence):
        items = tuple(map(now, thing.items))
        state.put(owner, replace(thing, items=items, rest=now(thing.rest)))


def _replaced(machine: Machine, node: For, state: State, activation: Activation) -> Replaced | None:
    turns = _turns(node)
    if turns is None or not _only_so(node.body, turns):
        return None
    outcomes = machine.evaluate(turns.owner, state.fork(), activation)
    owners = _owners(outcomes[0][0], turns, state, activation) if len(outcomes) == 1 else {}
    if not owners:
        return None
    record = machine.book.place(node.span, "replaced items", activation.context)
    old = join_values(t.all for t in owners.values() if isinstance(t, (Mapping, Sequence)))
    state.heap[record] = Sequence("list", _Record(old, BOTTOM_VALUE, BOTTOM_VALUE))
    each = _each_turn_stores(node.body, turns) and not _skips(node.body)
    return Replaced(owners, record, turns, each)


def _owners(
    value: Value, turns: _Turns, state: State, activation: Activation
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


# --- how such loops are written ---------------------------------------------------------------


def _turns(node: For) -> _Turns | None:
    called = _called(node.iterable)
    iterable = node.iterable
    if isinstance(iterable, Call) and called in COPIES and len(iterable.arguments) == 1:
        iterable = iterable.arguments[0].value
        called = _called(iterable)
    target = node.target
    first = target.targets[0] if isinstance(target, Unpack) else target
    if not isinstance(first, Name):
        return None
    if isinstance(iterable, Name):
        return _Turns(iterable, first.name, position=False) if first is target else None
    if not isinstance(iterable, Call):
        return None
    if isinstance(iterable.function, AttributeNode) and not iterable.arguments:
        owner = iterable.function.value
        shape = {"items": Unpack, "keys": Name}.get(iterable.function.name)
        if isinstance(owner, Name) and shape is not None and isinstance(target, shape):
            return _Turns(owner, first.name, position=False, asked=True)
    if len(iterable.arguments) != 1:
        return None
    given = iterable.arguments[0].value
    if called == "range" and isinstance(given, Call) and _called(given) == "len":
        given = given.arguments[0].value if given.arguments else given
        called = "enumerate" if first is target else None
    elif first is target:
        return None
    is_owner = called == "enumerate" and isinstance(given, Name)
    return _Turns(given, first.name, position=True) if is_owner else None  # type: ignore[arg-type]  # asked right before


def _called(node: Expression) -> str | None:
    if isinstance(node, Call) and isinstance(node.function, Name):
        return node.function.name
    return None


def _each_turn_stores(block: Block, turns: _Turns) -> bool:
    return any(_stores(statement, turns) for statement in block)


def _stores(statement: Statement, turns: _Turns) -> bool:
    match statement:
        case Assign(targets=targets, value=value):
            return value is not None and any(_is_item(target, turns) for target in targets)
        case AugmentedAssign(target=target):
            return _is_item(target, turns)
        case If(body=body, orelse=orelse):
            return _each_turn_stores(body, turns) and _each_turn_stores(orelse, turns)
        case With(body=body):
            return _each_turn_stores(body, turns)
    return False


def _is_item(node: object, turns: _Turns) -> bool:
    return (
        isinstance(node, Subscript)
        and isinstance(node.value, Name)
        and node.value.name == turns.owner.name
        and isinstance(node.index, Name)
        and node.index.name == turns.key
    )


def _only_so(body: Block, turns: _Turns) -> bool:
    """Whether the body does nothing with the container but at the key, and leaves the key as it is."""
    items, owners = 0, 0
    for node in nodes_in(body):
        if isinstance(node, Name) and node.name == turns.owner.name:
            owners += 1
        items += _is_item(node, turns)
        if isinstance(node, (Assign, For)):
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            if any(isinstance(n, Name) and n.name == turns.key for n in _bound(targets)):
                return False
    return 0 < items == owners


def _skips(body: Block) -> bool:
    return any(isinstance(node, Jump) and node.kind == "continue" for node in nodes_in(body))


def _bound(targets: tuple[object, ...]) -> Iterator[object]:
    for target in targets:
        if isinstance(target, Unpack):
            yield from _bound(target.targets)
        else:
            yield target

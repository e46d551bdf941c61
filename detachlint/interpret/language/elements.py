"""The elements of what can be looked into without running anything, as they are at the moment.

A list, a dict, a view of a dict, a module that holds others, a `zip` of such: asked again after the
program has changed it, it answers with what it holds then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Class, Instance, Iterator, Kind, Mapping, Sequence, View
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Literal,
    Value,
    addresses,
    join_values,
    literal,
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import enumerations
from detachlint.interpret.language.contents import LONGEST_KNOWN, held_by
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch import modules
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_LETTERS = 16
"""Letters of a text that are run through one by one."""


def contents_of(
    machine: Machine, atom: Atom | None, state: State, activation: Activation, span: Span
) -> Sequence | None:
    """The elements of a container; None of anything else. Makes the tuples that `zip` and `items` give."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, View) and isinstance(atom, Address):
        return _shown(machine, atom, thing, state, activation, span)
    if isinstance(thing, Iterator) and isinstance(atom, Address):
        return _rows(machine, atom, thing, state, activation, span)
    return plain_contents(atom, state)


def plain_contents(atom: Atom | None, state: State) -> Sequence | None:
    """The elements of a container that holds them as they are; None of anything else."""
    if isinstance(atom, Literal):
        return _letters(atom)
    thing = state.get(atom) if isinstance(atom, Address) else None
    match thing:
        case Sequence():
            return thing
        case Mapping():
            return keys_of(thing)
        case Instance() if is_module(state, thing):
            return modules.contents(state, thing)
        case Class() if isinstance(atom, Address) and enumerations.is_enumeration(state, atom):
            return Sequence("list", enumerations.in_definition_order(state, atom))
        case Instance():
            return plain_contents(held_by(state, thing), state)
    return None


def length_of(atom: Atom, state: State) -> tuple[int, bool] | None:
    """How many elements of a container are known by position, and whether these are all."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, View) and thing.kind == "reversed":
        return thing.length or 0, thing.length is not None
    if isinstance(thing, View):
        shown = shown_mapping(state, thing)
        known = thing.kind != "any" and len(shown.entries) <= LONGEST_KNOWN
        return (len(shown.entries), not shown.rest) if known else (0, False)
    if isinstance(thing, Iterator):
        return _length_of_zip(thing, state)
    contents = plain_contents(atom, state)
    return (len(contents.items), contents.exact) if contents is not None else None


def _length_of_zip(thing: Iterator, state: State) -> tuple[int, bool] | None:
    if thing.kind != "zip":
        return None
    lengths: list[tuple[int, bool]] = []
    parts = parts_of(thing, state)
    for part in parts:
        length = _length_of_part(part, state) if parts.count(part) == 1 else None
        if length is None:
            return None
        lengths.append(length)
    known = min((number for number, _ in lengths), default=0)
    return known, any(exact and number == known for number, exact in lengths)


def element_at(
    machine: Machine, atom: Atom, position: int, state: State, activation: Activation, span: Span
) -> Value | None:
    """The element at a position of a container; bottom behind its end, None where nobody knows."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, View) and isinstance(atom, Address) and thing.kind == "items":
        mapping = _single_mapping(state, thing)
        if mapping is not None and position < len(mapping.entries) <= LONGEST_KNOWN:
            return _item(machine, atom, mapping, position, state, activation, span)
    if isinstance(thing, View) and thing.kind == "reversed" and thing.length is not None:
        source = only_atom(thing.source)
        if position >= thing.length or source is None:
            return BOTTOM_VALUE if source is not None else None
        return element_at(machine, source, thing.length - 1 - position, state, activation, span)
    if isinstance(thing, Iterator) and isinstance(atom, Address) and thing.kind == "zip":
        return _row(machine, atom, thing, position, state, activation, span)
    contents = contents_of(machine, atom, state, activation, span)
    if contents is None:
        return None
    if position < len(contents.items):
        return contents.items[position]
    return BOTTOM_VALUE if contents.exact else None


def keys_of(thing: Mapping) -> Sequence:
    """The keys of a dict."""
    return Sequence("list", tuple(value_of(key) for key in thing.entries), thing.rest_keys)


def _letters(atom: Literal) -> Sequence | None:
    if not isinstance(atom.value, str) or len(atom.value) > MOST_LETTERS:
        return None
    return Sequence("list", tuple(value_of(literal(letter)) for letter in atom.value))


def _length_of_part(part: Value, state: State) -> tuple[int, bool] | None:
    atom = only_atom(part)
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Iterator) and counted(thing):
        return LONGEST_KNOWN, False
    if isinstance(thing, Iterator) and thing.position is not None:
        source = atom if thing.kind == "zip" else only_atom(thing.source)
        length = length_of(source, state) if source and thing.kind in ("zip", "items") else None
        return (max(length[0] - thing.position, 0), length[1]) if length else None
    return length_of(atom, state) if atom is not None and not isinstance(thing, Iterator) else None


# --- views of dicts ---------------------------------------------------------------------------


def _single_mapping(state: State, view: View) -> Mapping | None:
    address = single_address(view.source)
    thing = state.get(address) if address is not None else None
    return thing if isinstance(thing, Mapping) else None


def shown_mapping(state: State, view: View) -> Mapping:
    """The dict that a view shows; the join, if it may be one of several."""
    found = Mapping()
    for number, address in enumerate(addresses(view.source)):
        thing = state.get(address)
        if isinstance(thing, Mapping):
            found = found.join(thing) if number else thing
    return found


def members_of_view(state: State, view: View) -> Mapping | Sequence | None:
    """What is looked through for a literal: no item of a dict is one."""
    shown = shown_mapping(state, view)
    if view.kind == "values":
        return Sequence("list", tuple(shown.entries.values()), shown.rest)
    return shown if view.kind == "keys" else None


def _shown(
    machine: Machine, owner: Address, view: View, state: State, activation: Activation, span: Span
) -> Sequence:
    if view.kind == "reversed":
        return _from_the_end(view, state)
    thing = shown_mapping(state, view)
    if view.kind == "keys":
        return keys_of(thing)
    if view.kind == "values":
        return Sequence("list", tuple(thing.entries.values()), thing.rest)
    if view.kind == "any":
        return Sequence("list", (), keys_of(thing).all | thing.all)
    if len(thing.entries) > LONGEST_KNOWN:
        keys = keys_of(thing).all
        parts = tuple(machine.bounded(p, state, activation, span) for p in (keys, thing.all))
        pair = Sequence("tuple", parts)
        return Sequence(
            "list", (), machine.new(state, activation, span, "any item", pair, of=owner)
        )
    items = [
        _item(machine, owner, thing, n, state, activation, span) for n in range(len(thing.entries))
    ]
    rest = BOTTOM_VALUE
    if thing.rest:
        pair = Sequence("tuple", (thing.rest_keys, thing.rest))
        rest = machine.new(state, activation, span, "other items", pair, of=owner)
    return Sequence("list", tuple(items), rest)


def _from_the_end(view: View, state: State) -> Sequence:
    lists = [thing for a in addresses(view.source) if isinstance(thing := state.get(a), Sequence)]
    if len(lists) == 1 and view.length is not None and len(lists[0].items) >= view.length:
        return Sequence("list", lists[0].items[: view.length][::-1])
    return Sequence("list", (), join_values(thing.all for thing in lists))


def _item(
    machine: Machine,
    owner: Address,
    mapping: Mapping,
    position: int,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    key, value = list(mapping.entries.items())[position]
    pair = Sequence("tuple", (value_of(key), value))
    return machine.new(state, activation, span, f"item {position}", pair, of=owner)


# --- zip and enumerate ------------------------------------------------------------------------


def parts_of(thing: Iterator, state: State) -> list[Value]:
    """The iterables that a `zip` runs through in step."""
    address = single_address(thing.source)
    given = state.get(address) if address is not None else None
    return list(given.items) if isinstance(given, Sequence) else []


def counted(thing: object) -> bool:
    """Whether an object is the counter of an `enumerate`."""
    return isinstance(thing, Iterator) and thing.kind == "count"


def number_at(
    machine: Machine,
    thing: Iterator,
    position: int | None,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """What a counter says at a position (None: at any)."""
    start = single_literal(thing.source)
    if position is not None and start is not None and isinstance(start.value, int):
        return value_of(literal(start.value + position))
    return machine.unknown(state, activation, span, "index", kind=Kind.NUMBER, grad=NO)


def _row(
    machine: Machine,
    owner: Address,
    thing: Iterator,
    position: int,
    state: State,
    activation: Activation,
    span: Span,
) -> Value | None:
    row: list[Value] = []
    for part in parts_of(thing, state):
        found = _element_of_part(machine, part, position, state, activation, span)
        if not found:
            return found
        row.append(found)
    return new_row(machine, owner, row, position, state, activation, span) if row else BOTTOM_VALUE


def _element_of_part(
    machine: Machine, part: Value, position: int, state: State, activation: Activation, span: Span
) -> Value | None:
    atom = only_atom(part)
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Iterator):
        if counted(thing):
            return number_at(machine, thing, position, state, activation, span)
        if thing.position is None:
            return None
        position += thing.position
        atom = atom if thing.kind == "zip" else only_atom(thing.source)
    return element_at(machine, atom, position, state, activation, span) if atom else None


def new_row(
    machine: Machine,
    owner: Address,
    row: list[Value],
    position: int | None,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """One tuple of those that `zip` gives; at a position None, any of the later ones."""
    role = "further rows" if position is None else f"row {position}"
    return machine.new(state, activation, span, role, Sequence("tuple", tuple(row)), of=owner)


def only_atom(part: Value) -> Atom | None:
    """The atom that a value is, if it is exactly one."""
    return next(iter(part)) if len(part) == 1 else None


def _rows(
    machine: Machine,
    owner: Address,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
) -> Sequence | None:
    """All tuples of a `zip` of containers; None if it runs through anything else."""
    if thing.kind != "zip" or thing.position is None:
        return None
    columns: list[Sequence] = []
    parts = parts_of(thing, state)
    for part in parts:
        column = _column(machine, part, state, activation, span) if parts.count(part) == 1 else None
        if column is None:
            return None
        columns.append(column)
    return _in_step(machine, owner, columns, thing.position, state, activation, span)


def _column(
    machine: Machine, part: Value, state: State, activation: Activation, span: Span
) -> Sequence | None:
    atom = only_atom(part)
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Iterator) or thing.kind == "zip":
        return contents_of(machine, atom, state, activation, span)
    if counted(thing):
        numbers = [
            number_at(machine, thing, n, state, activation, span) for n in range(LONGEST_KNOWN)
        ]
        rest = number_at(machine, thing, None, state, activation, span)
        return Sequence("list", tuple(numbers), rest)
    source = only_atom(thing.source)
    if thing.kind != "items" or source is None or thing.position is None:
        return None
    contents = contents_of(machine, source, state, activation, span)
    return replace(contents, items=contents.items[thing.position :]) if contents else None


def _in_step(
    machine: Machine,
    owner: Address,
    columns: list[Sequence],
    first: int,
    state: State,
    activation: Activation,
    span: Span,
) -> Sequence:
    known = min((len(c.items) for c in columns), default=0)
    exact = any(c.exact and len(c.items) == known for c in columns)
    rows = [
        new_row(machine, owner, [c.items[n] for c in columns], n, state, activation, span)
        for n in range(first, known)
    ]
    rest = BOTTOM_VALUE
    if not exact and columns:
        parts = [c.all if len(c.items) > known else c.rest for c in columns]
        if all(parts):
            rest = new_row(machine, owner, parts, None, state, activation, span)
    return Sequence("list", tuple(rows), rest)


def use_up(state: State, address: Address) -> None:
    """An iterator, and those that it runs through, have come to an end or nobody knows how far."""
    thing = state.get(address)
    if not isinstance(thing, Iterator) or thing.kind not in ("items", "zip"):
        return
    state.put(address, replace(thing, position=None))
    for part in parts_of(thing, state) if thing.kind == "zip" else []:
        for inner in addresses(part):
            use_up(state, inner)

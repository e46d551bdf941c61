"""Calls at different places that are alike: the same but for the names of objects.

A call was run; now the same function is called elsewhere. If there is a renaming (see `renaming`) under
which everything that the first one looked at becomes what the second one would find there, then it does
the same, under that renaming. This is what makes a helper that is called from a hundred places cost one
run.
"""

from __future__ import annotations

from collections.abc import Set
from itertools import zip_longest

from detachlint.domain.belief import NO
from detachlint.domain.objects import HeapObject, Tensor, Unknown
from detachlint.domain.traversal import values_in
from detachlint.domain.values import BOTTOM_VALUE, Address, Atom, Value
from detachlint.interpret.engine.addresses import AddressBook
from detachlint.interpret.engine.ageing import addresses_of, references
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.heap import Footprint
from detachlint.interpret.engine.remembered import Change, Name, Remembered, named
from detachlint.interpret.engine.renaming import Renaming, may_be_paired
from detachlint.interpret.engine.state import State
from detachlint.ir.nodes import Code
from detachlint.source.value_class import replace, value_class


@value_class(frozen=True, slots=True)
class Split:
    """What a call looked at: what is the same for each call like it, and what a renaming changes."""

    steady_cells: list[Address]
    steady_names: list[Name]
    cells: list[Address]
    names: list[Name]


class Pattern:
    """A remembered call, to be compared with calls at other places."""

    def __init__(
        self, entry: Remembered, arguments: Arguments, context: int, focus: frozenset[Address]
    ) -> None:
        self.entry = entry
        self._arguments = arguments
        self._context = context
        self._focus = focus
        self._names_of: dict[Address, list[str]] = {}
        for owner, name in entry.names:
            self._names_of.setdefault(owner, []).append(name)
        self._split: Split | None = None

    def transported(
        self,
        book: AddressBook,
        arguments: Arguments,
        state: State,
        context: int,
        running: Set[Code],
    ) -> Remembered | None:
        """The entry of a call with other arguments in another context; None if it is not alike.

        `running` is the code that waits for it: calling that again would be a recursion.
        """
        if not self.entry.footprint.codes.isdisjoint(running):
            return None
        renaming = Renaming(book, self._context, context)
        if not self._pair_arguments(renaming, arguments):
            return None
        if not self._explore(renaming, state) or not self._holds(renaming, state, book):
            return None
        moved = _moved(renaming, self.entry, state)
        return None if renaming.clashes else moved

    # --- finding the renaming ------------------------------------------------------------------

    def _pair_arguments(self, renaming: Renaming, arguments: Arguments) -> bool:
        mine, theirs = self._arguments, arguments
        pairs = [
            *zip_longest(mine.positional, theirs.positional, fillvalue=BOTTOM_VALUE),
            *((value, theirs.keywords[name]) for name, value in mine.keywords.items()),
            (mine.rest, theirs.rest),
            (mine.more, theirs.more),
        ]
        return all(renaming.pair_values(old, new) for old, new in pairs)

    def _explore(self, renaming: Renaming, state: State) -> bool:
        """Pair what paired objects hold, as far as the call has looked at it."""
        cells = self.entry.cells
        while renaming.fresh:
            old, new = renaming.fresh.pop()
            if (old in self._focus) != (new in state.focus):
                return False
            if old in cells and not _pair_contents(renaming, cells[old], old, state, new):
                return False
            for name in self._names_of.get(old, ()):
                found = named(state, new, name)
                if not _pair_named(renaming, self.entry.names[old, name], found):
                    return False
        return True

    # --- checking it ---------------------------------------------------------------------------

    def _holds(self, renaming: Renaming, state: State, book: AddressBook) -> bool:
        if self._split is None:
            self._split = self._what_is_steady(book)
        split, entry = self._split, self.entry
        return (
            entry.finds_the_same(state, split.steady_cells, split.steady_names)
            and self._finds_it_moved(renaming, state, split)
            and entry.assumes_the_same(state, renaming.atom)
        )

    def _finds_it_moved(self, renaming: Renaming, state: State, split: Split) -> bool:
        for address in split.cells:
            thing = self.entry.cells[address]
            found = state.heap.peek(renaming.address(address))
            if (renaming.thing(thing) if thing is not None else None) != found:
                return False
        for owner, name in split.names:
            moved = _named_elsewhere(renaming, self.entry.names[owner, name])
            if named(state, renaming.address(owner), name) != moved:
                return False
        return True

    def _what_is_steady(self, book: AddressBook) -> Split:
        """What of all that the call looked at no renaming changes: it neither is nor holds what the call
        was handed or made.
        """
        entry = self.entry
        handed = Renaming(book, self._context, self._context)
        self._pair_arguments(handed, self._arguments)
        pending = handed.fresh
        while pending:
            old, _ = pending.pop()
            thing = entry.cells.get(old)
            values = values_in(thing) if thing is not None and may_be_paired(thing) else []
            for name in self._names_of.get(old, ()):
                value = entry.names[old, name]
                values += [value] if isinstance(value, frozenset) else []
            for value in values:
                handed.pair_values(value, value)
        local = set(handed.paired)

        def moves(address: Address) -> bool:
            return any(
                a in local or book.is_within(a, self._context) for a in addresses_of(address)
            )

        cells = {
            address
            for address, thing in entry.cells.items()
            if moves(address) or (thing is not None and any(map(moves, references(thing))))
        }
        names = {
            (owner, name)
            for (owner, name), value in entry.names.items()
            if moves(owner) or any(map(moves, _addresses_named(value)))
        }
        return Split(
            [address for address in entry.cells if address not in cells],
            [name for name in entry.names if name not in names],
            [address for address in entry.cells if address in cells],
            [name for name in entry.names if name in names],
        )


def _pair_contents(
    renaming: Renaming, thing: HeapObject | None, old: Address, state: State, new: Address
) -> bool:
    found = state.heap.peek(new)
    if thing is None and found is None:
        return old is new or _alike(old.default, new.default)
    if thing is None or found is None or type(thing) is not type(found):
        return False
    if not may_be_paired(thing):
        return old is new
    if not _same_story(thing, found):
        return False
    left, right = values_in(thing), values_in(found)
    return len(left) == len(right) and all(map(renaming.pair_values, left, right))


def _alike(old: HeapObject | None, new: HeapObject | None) -> bool:
    if old is None or new is None:
        return old is new
    return old == new and _same_story(old, new)


def _same_story(old: HeapObject, new: HeapObject) -> bool:
    """Whether a trace through either would read the same."""
    if isinstance(old, (Tensor, Unknown)) and isinstance(new, (Tensor, Unknown)):
        return old.grad == new.grad and (old.grad == NO or old.story == new.story)
    return True


def _pair_named(renaming: Renaming, old: object, new: object) -> bool:
    if isinstance(old, frozenset) and isinstance(new, frozenset):
        return renaming.pair_values(old, new)
    if isinstance(old, Address) and isinstance(new, Address):
        return renaming.pair(old, new)
    return old is new


def _named_elsewhere(renaming: Renaming, value: object) -> object:
    if isinstance(value, frozenset):
        return renaming.value(value)
    return renaming.address(value) if isinstance(value, Address) else value


def _addresses_named(value: object) -> list[Address]:
    if isinstance(value, Address):
        return [value]
    if isinstance(value, frozenset):
        return [address for atom in value for address in addresses_of(atom)]
    return []


def _moved(renaming: Renaming, entry: Remembered, state: State) -> Remembered:
    """The entry in the names of the other call."""
    footprint = Footprint()
    looked_at = entry.footprint
    # In an order that does not depend on hashes, since it makes addresses.
    footprint.cells = {renaming.address(each) for each in entry.cells if each in looked_at.cells}
    named_there = sorted(looked_at.names)
    footprint.names = {(renaming.address(owner), name) for owner, name in named_there}
    footprint.assumed = {renaming.atom(atom) for atom in entry.truths}
    footprint.codes = looked_at.codes
    return replace(
        entry,
        footprint=footprint,
        returns=tuple(_moved_change(renaming, change, state) for change in entry.returns),
        raises=tuple(_moved_change(renaming, change, state) for change in entry.raises),
    )


def _moved_change(renaming: Renaming, change: Change, state: State) -> Change:
    def value_or_none(value: Value | None) -> Value | None:
        return None if value is None else renaming.value(value)

    def atoms(decided: dict[Atom, object]) -> dict[Atom, object]:
        return {renaming.atom(atom): answer for atom, answer in decided.items()}

    return replace(
        change,
        value=renaming.value(change.value),
        focus=state.focus,
        cells={
            renaming.address(address): None if thing is None else renaming.thing(thing)
            for address, thing in change.cells.items()
        },
        names={
            (renaming.address(owner), name): value_or_none(value)
            for (owner, name), value in change.names.items()
        },
        truths=atoms(change.truths),
        equals=atoms(change.equals),
    )

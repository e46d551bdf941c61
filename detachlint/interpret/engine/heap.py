"""The heap of a state, with a journal of what was written since it parted from other heaps.

Heaps fork at each branch and are compared and joined where paths meet. Most of what they hold is the
same object on both sides; the journal names the rest, so that meeting costs what was written, not
what there is.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView
from typing import Any, NamedTuple

from detachlint.domain.objects import Frame, HeapObject, Instance
from detachlint.domain.values import Address, Atom, Library
from detachlint.ir.nodes import Code


class Journal:
    """The addresses written since a fork; `parent` is the journal up to it, which no longer changes."""

    __slots__ = ("depth", "parent", "writes")

    def __init__(self, parent: Journal | None) -> None:
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.writes: set[Address] = set()


class Footprint:
    """What was looked at since a call began: all that its outcome can depend on.

    `cells` are addresses, `names` variables of frames and attributes of instances (looked at or bound;
    the empty name stands for the parent or class), `assumed` atoms about which it was asked what the
    path assumes. `unsolved` are functions whose recursive result was taken as it
    stands for now. `codes` are the functions that were run. `total` says that everything was looked at.
    """

    __slots__ = ("assumed", "cells", "codes", "names", "total", "unsolved")

    def __init__(self) -> None:
        self.cells: set[Address] = set()
        self.names: set[tuple[Address, str]] = set()
        self.assumed: set[Atom] = set()
        self.unsolved: set[Address] = set()
        self.codes: set[Code] = set()
        self.total = False

    @property
    def size(self) -> int:
        """How much was looked at."""
        return len(self.cells) + len(self.names)

    def add(self, other: Footprint) -> None:
        """Count what a part of the call has looked at."""
        self.cells |= other.cells
        self.names |= other.names
        self.assumed |= other.assumed
        self.unsolved |= other.unsolved
        self.codes |= other.codes
        self.total = self.total or other.total


class Order(NamedTuple):
    """The method resolution order of a class, as it is while the `classes` in it are these."""

    order: list[Address | Library]
    classes: list[tuple[Address, HeapObject]]


class Log:
    """Where all heaps of one analysis note what is looked at: the footprint of the call at hand."""

    __slots__ = ("now", "orders", "unseen")

    def __init__(self) -> None:
        self.now = Footprint()
        self.orders: dict[Address, Order] = {}
        """The orders of classes that were asked for last."""
        self.unseen: dict[int, tuple[HeapObject, HeapObject]] = {}
        """What tensors, by identity, become in unseen hands; the first of a pair keeps it alive."""


_BELOW: Any = object()
"""What the upper layer of a heap says of an address that it does not know."""

_WITH_NAMES = (Frame, Instance)
"""Objects whose names are noted one by one."""

WRITES_TO_COPY = 8
"""The upper layer is copied with each heap, the lower one once for so many writes: it grows until its
square is this many times what lies below, where both cost about the same."""


class Heap:
    """What lies at each address, with a journal of what was written; what is read is noted.

    Two layers: the lower one is shared with the heaps it has parted from and never changes. Above it is what
    was written since (None: removed). So a fork copies little, of thousands of objects.
    """

    __slots__ = ("_lower", "_upper", "journal", "log")

    def __init__(
        self,
        content: dict[Address, HeapObject],
        journal: Journal | None = None,
        log: Log | None = None,
    ) -> None:
        self._lower = content
        self._upper: dict[Address, HeapObject | None] = {}
        self.journal = journal or Journal(None)
        self.log = log or Log()

    def __getitem__(self, address: Address) -> HeapObject:
        found = self.get(address)
        if found is None:
            raise KeyError(address)
        return found  # type: ignore[no-any-return]  # as `get`

    def get(self, address: Address, default: Any = None) -> Any:
        """The object at an address. The two layers are looked through here, in `peek`, `meet` and `_beside`,
        without a call: nothing is done more often."""
        self.log.now.cells.add(address)
        found = self._upper.get(address, _BELOW)
        if found is _BELOW:
            found = self._lower.get(address)
        return default if found is None else found

    def __contains__(self, address: object) -> bool:
        return self.get(address) is not None  # type: ignore[arg-type]  # only addresses are asked for

    def __setitem__(self, address: Address, thing: HeapObject) -> None:
        self.journal.writes.add(address)
        if type(thing) in _WITH_NAMES:
            self.log.now.cells.add(address)
        self._upper[address] = thing

    def __delitem__(self, address: Address) -> None:
        self.journal.writes.add(address)
        if address in self._lower:
            self._upper[address] = None
        else:
            del self._upper[address]

    def pop(self, address: Address) -> HeapObject | None:
        """Remove an object, if it is there; it counts as written."""
        found: HeapObject | None = self.get(address)
        self.journal.writes.add(address)
        if found is not None:
            del self[address]
        return found

    def items(self) -> ItemsView[Address, HeapObject]:
        """What lies where, all of it; not noted. The heap may be written meanwhile."""
        self._settle()
        return self._lower.items()

    def keys(self) -> KeysView[Address]:
        """Where something lies; not noted."""
        self._settle()
        return self._lower.keys()

    @property
    def extent(self) -> int:
        """How many objects there are, about: what was written lately may count twice."""
        return len(self._lower) + len(self._upper)

    def peek(self, address: Address) -> HeapObject | None:
        """The object at an address; not noted, so for those only who note by themselves."""
        found = self._upper.get(address, _BELOW)
        return self._lower.get(address) if found is _BELOW else found

    def meet(self, address: Address) -> HeapObject | None:
        """The object at an address, for whoever compares heaps that have parted.

        What has become different about a frame or an instance since then are names, and these were
        noted when they were bound.
        """
        found = self._upper.get(address, _BELOW)
        if found is _BELOW:
            found = self._lower.get(address)
        if type(found) not in _WITH_NAMES:
            self.log.now.cells.add(address)
        return found  # type: ignore[no-any-return]  # as `get`

    def has_names(self, address: Address) -> bool:
        """Whether a frame or an instance is at an address; nothing is noted."""
        return type(self.peek(address)) in _WITH_NAMES

    def disagrees_in_names(self, other: Heap, address: Address) -> bool:
        """Whether two heaps hold different frames or instances at an address. Nothing is noted: what has
        become different about them since the heaps have parted are names, and these were noted when
        they were bound."""
        left, right = self.peek(address), other.peek(address)
        if type(left) not in _WITH_NAMES or type(right) not in _WITH_NAMES:
            return False
        return left is not right and left != right

    def disagreement(self, other: Heap, addresses: Iterable[Address]) -> Address | None:
        """An address of these at which two heaps do not hold the same, if there is one; notes as `meet`
        does.

        Where it is in names is found first, and then nothing is noted. All else is looked at from the
        oldest on, so that what is noted does not depend on hashes.
        """
        others: list[Address] = []
        for address, left, right in self._beside(other, addresses):
            if type(left) not in _WITH_NAMES or type(right) not in _WITH_NAMES:
                others.append(address)
            elif left is not right and left != right:
                return address
        note = self.log.now.cells.add
        for address, left, right in self._beside(other, sorted(others)):
            note(address)
            if left is not right and left != right:
                return address
        return None

    def differences(
        self, other: Heap, addresses: Iterable[Address]
    ) -> Iterator[tuple[Address, HeapObject | None, HeapObject | None]]:
        """What two heaps hold at those of the addresses where it is not the same object; notes as `meet`
        does, the oldest first."""
        note = self.log.now.cells.add
        for address, left, right in self._beside(other, sorted(addresses)):
            if type(left) not in _WITH_NAMES or type(right) not in _WITH_NAMES:
                note(address)
            if left is not right:
                yield address, left, right

    def _beside(
        self, other: Heap, addresses: Iterable[Address]
    ) -> Iterator[tuple[Address, HeapObject | None, HeapObject | None]]:
        """What two heaps hold, without a call for each object: millions are compared."""
        upper, lower = self._upper.get, self._lower.get
        others_upper, others_lower = other._upper.get, other._lower.get
        for address in addresses:
            left = upper(address, _BELOW)
            if left is _BELOW:
                left = lower(address)
            right = others_upper(address, _BELOW)
            if right is _BELOW:
                right = others_lower(address)
            yield address, left, right

    def store(self, address: Address, thing: HeapObject) -> None:
        """Write an object of which nothing but names that have been noted is new."""
        self.journal.writes.add(address)
        self._upper[address] = thing

    def fork(self) -> Heap:
        """A copy that may go another way from here on."""
        if self.journal.writes or self.journal.parent is None:
            self.journal = Journal(self.journal)
        return self.under(Journal(self.journal.parent))

    def under(self, journal: Journal) -> Heap:
        """The same content with another journal."""
        if len(self._upper) ** 2 > WRITES_TO_COPY * len(self._lower):
            self._settle()
        copy = Heap(self._lower, journal, self.log)
        copy._upper = self._upper.copy()
        return copy

    def _settle(self) -> None:
        """Make one layer of both."""
        if self._upper:
            removed = [address for address, thing in self._upper.items() if thing is None]
            both: dict[Address, Any] = self._lower | self._upper
            for address in removed:
                del both[address]
            self._lower, self._upper = both, {}


class Assumptions(dict[Any, Any]):
    """What a path has assumed about atoms; notes what is asked and what is decided."""

    __slots__ = ("log",)

    def __init__(self, content: dict[Any, Any], log: Log) -> None:
        super().__init__(content)
        self.log = log

    def __getitem__(self, atom: Atom) -> Any:
        self.log.now.assumed.add(atom)
        return super().__getitem__(atom)

    def get(self, atom: Atom, default: Any = None) -> Any:
        """What is assumed of an atom."""
        self.log.now.assumed.add(atom)
        return super().get(atom, default)

    def __contains__(self, atom: object) -> bool:
        self.log.now.assumed.add(atom)  # type: ignore[arg-type]  # only atoms are asked for
        return super().__contains__(atom)

    def __setitem__(self, atom: Atom, truth: Any) -> None:
        self.log.now.assumed.add(atom)
        super().__setitem__(atom, truth)

    def pop(self, atom: Atom, *default: Any) -> Any:
        """Forget an assumption."""
        self.log.now.assumed.add(atom)
        return super().pop(atom, *default)

    def fork(self) -> Assumptions:
        """An independent copy."""
        return Assumptions(self, self.log)

    def shared(self, other: Assumptions) -> Assumptions:
        """What both assume."""
        theirs = super(Assumptions, other).get
        return Assumptions({a: t for a, t in self.items() if theirs(a) == t}, self.log)


def parted(left: Heap, right: Heap) -> tuple[Journal | None, set[Address]]:
    """Where two heaps parted, and all that either has written since (everything, if they are strangers)."""
    writes: set[Address] = set()
    mine: Journal | None = left.journal
    theirs: Journal | None = right.journal
    while mine is not theirs:
        if mine is None or theirs is None:
            return None, {*left.keys(), *right.keys()}
        if mine.depth >= theirs.depth:
            writes |= mine.writes
            mine = mine.parent
        else:
            writes |= theirs.writes
            theirs = theirs.parent
    return mine, writes

"""The heap of a state, with a journal of what was written since it parted from other heaps.

Heaps fork at each branch and are compared and joined where paths meet. Most of what they hold is the
same object on both sides; the journal names the rest, so that meeting costs what was written, not
what there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from detachlint.domain.objects import Frame, HeapObject, Instance
from detachlint.domain.values import Address, Atom
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


class Log:
    """Where all heaps of one analysis note what is looked at: the footprint of the call at hand."""

    __slots__ = ("now", "unseen")

    def __init__(self) -> None:
        self.now = Footprint()
        self.unseen: dict[int, tuple[HeapObject, HeapObject]] = {}
        """What tensors, by identity, become in unseen hands; the first of a pair keeps it alive."""


_look_up = dict.get
"""Without `super()`, which takes as long as the look-up, and nothing is called more often."""

_WITH_NAMES = (Frame, Instance)
"""Objects whose names are noted one by one."""


class Heap(dict[Address, HeapObject]):
    """A dict that keeps a journal of its writes, and notes what is read."""

    __slots__ = ("journal", "log")

    def __init__(
        self,
        content: dict[Address, HeapObject],
        journal: Journal | None = None,
        log: Log | None = None,
    ) -> None:
        super().__init__(content)
        self.journal = journal or Journal(None)
        self.log = log or Log()

    def __getitem__(self, address: Address) -> HeapObject:
        self.log.now.cells.add(address)
        return super().__getitem__(address)

    def get(self, address: Address, default: Any = None) -> Any:
        """The object at an address."""
        self.log.now.cells.add(address)
        return _look_up(self, address, default)

    def __contains__(self, address: object) -> bool:
        self.log.now.cells.add(address)  # type: ignore[arg-type]  # only addresses are asked for
        return super().__contains__(address)

    def __setitem__(self, address: Address, thing: HeapObject) -> None:
        self.journal.writes.add(address)
        if type(thing) in _WITH_NAMES:
            self.log.now.cells.add(address)
        super().__setitem__(address, thing)

    def __delitem__(self, address: Address) -> None:
        self.journal.writes.add(address)
        super().__delitem__(address)

    def pop(self, address: Address, *default: Any) -> Any:
        """Remove an object; it counts as written."""
        self.journal.writes.add(address)
        self.log.now.cells.add(address)
        return super().pop(address, *default)

    def peek(self, address: Address) -> HeapObject | None:
        """The object at an address; not noted, so for those only who note by themselves."""
        return _look_up(self, address)

    def meet(self, address: Address) -> HeapObject | None:
        """The object at an address, for whoever compares heaps that have parted.

        What has become different about a frame or an instance since then are names, and these were
        noted when they were bound.
        """
        found = _look_up(self, address)
        if type(found) not in _WITH_NAMES:
            self.log.now.cells.add(address)
        return found

    def agrees(self, other: Heap, addresses: Iterable[Address]) -> bool:
        """Whether two heaps hold the same at these addresses; notes as `meet` does.

        The oldest are looked at first, so that what is noted does not depend on hashes.
        """
        note = self.log.now.cells.add
        for address in sorted(addresses):
            left, right = _look_up(self, address), _look_up(other, address)
            if left is None or right is None or type(left) not in _WITH_NAMES:
                note(address)
            if left is not right and left != right:
                return False
        return True

    def store(self, address: Address, thing: HeapObject) -> None:
        """Write an object of which nothing but names that have been noted is new."""
        self.journal.writes.add(address)
        super().__setitem__(address, thing)

    def fork(self) -> Heap:
        """A copy that may go another way from here on."""
        if self.journal.writes or self.journal.parent is None:
            self.journal = Journal(self.journal)
        return Heap(self, Journal(self.journal.parent), self.log)


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
            return None, {*left, *right}
        if mine.depth >= theirs.depth:
            writes |= mine.writes
            mine = mine.parent
        else:
            writes |= theirs.writes
            theirs = theirs.parent
    return mine, writes

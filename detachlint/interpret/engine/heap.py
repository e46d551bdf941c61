"""The heap of a state, with a journal of what was written since it parted from other heaps.

Heaps fork at each branch and are compared and joined where paths meet. Most of what they hold is the
same object on both sides; the journal names the rest, so that meeting costs what was written, not
what there is.
"""

from __future__ import annotations

from typing import Any

from detachlint.domain.objects import HeapObject
from detachlint.domain.values import Address


class Journal:
    """The addresses written since a fork; `parent` is the journal up to it, which no longer changes."""

    __slots__ = ("depth", "parent", "writes")

    def __init__(self, parent: Journal | None) -> None:
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.writes: set[Address] = set()


class Heap(dict[Address, HeapObject]):
    """A dict that keeps a journal of its writes."""

    __slots__ = ("journal",)

    def __init__(self, content: dict[Address, HeapObject], journal: Journal | None = None) -> None:
        super().__init__(content)
        self.journal = journal or Journal(None)

    def __setitem__(self, address: Address, thing: HeapObject) -> None:
        self.journal.writes.add(address)
        super().__setitem__(address, thing)

    def __delitem__(self, address: Address) -> None:
        self.journal.writes.add(address)
        super().__delitem__(address)

    def pop(self, address: Address, *default: Any) -> Any:
        """Remove an object; it counts as written."""
        self.journal.writes.add(address)
        return super().pop(address, *default)

    def fork(self) -> Heap:
        """A copy that may go another way from here on."""
        if self.journal.writes or self.journal.parent is None:
            self.journal = Journal(self.journal)
        return Heap(self, Journal(self.journal.parent))


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

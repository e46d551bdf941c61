"""What is known about texts from earlier runs, by their digests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from detachlint.cache.stamps import MISSING
from detachlint.cache.store import Store
from detachlint.interpret.relevance import Mentions
from detachlint.project.outline import Outline

_T = TypeVar("_T")


Known = tuple[dict[str, "Outline | None"], dict[str, "Mentions | None"]]
"""Outlines and mentions by the digests of the texts."""

FEW = 8
"""What is new is written to an entry of its own while it is less than one part in so many of all."""


class Kept:
    """Outlines and mentions of texts; those that this run has asked for are kept for the next one.

    Without a `store`, nothing is known and nothing kept.
    """

    def __init__(self, store: Store | None = None, name: str = "") -> None:
        self._store, self._name = store, name
        self._old: Known = {}, {}
        self._new: Known = {}, {}
        self._used: Known = {}, {}
        self._loaded = store is None
        self._changed = False

    def outline(self, digest: str, work: Callable[[], Outline | None]) -> Outline | None:
        """The outline of the text with that digest; `work` finds it out."""
        return self._find(digest, (self._old[0], self._new[0], self._used[0]), work)

    def mentions(self, digest: str, work: Callable[[], Mentions | None]) -> Mentions | None:
        """What the text with that digest mentions; `work` finds it out, and may raise."""
        return self._find(digest, (self._old[1], self._new[1], self._used[1]), work)

    def _find(
        self,
        digest: str,
        among: tuple[dict[str, _T], dict[str, _T], dict[str, _T]],
        work: Callable[[], _T],
    ) -> _T:
        if self._store is None or digest == MISSING:
            return work()
        self._load(self._store)
        old, new, used = among
        if digest not in old and digest not in new:
            new[digest] = work()
            self._changed = True
        used[digest] = found = old[digest] if digest in old else new[digest]
        return found

    def _load(self, store: Store) -> None:
        if not self._loaded:
            self._loaded = True
            _fill(self._old, store.read(self._name))
            _fill(self._new, store.read(f"{self._name}-new"))

    def save(self) -> None:
        """Keep what was asked for, if there is anything new."""
        if self._store is None or not self._changed:
            return
        # Imported late: it is of no use where nothing is kept.
        import pickle

        self._changed = False
        few = _size(self._new) * FEW < _size(self._used)
        name, known = (f"{self._name}-new", self._new) if few else (self._name, self._used)
        self._store.write(name, pickle.dumps(known, pickle.HIGHEST_PROTOCOL))

    def forget(self) -> None:
        """Nobody will ask for much any more: what large programs mention takes much memory."""
        for known in (self._old, self._new, self._used):
            for found in known:
                found.clear()


def _size(known: Known) -> int:
    return len(known[0]) + len(known[1])


def _fill(known: Known, data: bytes | None) -> None:
    if data is None:
        return
    import pickle

    try:
        outlines, mentions = pickle.loads(data)
        known[0].update(outlines)
        known[1].update(mentions)
    except Exception:  # an entry that is damaged may raise anything
        return

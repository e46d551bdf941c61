"""What is known about texts from earlier runs, by their digests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from detachlint.cache.stamps import MISSING
from detachlint.cache.store import Store
from detachlint.interpret.relevance import Mentions
from detachlint.project.outline import Outline

_T = TypeVar("_T")


class Kept:
    """Outlines and mentions of texts; those that this run has asked for are kept for the next one.

    Without a `store`, nothing is known and nothing kept.
    """

    def __init__(self, store: Store | None = None, name: str = "") -> None:
        self._store, self._name = store, name
        self._outlines: dict[str, Outline | None] = {}
        self._mentions: dict[str, Mentions | None] = {}
        self._used_outlines: dict[str, Outline | None] = {}
        self._used_mentions: dict[str, Mentions | None] = {}
        self._loaded = store is None
        self._is_new = False

    def outline(self, digest: str, work: Callable[[], Outline | None]) -> Outline | None:
        """The outline of the text with that digest; `work` finds it out."""
        self._load()
        return self._find(digest, self._outlines, self._used_outlines, work)

    def mentions(self, digest: str, work: Callable[[], Mentions | None]) -> Mentions | None:
        """What the text with that digest mentions; `work` finds it out, and may raise."""
        self._load()
        return self._find(digest, self._mentions, self._used_mentions, work)

    def _find(
        self, digest: str, known: dict[str, _T], used: dict[str, _T], work: Callable[[], _T]
    ) -> _T:
        if self._store is None or digest == MISSING:
            return work()
        if digest in known:
            found = known[digest]
        else:
            found = work()
            self._is_new = True
            known[digest] = found
        used[digest] = found
        return found

    def _load(self) -> None:
        if self._loaded or self._store is None:
            return
        self._loaded = True
        data = self._store.read(self._name)
        if data is None:
            return
        import pickle

        try:
            self._outlines, self._mentions = pickle.loads(data)
        except Exception:  # an entry that is damaged may raise anything
            self._outlines, self._mentions = {}, {}

    def save(self) -> None:
        """Keep what was asked for, if there is anything new."""
        if self._store is not None and self._is_new:
            # Imported late, as above: it is of no use where nothing is kept.
            import pickle

            used = self._used_outlines, self._used_mentions
            self._store.write(self._name, pickle.dumps(used, pickle.HIGHEST_PROTOCOL))
            self._is_new = False

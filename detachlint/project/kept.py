"""What is known about texts from earlier runs, by their digests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from detachlint.cache.stamps import MISSING
from detachlint.cache.store import Store
from detachlint.interpret.relevance import Mentions
from detachlint.project.outline import Outline

_T = TypeVar("_T")

MOST_KEPT = 4096
"""What is kept in one entry of the store by runs that do not ask for everything; the last used ones."""


@dataclass(slots=True)
class _Part:
    """What is kept in one entry of the store: pickled one by one, so that whoever asks for a little of
    what is known of a large program reads no more than that."""

    known: dict[str, bytes]
    used: set[str] = field(default_factory=set)
    changed: bool = False

    def kept(self, *, whole: bool) -> dict[str, bytes]:
        """What to keep of it."""
        if whole:
            return {name: data for name, data in self.known.items() if name in self.used}
        return dict(list(self.known.items())[-MOST_KEPT:])


class Kept:
    """Outlines and mentions of texts; those that this run has asked for are kept for the next one.

    Without a `store`, nothing is known and nothing kept.
    """

    def __init__(self, store: Store | None = None, name: str = "") -> None:
        self._store, self._name = store, name
        self._parts: dict[str, _Part] = {}

    def outline(self, digest: str, work: Callable[[], Outline | None]) -> Outline | None:
        """The outline of the text with that digest; `work` finds it out."""
        return self._find("outline", digest, work)

    def mentions(self, digest: str, work: Callable[[], Mentions | None]) -> Mentions | None:
        """What the text with that digest mentions; `work` finds it out, and may raise."""
        return self._find("mentions", digest, work)

    def _find(self, kind: str, digest: str, work: Callable[[], _T]) -> _T:
        if self._store is None or digest == MISSING:
            return work()
        # Imported late, as below: it is of no use where nothing is kept.
        import pickle

        part = self._part(self._store, digest[0])
        name = f"{kind} {digest}"
        part.used.add(name)
        try:
            known = part.known[name] = part.known.pop(name)  # the last one used
            found: _T = pickle.loads(known)
        except Exception:  # it is new; or damaged, which may raise anything
            found = work()
            part.known[name] = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
            part.changed = True
        return found

    def _part(self, store: Store, first: str) -> _Part:
        part = self._parts.get(first)
        if part is None:
            part = self._parts[first] = _Part(_known(store.read(self._entry(first))))
        return part

    def _entry(self, first: str) -> str:
        return f"{self._name}-{first}"

    def save(self, *, whole: bool) -> None:
        """Keep what is new; and of what is old all, or only what was asked for if that was the `whole`
        program."""
        import pickle

        for first, part in self._parts.items():
            if part.changed and self._store is not None:
                part.changed = False
                data = pickle.dumps(part.kept(whole=whole), pickle.HIGHEST_PROTOCOL)
                self._store.write(self._entry(first), data)

    def forget(self) -> None:
        """Nobody will ask for much any more: what large programs mention takes much memory."""
        self._parts.clear()


def _known(data: bytes | None) -> dict[str, bytes]:
    import pickle

    try:
        return {} if data is None else dict(pickle.loads(data))
    except Exception:  # an entry that is damaged may raise anything
        return {}

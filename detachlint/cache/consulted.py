"""What an analysis has read, or looked for in vain: on that alone its results depend."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from detachlint.cache.stamps import MISSING, Stamp, digest_of_file, is_settled, stamp_of
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class News:
    """What has been consulted in a while."""

    files: list[tuple[str, str]]
    listings: list[tuple[str, frozenset[str]]]
    names: list[tuple[tuple[str, str], bool]]
    stamps: dict[str, Stamp | None]
    torn: bool


class Sought(NamedTuple):
    """Names that were looked for in a folder: what else is in it matters to nobody."""

    folder: str
    held: frozenset[str]
    missing: frozenset[str]


class Consulted:
    """Files and folders by absolute path, as they were when they were looked at first.

    `files` have their digest (`MISSING` where they could not be read), `listings` all names in a folder
    that can matter, and `names`, each after its folder, whether it was there when it was looked for.
    `torn`: a file has changed under our hands; what came of that is nobody's result.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.listings: dict[str, frozenset[str]] = {}
        self.names: dict[tuple[str, str], bool] = {}
        self.torn = False
        self._stamps: dict[str, Stamp | None] = {}

    def before_reading(self, path: str) -> None:
        """A file is about to be read."""
        self._stamps.setdefault(path, stamp_of(path))

    def file(self, path: str, digest: str) -> None:
        """A file has been read, or could not be; or its digest is known from its stamp."""
        if self.files.setdefault(path, digest) != digest:
            self.torn = True

    def know(self, path: str, stamp: Stamp | None, digest: str) -> None:
        """The digest of a file is known, which has this stamp, or has had it before that was found."""
        self._stamps.setdefault(path, stamp)
        self.file(path, digest)

    def listing(self, folder: str, entries: frozenset[str]) -> None:
        """A folder has been listed."""
        if self.listings.setdefault(folder, entries) != entries:
            self.torn = True

    def name(self, folder: str, name: str, held: bool) -> None:
        """A name has been looked for in a folder."""
        if self.names.setdefault((folder, name), held) != held:
            self.torn = True

    def sought(self) -> list[Sought]:
        """The names that were looked for, by folder."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for (folder, name), held in self.names.items():
            found.setdefault(folder, ([], []))[not held].append(name)
        return [
            Sought(folder, frozenset(held), frozenset(missing))
            for folder, (held, missing) in found.items()
        ]

    def mark(self) -> tuple[int, int, int]:
        """How much is known by now."""
        return len(self.files), len(self.listings), len(self.names)

    def news_since(self, mark: tuple[int, int, int]) -> News:
        """What has been consulted since then."""
        files = list(islice(self.files.items(), mark[0], None))
        listings = list(islice(self.listings.items(), mark[1], None))
        names = list(islice(self.names.items(), mark[2], None))
        stamps = {path: self._stamps.get(path) for path, _ in files}
        return News(files, listings, names, stamps, self.torn)

    def hear(self, news: News) -> None:
        """Take in what another process has consulted."""
        for path, digest in news.files:
            self._stamps.setdefault(path, news.stamps[path])
            self.file(path, digest)
        for folder, entries in news.listings:
            self.listing(folder, entries)
        for (folder, name), held in news.names:
            self.name(folder, name, held)
        self.torn = self.torn or news.torn

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of a file, if it alone tells that the file is what it was; otherwise None."""
        stamp = self._stamps.get(path)
        return stamp if is_settled(stamp) else None


def listing(folder: str) -> frozenset[str]:
    """The names in a folder that can matter to an import; none, if it cannot be read."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 (hot, and names alone)
    except OSError:
        return frozenset()
    return frozenset(filter(_matters, names))


PROJECT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")
"""What the root folder of a project holds."""


def _matters(name: str) -> bool:
    if name == "__pycache__":
        return False
    return name.endswith(".py") or name.isidentifier() or name in PROJECT_MARKS


def is_unchanged(path: str, stamp: Stamp | None, now: Stamp | None, digest: str) -> bool:
    """Whether a file is what it was, given its stamp then, if that told all, its stamp now, and its digest
    then."""
    if stamp is not None and now == stamp:
        return True
    if now is None and digest == MISSING:
        return True
    return digest_of_file(path) == digest


def still_list(listings: Iterable[tuple[str, frozenset[str]]]) -> bool:
    """Whether folders still hold the names that they held, and no others."""
    return all(listing(folder) == names for folder, names in listings)


def still_hold(sought: Iterable[Sought]) -> bool:
    """Whether folders still hold those of the names looked for that they held, and none of the others."""
    for folder, held, missing in sought:
        names = listing(folder)
        if not (held <= names and missing.isdisjoint(names)):
            return False
    return True

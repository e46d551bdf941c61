"""What an analysis has read, or looked for in vain: on that alone its results depend."""

from __future__ import annotations

import os
from collections.abc import Iterable

from detachlint.cache.stamps import MISSING, Stamp, digest_of_file, is_settled, stamp_of


class Consulted:
    """Files and folders by absolute path, as they were when they were looked at first.

    `files` have their digest (`MISSING` where they could not be read), `folders` the names in them.
    `torn`: a file has changed under our hands; what came of that is nobody's result.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.folders: dict[str, frozenset[str]] = {}
        self.torn = False
        self._stamps: dict[str, Stamp | None] = {}

    def before_reading(self, path: str) -> None:
        """A file is about to be read."""
        self._stamps.setdefault(path, stamp_of(path))

    def file(self, path: str, digest: str) -> None:
        """A file has been read, or could not be; or its digest is known from its stamp."""
        if self.files.setdefault(path, digest) != digest:
            self.torn = True

    def folder(self, path: str, entries: frozenset[str]) -> None:
        """A folder has been listed."""
        self.folders.setdefault(path, entries)

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


def is_unchanged(path: str, stamp: Stamp | None, digest: str) -> bool:
    """Whether a file is what it was, given its stamp then, if that told all, and its digest."""
    now = stamp_of(path)
    if stamp is not None and now == stamp:
        return True
    if now is None and digest == MISSING:
        return True
    return digest_of_file(path) == digest


def are_unchanged(folders: Iterable[tuple[str, Iterable[str]]]) -> bool:
    """Whether folders still hold the names that they held."""
    return all(listing(folder) == frozenset(names) for folder, names in folders)

"""Entries of the cache: whole or not there, whatever happens to the processes that write them.

Each entry is a file, written beside its place and moved there: readers see the old one, the new one
or none. A checksum in front tells what a disk or a half-written file has made of it. Of two runs that
write one entry, the last wins; both are right.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from detachlint.cache.folder import prepare, throw_old_away
from detachlint.cache.identity import program_name

_SIZE = 16
_REFRESH = 3600.0
"""Seconds after which the use of an entry is noted again."""


def digest_of(data: bytes) -> str:
    """What contents are told apart by."""
    return blake2b(data, digest_size=_SIZE).hexdigest()


class Store:
    """Entries by name. Nothing here raises: what cannot be read is not there, and the first thing that
    cannot be written is told to `complain`, in one line; nothing is written after that.
    """

    def __init__(
        self, folder: Path, complain: Callable[[str], None] = lambda message: None
    ) -> None:
        self.folder = folder
        self._complain = complain
        self._place: Path | None = None
        self._writes = True
        self._prepared = False

    def read(self, name: str) -> bytes | None:
        """What was written under that name; None if nothing was, or it is damaged."""
        try:
            path = self._path(name)
            with path.open("rb") as stream:
                checksum = stream.read(_SIZE)
                data = stream.read()
            if blake2b(data, digest_size=_SIZE).digest() != checksum:
                return None
            self._note_use(path)
        except (OSError, ValueError):
            return None
        return data

    def holds(self, name: str) -> bool:
        """Whether there is something under that name, be it damaged."""
        try:
            return self._path(name).exists()
        except (OSError, ValueError):
            return False

    def write(self, name: str, data: bytes) -> None:
        """Keep something under a name."""
        if not self._writes:
            return
        entry = blake2b(data, digest_size=_SIZE).digest() + data
        try:
            self._prepare()
            try:
                _write(self._path(name), entry)
            except FileNotFoundError:  # the folder was thrown away meanwhile, as old or by `clean`
                self._prepared = False
                self._prepare()
                _write(self._path(name), entry)
        except (OSError, ValueError) as error:
            self._writes = False
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            self._complain(f"results are not cached: {self.folder}: {reason}")

    def _path(self, name: str) -> Path:
        if self._place is None:
            self._place = self.folder / program_name()
        return self._place / name

    def _prepare(self) -> None:
        if not self._prepared:
            prepare(self.folder)
            self._path("").mkdir(exist_ok=True)
            throw_old_away(self.folder)
            self._path("").mkdir(exist_ok=True)
            self._prepared = True

    @staticmethod
    def _note_use(path: Path) -> None:
        import time

        now = time.time()
        if not 0 <= now - path.stat().st_mtime < _REFRESH:
            with contextlib.suppress(OSError):
                os.utime(path, (now, now))


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise

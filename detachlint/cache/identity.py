"""Which program is running: two that may give different results never share an entry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from detachlint import __version__

LAYOUT = 1
"""The layout of entries; to be raised when it changes."""

OUTSIDE = ("libcst",)
"""Libraries that results depend on."""


def program_name() -> str:
    """A name for this program: its version, the Python that runs it, and a digest of all its files.

    The digest is of the names, sizes and times of change of the files (source, facts, pages), not of
    what is in them: it is made in every run.
    """
    digest = blake2b(digest_size=8)
    digest.update(repr((LAYOUT, sys.version, sys.platform)).encode())
    package = str(Path(__file__).parent.parent)
    for name, size, changed in sorted(_files(package)):
        digest.update(f"{name[len(package) :]}\0{size}\0{changed}\0".encode("utf-8", "replace"))
    for library in OUTSIDE:
        digest.update(repr(_stamp(library)).encode())
    return f"{__version__}-{sys.implementation.cache_tag}-{digest.hexdigest()}"


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns


def _stamp(library: str) -> tuple[str, int, int] | None:
    spec = find_spec(library)
    if spec is None or spec.origin is None:
        return None
    status = Path(spec.origin).stat()
    return spec.origin, status.st_size, status.st_mtime_ns

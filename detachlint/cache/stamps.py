"""Whether a file is still what it was, without reading it where that can be avoided."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import TypeAlias

from detachlint.cache.store import digest_of
from detachlint.source.discovery import read_file

Stamp: TypeAlias = "list[int]"
"""Size, time of change of content and of the rest, number of the file.

Whoever restores the time of change (as archives do) cannot restore that of the rest.
"""

UNSURE = 2.0
"""Seconds. The clocks of file systems tick that slowly (FAT): what changed within the last tick may
change once more without a trace."""

MISSING = ""
"""The digest of what cannot be read."""


def stamp_of(path: str) -> Stamp | None:
    """The stamp of a file; None if there is no such file."""
    try:
        status = os.stat(path)  # noqa: PTH116 (hot)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def is_settled(stamp: Stamp | None, now: float | None = None) -> bool:
    """Whether a file with this stamp cannot have changed without another one."""
    limit = ((time.time() if now is None else now) - UNSURE) * 1e9
    return stamp is not None and stamp[1] < limit and stamp[2] < limit


def digest_of_file(path: str) -> str:
    """The digest of what is in a file; `MISSING` if it cannot be read."""
    try:
        return digest_of(read_file(Path(path)))
    except (OSError, ValueError):
        return MISSING

"""File names as URIs."""

from __future__ import annotations

import os
from pathlib import PurePath
from urllib.parse import quote


def uri(filename: str) -> str:
    """A `file:` URI for an absolute path, and a URI reference for a relative one.

    Bytes of the name that are no text are kept.
    """
    path = PurePath(filename)
    # `as_uri` knows drives; the rest is the same on all systems.
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))

"""Absolute paths of many files."""

from __future__ import annotations

import os
from collections.abc import Callable


def absolute_from_here() -> Callable[[str], str]:
    """What `os.path.abspath` gives from now on, as long as the current directory stays what it is.

    That one asks for the directory each time, and looks at every part of a path; names that are
    found below a folder are free of what it would change.
    """
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118 (hot, and a str)

    def absolute(name: str) -> str:
        if os.name != "posix" or not _is_plain(name):
            return os.path.abspath(name)  # noqa: PTH100
        return here + name

    return absolute


def _is_plain(name: str) -> bool:
    """Whether a path is relative, and has no part that stands for another one, or for nothing."""
    return (
        name[:1] not in ("", ".", "/")
        and "/." not in name
        and "//" not in name
        and name[-1:] != "/"
    )

"""Installed packages that are looked into as if they were part of the program.

They are found by name in the folders of an environment, as Python would find them; nothing is imported
or executed for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from detachlint.source.value_class import value_class

LIBRARIES = frozenset(sys.stdlib_module_names) | {"torch", "numpy"}
"""Names that always mean the library: what they do is known as facts."""


@value_class(frozen=True, slots=True)
class Followed:
    """Packages by the names they are imported by, and the folders they may be in, the first one first."""

    names: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


NOTHING_FOLLOWED = Followed()


def followed(names: Iterable[str], environment: str | None = None) -> Followed:
    """These packages, in an environment (a virtual environment, or a folder of packages); by default,
    in that of the Python that is running."""
    distinct = tuple(sorted(set(names)))
    if not distinct:
        return NOTHING_FOLLOWED
    if environment is None:
        return Followed(distinct, _import_path(tuple(sys.path), os.getcwd()))  # noqa: PTH109
    return Followed(distinct, _folders(os.path.abspath(environment)))  # noqa: PTH100


def merged(several: Iterable[Followed]) -> Followed:
    """All that is followed somewhere."""
    distinct = sorted(set(several), key=lambda each: (each.names, each.folders))
    names = {name for each in distinct for name in each.names}
    folders = dict.fromkeys(folder for each in distinct for folder in each.folders)
    return Followed(tuple(sorted(names)), tuple(folders))


@lru_cache(maxsize=8)
def _import_path(entries: tuple[str, ...], here: str) -> tuple[str, ...]:
    """Where Python looks for packages. `python -m` adds the folder one is in, the command does not."""
    found = [os.path.abspath(each) for each in entries if each]  # noqa: PTH100
    return tuple(dict.fromkeys(each for each in found if each != here))


@lru_cache(maxsize=64)
def _folders(environment: str) -> tuple[str, ...]:
    home = Path(environment)
    packages = [*home.glob("lib*/python*/site-packages"), *home.glob("Lib/site-packages")]
    return tuple(map(str, sorted(packages))) or (str(home),)

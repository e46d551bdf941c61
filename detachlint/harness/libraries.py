"""Tells the files of programs from those of Python, of libraries, and of detachlint."""

from __future__ import annotations

import importlib.util
import os
import site
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch


def program_files(
    filename: str, root: str | None = None, *, neighbours: bool = False
) -> Callable[[str], bool]:
    """What tells whether a file is a program's: its main file, or whatever lies below its root.

    With `neighbours`, all that it imports and that is no library's.
    """
    if neighbours:
        return outside_of_libraries()
    if root is None:
        return lambda name: name == filename
    below = root + os.sep
    return lambda name: name.startswith(below)


def outside_of_libraries(packages: Iterable[str] = ()) -> Callable[[str], bool]:
    """What tells whether a file is somebody's program, as those of `packages` are in any case.

    Relative names are understood as of now, whatever the working directory is later.
    """
    libraries, start = _library_directories(), Path.cwd()
    own = tuple(place for name in packages for place in _places_of(name))

    def is_outside(filename: str) -> bool:
        if filename.startswith("<"):
            return False  # no file
        path = os.path.abspath(start / filename)  # noqa: PTH100
        return path.startswith(own) or not path.startswith(libraries)

    return is_outside


def _places_of(name: str) -> Iterator[str]:
    """The file of a module, or the directories of a package, each with a separator behind.

    Nothing is imported for that; of what this Python does not have, there is none.
    """
    top, *parts = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):  # something stands in its place
        return
    if spec is None:
        return
    for directory in spec.submodule_search_locations or ():
        path = os.path.join(directory, *parts)  # noqa: PTH118 (a str)
        yield path + os.sep
        yield f"{path}.py"
    if spec.submodule_search_locations is None and spec.origin is not None:
        yield spec.origin


def _library_directories() -> tuple[str, ...]:
    """The directories whose files are not the user's program, each with a separator behind."""
    paths = sysconfig.get_paths()
    names = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")]
    names += [*site.getsitepackages(), site.getusersitepackages()]
    names += [str(Path(torch.__file__).parent), str(Path(__file__).parents[1])]
    found = {os.path.abspath(name) for name in names}  # noqa: PTH100
    return tuple(sorted(f"{name}{os.sep}" for name in found | set(map(os.path.realpath, found))))

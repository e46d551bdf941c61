"""Tells the files of programs from those of Python, of libraries, and of detachlint."""

from __future__ import annotations

import os
import site
import sysconfig
from collections.abc import Callable
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


def outside_of_libraries() -> Callable[[str], bool]:
    """What tells whether a file is somebody's program.

    Relative names are understood as of now, whatever the working directory is later.
    """
    directories, start = _library_directories(), Path.cwd()

    def is_outside(filename: str) -> bool:
        if filename.startswith("<"):
            return False  # no file
        return not os.path.abspath(start / filename).startswith(directories)  # noqa: PTH100

    return is_outside


def _library_directories() -> tuple[str, ...]:
    """The directories whose files are not the user's program, each with a separator behind."""
    paths = sysconfig.get_paths()
    names = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")]
    names += [*site.getsitepackages(), site.getusersitepackages()]
    names += [str(Path(torch.__file__).parent), str(Path(__file__).parents[1])]
    found = {os.path.abspath(name) for name in names}  # noqa: PTH100
    return tuple(sorted(f"{name}{os.sep}" for name in found | set(map(os.path.realpath, found))))

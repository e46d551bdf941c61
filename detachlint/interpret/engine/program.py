"""What the interpreter asks about the program's other files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from detachlint.ir.nodes import Code


class Program(Protocol):
    """The files that one analysis can see. A file is named by its path; a package by its folder's
    `__init__.py`, or by the folder itself if it has none.
    """

    def find(self, importer: str, level: int, module: str) -> str | None:
        """The file of a module, as an import statement in `importer` means it (with `level` dots).

        None for what is no part of the program: a library.
        """

    def submodule(self, package: str, name: str) -> str | None:
        """The file of a module in a package."""

    def modules_in(self, package: str) -> Mapping[str, str]:
        """The files of the modules in a package, by their names."""

    def code(self, file: str) -> Code | None:
        """A module, ready to run; None for a folder, and where Python could not read it."""

    def acts_on_import(self, file: str) -> bool:
        """Whether importing a module may change objects of other modules: then it matters when it is
        imported, even if nothing of it is used."""

    def is_imported(self, file: str) -> bool:
        """Whether any other file of the program imports a module, wherever it does so."""

    def is_out_of_sight(self, importer: str, module: str) -> bool:
        """Whether a module is part of the program, though not of what is analysed."""


class LoneFile:
    """A program of which only one file is in sight, not what that imports. It is a script, unless it
    `is_library`: then others import it. What else there is, the program `around` it knows."""

    def __init__(self, *, is_library: bool = False, around: Program | None = None) -> None:
        self._is_library = is_library
        self._around = around

    def find(self, importer: str, level: int, module: str) -> str | None:
        """Nothing: all imports are of libraries."""
        return None

    def submodule(self, package: str, name: str) -> str | None:
        """Nothing."""
        return None

    def modules_in(self, package: str) -> Mapping[str, str]:
        """None."""
        return {}

    def code(self, file: str) -> Code | None:
        """Nothing."""
        return None

    def acts_on_import(self, file: str) -> bool:
        """There is no other module."""
        return False

    def is_imported(self, file: str) -> bool:
        """Whether others import the file."""
        return self._is_library

    def is_out_of_sight(self, importer: str, module: str) -> bool:
        """Whether the program around the file has such a module."""
        return self._around is not None and self._around.find(importer, 0, module) is not None

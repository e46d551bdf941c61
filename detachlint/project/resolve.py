"""Which file an import statement means.

Python asks `sys.path`, which depends on how a program is started. What can be seen from the files: a
script finds its siblings, a package is found from the folder above its top, and projects keep their
packages in the root or in `src/`. The nearest folder that has the module wins, so that two programs
in one tree do not see each other's modules.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from detachlint.cache.consulted import PROJECT_MARKS
from detachlint.project.files import ProjectFiles
from detachlint.project.followed import LIBRARIES, NOTHING_FOLLOWED, Followed

HIGHEST = 8
"""Folders upwards from a file in which its imports are looked for."""

INIT = "__init__.py"


class _Home(NamedTuple):
    """Where an importing file is. What is `installed` sees no more of its neighbours than the program."""

    folder: str
    installed: bool


class Resolver:
    """Finds modules for import statements: in the program, then in packages that are `followed`.

    Asks each folder once.
    """

    def __init__(self, files: ProjectFiles, followed: Followed = NOTHING_FOLLOWED) -> None:
        self.files = files
        self._followed = followed
        self._home: dict[str, _Home] = {}
        self._roots: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[_Home, int, str], str | None] = {}
        self._modules: dict[str, Mapping[str, str]] = {}

    def find(self, importer: str, level: int, module: str) -> str | None:
        """The file (or, for a package without `__init__.py`, the folder) of a module, by its name."""
        if not level and module.partition(".")[0] in LIBRARIES:
            return None
        home = self._home.get(importer)
        if home is None:
            home = self._home[importer] = self._home_of(importer)
        key = (home, level, module)
        if key not in self._found:
            self._found[key] = self._find(home, level, module)
        return self._found[key]

    def _home_of(self, importer: str) -> _Home:
        path = self.files.path(importer)
        installed = path.startswith(self._installed) and importer not in self.files.named
        return _Home(os.path.dirname(path), installed)  # noqa: PTH120 (a str)

    @cached_property
    def _installed(self) -> tuple[str, ...]:
        """What the paths of the files in packages begin with that are followed."""
        found = [self._walk_installed([name]) for name in self._followed.names]
        paths = [self.files.path(name) for name in found if name is not None]
        return tuple(
            path if path.endswith(".py") else path + os.sep
            for path in (path.removesuffix(os.sep + INIT) for path in paths)
        )

    def _walk_installed(self, parts: list[str]) -> str | None:
        if parts[:1] and parts[0] in self._followed.names:
            for folder in self._followed.folders:
                found = self._walk(folder, parts)
                if found is not None:
                    return found
        return None

    def _find(self, home: _Home, level: int, module: str) -> str | None:
        folder = home.folder
        parts = module.split(".") if module else []
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)  # noqa: PTH120
            return self._walk(folder, parts)
        if not parts:
            return None
        for root in () if home.installed else self._roots_of(folder):
            found = self._walk(root, parts)
            if found is not None:
                return found
        return self._walk_installed(parts)

    def submodule(self, package: str, name: str) -> str | None:
        """The module `name` in a package; `package` is its `__init__.py` or its folder."""
        folder = self._folder_of(package)
        found = self._step(folder, name) if folder is not None else None
        return self.files.shown(found) if found is not None else None

    def modules_in(self, package: str) -> Mapping[str, str]:
        """The files of the modules in a package, by their names, in order."""
        found = self._modules.get(package)
        if found is None:
            found = self._modules[package] = dict(self._list_modules(package))
        return found

    def _list_modules(self, package: str) -> Iterator[tuple[str, str]]:
        folder = self._folder_of(package)
        for entry in sorted(self.files.entries(folder)) if folder is not None else ():
            name = entry.removesuffix(".py")
            file = self.submodule(package, name) if name.isidentifier() else None
            if file is not None and entry != INIT:
                yield name, file

    def _folder_of(self, package: str) -> str | None:
        """The folder of a package's modules; None for a module, which has none."""
        head, tail = os.path.split(self.files.path(package))
        if tail == INIT:
            return head
        return None if tail.endswith(".py") else os.path.join(head, tail)  # noqa: PTH118 (a str)

    def _walk(self, folder: str, parts: list[str]) -> str | None:
        """The file or folder that is reached from a folder by names; a folder of nothing is none."""
        found = folder + os.sep + INIT if self.files.holds(folder, INIT) else folder
        for part in parts:
            following = self._step(folder, part)
            if following is None:
                return None
            found = following
            folder = found.removesuffix(os.sep + INIT)
        if found == folder and not found.endswith(".py") and not self._holds_modules(folder):
            return None
        return self.files.shown(found)

    def _step(self, folder: str, name: str) -> str | None:
        """The file of `name` in a folder: a package goes before a module, and a module before a folder
        that is only a namespace, as in Python."""
        holds = self.files.holds
        inner = folder + os.sep + name
        is_there = holds(folder, name)
        if is_there and holds(inner, INIT):
            return inner + os.sep + INIT
        if holds(folder, name + ".py"):
            return inner + ".py"
        return inner if is_there and self.files.entries(inner) else None

    def _holds_modules(self, folder: str, levels: int = 3) -> bool:
        """Whether a folder is a namespace of modules: it has some, or folders that have."""
        entries = self.files.entries(folder)
        if any(entry.endswith(".py") for entry in entries):
            return True
        inner = sorted(entry for entry in entries if entry.isidentifier())
        return levels > 0 and any(
            self._holds_modules(folder + os.sep + entry, levels - 1) for entry in inner
        )

    def _roots_of(self, folder: str) -> tuple[str, ...]:
        """Where absolute imports of files in a folder are looked for, nearest first."""
        roots = self._roots.get(folder)
        if roots is None:
            roots = self._roots[folder] = tuple(self._search(folder))
        return roots

    def _search(self, folder: str) -> Iterator[str]:
        holds = self.files.holds
        in_package = holds(folder, INIT)
        current = folder
        for _ in range(HIGHEST):
            if not holds(current, INIT):
                yield current
                if holds(current, "src"):
                    yield current + os.sep + "src"
            above = os.path.dirname(current)  # noqa: PTH120
            if above == current or any(holds(current, mark) for mark in PROJECT_MARKS):
                break
            current = above
        if in_package:  # a script in a package's folder, started by its path
            yield folder

"""The mini-projects beside this module: small programs of several files, each in its directory.

Every Python file at the top of a project that has a `__main__` guard is an entry: one run of the
project. A `project.toml` says otherwise where need be:

    entries = ["train.py", "train.py --test-only", "-m package.cli"]    # the runs, as typed
    search = ["src"]                # where an installation would have put the project's packages
    implicit = true                 # holds crossings that are no `.numpy()`, as np.asarray(tensor)
    unreached = ["viewer.py:12"]    # `.numpy()` that no run comes to, or that is no tensor's
"""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from detachlint.config.files import parse_toml
from detachlint.harness.launch import Launch

DIRECTORY = Path(__file__).resolve().parent
_CROSSINGS = {"numpy", "__array__"}


class Place(NamedTuple):
    """A crossing in the text: its file, relative to the project, and its lines."""

    filename: str
    line: int
    end_line: int

    def __str__(self) -> str:
        return f"{self.filename}:{self.line}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of a project: its main module, and how that is started."""

    command: str
    path: Path
    launch: Launch


@dataclass(frozen=True, slots=True)
class Project:
    """One mini-project; see this module."""

    name: str
    entries: tuple[Entry, ...]
    implicit: bool
    unreached: frozenset[str]

    @property
    def root(self) -> Path:
        """The directory that holds it."""
        return DIRECTORY / self.name

    def files(self) -> list[Path]:
        """Its Python files, by path."""
        return sorted(self.root.rglob("*.py"))

    def places(self) -> Iterator[Place]:
        """Its explicit crossings, whether a run comes to them or not."""
        for path in self.files():
            filename = path.relative_to(self.root).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _CROSSINGS:
                    yield Place(filename, node.lineno, node.end_lineno or node.lineno)

    def numbered(self, filename: str) -> str:
        """The text of one of its files with line numbers."""
        lines = (self.root / filename).read_text(encoding="utf-8").splitlines()
        return "\n".join(f"{number:4} {line}" for number, line in enumerate(lines, 1))


def all_projects() -> list[Project]:
    """All mini-projects, by name."""
    folders = (path for path in DIRECTORY.iterdir() if path.is_dir() and path.name[0] not in "._")
    return [_read(path) for path in sorted(folders)]


def _read(root: Path) -> Project:
    settings: Mapping[str, Any] = {}
    if (root / "project.toml").exists():
        settings = parse_toml((root / "project.toml").read_text(encoding="utf-8"))
    unknown = settings.keys() - {"entries", "search", "implicit", "unreached"}
    if unknown:
        raise ValueError(f"{root.name}/project.toml has unknown keys: {sorted(unknown)}")
    search = [str(root / folder) for folder in settings.get("search", ())]
    commands = settings.get("entries") or [path.name for path in _guarded(root)]
    return Project(
        root.name,
        tuple(_entry(root, command, search) for command in commands),
        settings.get("implicit", False),
        frozenset(settings.get("unreached", ())),
    )


def _guarded(root: Path) -> list[Path]:
    return [path for path in sorted(root.glob("*.py")) if "__main__" in path.read_text("utf-8")]


def _entry(root: Path, command: str, search: list[str]) -> Entry:
    """What Python makes of `python <command>` in the project's directory."""
    words = shlex.split(command)
    if words[0] != "-m":
        path = root / words[0]
        launch = Launch(str(root), (str(path.parent), *search), tuple(words[1:]))
        return Entry(command, path, launch)
    for folder in (str(root), *search):
        path = Path(folder, *words[1].split("."))
        package = words[1] if path.is_dir() else words[1].rpartition(".")[0]
        path = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        if path.exists():
            launch = Launch(str(root), (str(root), *search), tuple(words[2:]), package)
            return Entry(command, path, launch)
    raise ValueError(f"{root.name}: no module {words[1]}")

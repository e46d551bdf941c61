"""The modules of the package as the meta tests see them: name, path, text and syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "detachlint"


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the package; `layer` is the part of its name after `detachlint.`, or `""`."""

    name: str
    path: Path
    text: str

    @property
    def tree(self) -> ast.Module:
        """Made when it is first asked for: all processes collect the tests, one runs them."""
        return _parsed(self.text)

    @property
    def layer(self) -> str:
        return layer_of(self.name)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"


def layer_of(name: str) -> str:
    """`interpret` for `detachlint.interpret.language.calls`; `""` for the package itself."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


@cache
def package_modules() -> tuple[Module, ...]:
    """All modules of the package, by path."""
    return tuple(_read(path) for path in python_files(PACKAGE))


def python_files(directory: Path) -> list[Path]:
    """The Python files below a directory, by path."""
    return sorted(path for path in directory.rglob("*.py") if "__pycache__" not in path.parts)


def repository_files() -> list[Path]:
    """The files that belong to the repository: no caches, no environments, nothing built."""
    return sorted(path for entry in _entries() for path in _below(entry))


def _entries() -> Iterator[Path]:
    """What stands at the top; hidden folders are caches and settings of tools, but for one."""
    for entry in ROOT.iterdir():
        hidden = entry.name.startswith(".") and entry.is_dir() and entry.name != ".ci"
        built = entry.name in {"build", "dist", "venv"} or entry.name.endswith(".egg-info")
        if not hidden and not built and entry.name != ".git":
            yield entry


def _below(entry: Path) -> Iterator[Path]:
    if not entry.is_dir():
        yield entry
        return
    for path in entry.rglob("*"):
        if path.is_file() and not {"__pycache__", ".hypothesis", ".pytest_cache"} & set(path.parts):
            yield path


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, path.read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)

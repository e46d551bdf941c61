"""From the paths a user names to the files that are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from detachlint.source.ignore import IgnoreRules, rules_above

DEFAULT_EXCLUDES = frozenset(
    {
        *(".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints"),
        *(".mypy_cache", ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache"),
        *(".svn", ".tox", ".venv", ".vscode", "__pypackages__", "_build", "buck-out", "build"),
        *("dist", "node_modules", "site-packages", "venv"),
    }
)
"""Names that a walk does not enter (ruff's list). A path named by the user is always read."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to check. `explicit` if the user named it, rather than a directory above it."""

    path: Path
    explicit: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that cannot be read, and why, in one line."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found: each real file once, in the order of the paths' names."""

    files: tuple[FoundFile, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Collector:
    """Files by real path. A file named explicitly wins over a walk, a real name over a symlink."""

    found: dict[str, tuple[tuple[bool, bool, str], FoundFile]] = field(default_factory=dict)
    problems: dict[Path, Problem] = field(default_factory=dict)

    def add(self, path: Path, real_path: str, *, explicit: bool, is_link: bool) -> None:
        rank = (not explicit, is_link, str(path))
        known = self.found.get(real_path)
        if known is None or rank < known[0]:
            self.found[real_path] = (rank, FoundFile(path, explicit))

    def fail(self, path: Path, error: OSError | str) -> None:
        message = error if isinstance(error, str) else describe(error)
        self.problems.setdefault(path, Problem(path, message))

    def result(self) -> Discovery:
        files = sorted((file for _, file in self.found.values()), key=lambda file: file.path)
        problems = sorted(self.problems.values(), key=lambda problem: problem.path)
        return Discovery(tuple(files), tuple(problems))


def discover(paths: Iterable[str | Path]) -> Discovery:
    """The Python files that these files and directories stand for. Never raises.

    Directories are walked for `*.py` without following symbolic links to directories, leaving out
    `DEFAULT_EXCLUDES` and what git ignores. Files are taken whatever they are called.
    """
    collector = _Collector()
    for path in map(Path, paths):
        try:
            is_directory = stat.S_ISDIR(path.stat().st_mode)
            real_path = os.path.realpath(path)
        except (OSError, ValueError) as error:
            collector.fail(path, error if isinstance(error, OSError) else str(error))
            continue
        if is_directory:
            _walk(path, real_path, collector)
        elif path.suffix == ".ipynb":
            collector.fail(path, "notebooks are not supported, only Python files")
        else:
            collector.add(path, real_path, explicit=True, is_link=path.is_symlink())
    return collector.result()


def _walk(top: Path, real_top: str, collector: _Collector) -> None:
    # A stack rather than recursion: directories may be nested deeper than Python's stack.
    pending: list[tuple[Path, str, IgnoreRules]] = [(top, real_top, rules_above(real_top))]
    while pending:
        path, real_path, rules = pending.pop()
        try:
            entries = list(_entries(path))
        except OSError as error:
            collector.fail(path, error)
            continue
        rules = rules.entering(real_path)
        for entry in entries:
            real_entry = os.path.join(real_path, entry.name)  # noqa: PTH118 (hot, and a str)
            kind = _kind(entry)
            if kind == "other" or rules.ignores(real_entry, kind == "directory"):
                continue
            if kind == "directory":
                pending.append((path / entry.name, real_entry, rules))
            elif kind == "link":
                target = os.path.realpath(real_entry)
                collector.add(path / entry.name, target, explicit=False, is_link=True)
            else:
                collector.add(path / entry.name, real_entry, explicit=False, is_link=False)


def _entries(path: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        yield from (entry for entry in entries if entry.name not in DEFAULT_EXCLUDES)


def _kind(entry: os.DirEntry[str]) -> str:
    """`"directory"`, `"file"` (Python only), `"link"` to such a file, or `"other"`.

    Links that lead nowhere are other: editors leave some about as lock files.
    """
    try:
        if entry.is_dir(follow_symlinks=False):
            return "directory"
        if entry.name.endswith(".py") and entry.is_file():
            return "link" if entry.is_symlink() else "file"
    except OSError:
        pass
    return "other"


def read_file(path: Path) -> bytes:
    """The content of a file or pipe. Raises `OSError`, also for devices, which may never end."""
    mode = path.stat().st_mode
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise OSError("not a regular file")
    return path.read_bytes()


def describe(error: OSError) -> str:
    """What went wrong, in the operating system's words, without number and file name."""
    return error.strerror or str(error)

"""From the paths a user names to the files that are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from detachlint.source.ignore import IgnoreRules, rules_above
from detachlint.source.language import SEARCHED
from detachlint.source.value_class import value_class

DEFAULT_EXCLUDES = frozenset(
    {
        *(".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints"),
        *(".mypy_cache", ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache"),
        *(".svn", ".tox", ".venv", ".vscode", "__pypackages__", "_build", "buck-out", "build"),
        *("dist", "node_modules", "site-packages", "venv"),
    }
)
"""Names that a walk does not enter (ruff's list). A path named by the user is read all the same."""


@value_class(frozen=True, slots=True)
class WalkRules:
    """What a walk takes of a directory: files with one of the `suffixes`, but no entries of these
    `names`, and none that `matches` says yes to (it is given an absolute real path).
    `forced_below` names the directory (or is None) below which that also holds for the paths that
    the user names.
    """

    names: frozenset[str] = DEFAULT_EXCLUDES
    matches: Callable[[str], bool] | None = None
    respect_gitignore: bool = True
    forced_below: str | None = None
    suffixes: tuple[str, ...] = SEARCHED

    def excludes(self, name: str, real_path: str) -> bool:
        """Whether an entry of a directory is left out."""
        return name in self.names or (self.matches is not None and self.matches(real_path))

    def forbids(self, real_path: str) -> bool:
        """Whether a path is left out even if the user names it."""
        if self.forced_below is None:
            return False
        parts = Path(os.path.relpath(real_path, self.forced_below)).parts
        if parts[:1] == (os.pardir,):
            parts = parts[-1:]
        return any(part in self.names for part in parts) or self.excludes("", real_path)


DEFAULT_WALK_RULES = WalkRules()


def default_walk_rules(directory: str) -> WalkRules:
    """The rules of every directory where nothing is configured."""
    return DEFAULT_WALK_RULES


@value_class(frozen=True, slots=True)
class FoundFile:
    """A file to check, by the path it is shown with. `explicit` if the user named it, rather than a
    directory above it."""

    name: str
    explicit: bool

    @property
    def path(self) -> Path:
        """The same as a path. There are thousands of files, and most are never looked at."""
        return Path(self.name)

    def parts(self) -> list[str]:
        """What the path consists of, to sort it by."""
        return self.name.split(os.sep)  # noqa: PTH206 (a list, quick to compare)


@value_class(frozen=True, slots=True)
class Problem:
    """A path that cannot be read, and why, in one line."""

    path: Path
    message: str


@value_class(frozen=True, slots=True)
class Discovery:
    """What was found: each real file once, in the order of the paths' names."""

    files: tuple[FoundFile, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Collector:
    """Files by real path. A file named explicitly wins over a walk, a real name over a symlink, a
    relative one over an absolute one."""

    found: dict[str, tuple[tuple[bool, bool, bool, str], FoundFile]] = field(default_factory=dict)
    problems: dict[Path, Problem] = field(default_factory=dict)

    def add(self, name: str, real_path: str, *, explicit: bool, is_link: bool) -> None:
        rank = (not explicit, is_link, os.path.isabs(name), name)  # noqa: PTH117 (hot)
        known = self.found.get(real_path)
        if known is None or rank < known[0]:
            self.found[real_path] = (rank, FoundFile(name, explicit))

    def fail(self, path: Path, error: OSError | str) -> None:
        message = error if isinstance(error, str) else describe(error)
        self.problems.setdefault(path, Problem(path, message))

    def result(self) -> Discovery:
        files = sorted((file for _, file in self.found.values()), key=FoundFile.parts)
        problems = sorted(self.problems.values(), key=lambda problem: problem.path.parts)
        return Discovery(tuple(files), tuple(problems))


def discover(
    paths: Iterable[str | Path], rules_of: Callable[[str], WalkRules] = default_walk_rules
) -> Discovery:
    """The files that these files and directories stand for. Never raises, unless `rules_of` does.

    Directories are walked without following symbolic links to directories, for the files that the
    rules of each directory (an absolute real path) want, leaving out what git ignores. Files that
    are named are taken whatever they are called.
    """
    collector = _Collector()
    for given in paths:
        path = Path(given)
        if not str(given):  # which `Path` takes for the current directory
            collector.fail(Path("''"), "No such file or directory")
            continue
        try:
            is_directory = stat.S_ISDIR(path.stat().st_mode)
            real_path = os.path.realpath(path)
        except (OSError, ValueError) as error:
            collector.fail(path, error if isinstance(error, OSError) else str(error))
            continue
        rules = rules_of(real_path if is_directory else os.path.dirname(real_path))  # noqa: PTH120
        if rules.forbids(real_path):
            continue
        if is_directory:
            _walk(path, real_path, collector, rules_of)
        else:
            collector.add(str(path), real_path, explicit=True, is_link=path.is_symlink())
    return collector.result()


def _walk(
    top: Path, real_top: str, collector: _Collector, rules_of: Callable[[str], WalkRules]
) -> None:
    # A stack rather than recursion: directories may be nested deeper than Python's stack.
    pending: list[tuple[str, str, IgnoreRules]] = [(str(top), real_top, rules_above(real_top))]
    while pending:
        path, real_path, ignored = pending.pop()
        rules = rules_of(real_path)
        try:
            with os.scandir(path) as scan:
                entries = list(scan)
        except OSError as error:
            collector.fail(Path(path), error)
            continue
        inside = "" if path == os.curdir else os.path.join(path, "")  # noqa: PTH118 (hot, and a str)
        real_inside = os.path.join(real_path, "")  # noqa: PTH118
        # Those of a directory whose own settings do not want them still hold further down.
        ignored = ignored.entering(real_path)
        for entry in entries:
            real_entry = real_inside + entry.name
            kind = _kind(entry, rules.suffixes)
            if kind == "other" or rules.excludes(entry.name, real_entry):
                continue
            is_directory = kind == "directory"
            if rules.respect_gitignore and ignored.ignores(real_entry, is_directory):
                continue
            if is_directory:
                pending.append((inside + entry.name, real_entry, ignored))
            elif kind == "link":
                target = os.path.realpath(real_entry)
                collector.add(inside + entry.name, target, explicit=False, is_link=True)
            else:
                collector.add(inside + entry.name, real_entry, explicit=False, is_link=False)


def _kind(entry: os.DirEntry[str], suffixes: tuple[str, ...]) -> str:
    """`"directory"`, `"file"` (with a suffix of these), `"link"` to such a file, or `"other"`.

    Links that lead nowhere are other: editors leave some about as lock files.
    """
    try:
        if entry.is_dir(follow_symlinks=False):
            return "directory"
        if entry.name.endswith(suffixes) and entry.is_file():
            return "link" if entry.is_symlink() else "file"
    except OSError:
        pass
    return "other"


def read_named(path: Path) -> bytes:
    """The content of a file or pipe that the user names. A pipe has it once: who needs it again has to
    keep it. Raises `OSError`, also for devices, which may never end."""
    mode = path.stat().st_mode
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise OSError("not a regular file")
    return path.read_bytes()


def read_file(path: Path) -> bytes:
    """The content of a file. Raises `OSError`, also for what cannot be read twice."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("not a regular file")
    return path.read_bytes()


def describe(error: OSError) -> str:
    """What went wrong, in the operating system's words, without number and file name."""
    return error.strerror or str(error)

"""How another installed PyTorch differs from the tables, row by row."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import detachlint
from detachlint.knowledge import versions
from detachlint.knowledge.rows import NOT_MODELLED
from detachlint.knowledge.table import index
from detachlint.knowledge.versions import ABSENT, Span, behaviour, order

MAKE = "detachlint.harness.probe.make"
NAMES = "names.txt"
"""Where `make` lists what a PyTorch has, with or without a row."""

COMPARED = ("torch/calls.tsv", "torch/modules.tsv", "torch/classes.tsv", "torch/dtypes.tsv")
"""The tables that are about PyTorch alone: the rows about NumPy differ by its version, too."""


class OtherInterpreterError(Exception):
    """The other interpreter could not run the probe; the text is one line that says why."""


@dataclass(frozen=True)
class Tables:
    """What the probe made of some PyTorch: its version, the texts of the tables, all that it has."""

    version: str
    texts: Mapping[str, str]
    names: Set[str]


@dataclass(frozen=True)
class Drift:
    """One row that another PyTorch would have written otherwise."""

    name: str
    table: str
    """The words of the table, or `ABSENT`."""
    other: str
    """The same of the other PyTorch."""

    def __str__(self) -> str:
        return f"{self.name}\n  - {self.table}\n  + {self.other}"


def drifts(
    texts: Mapping[str, str], other: Tables, names: Set[str] = frozenset()
) -> Iterator[Drift]:
    """The rows in which the tables of another PyTorch differ, by table and name.

    Evidence does not count. What one of the two has, but could not be executed there, is no drift:
    nobody knows (one may be built for accelerators, the other for CPUs alone). `names` is all that
    the PyTorch of the tables has.
    """
    for path in COMPARED:
        ours, theirs = index(texts[path]), index(other.texts[path])
        for name in sorted({*ours, *theirs}):
            one, two = behaviour(ours.get(name)), behaviour(theirs.get(name))
            lost = one == ABSENT and name in names
            if one != two and not lost and not _is_unknown(name, one, two, other):
                yield Drift(name, one, two)


def _is_unknown(name: str, one: str, two: str, other: Tables) -> bool:
    if two == ABSENT:
        return name in other.names or one.startswith(NOT_MODELLED)
    return two.startswith(NOT_MODELLED)


def is_recorded(found: Drift, version: str) -> bool:
    """Whether the table of versions has this drift."""
    return any(version in s and s.words == found.other for s in versions.spans(found.name))


def record(found: Mapping[str, list[Drift]]) -> str:
    """The text of the table of versions, from the drifts in each executed version."""
    executed = sorted(found, key=order)
    by_name: dict[str, dict[str, str]] = {}
    for version in executed:
        for one in found[version]:
            by_name.setdefault(one.name, {})[version] = one.other
    lines = [
        f"{name}\t{versions.format_spans(_spans(executed, otherwise))}"
        for name, otherwise in sorted(by_name.items())
    ]
    return "\n".join([f"# torch {' '.join(executed)}", *lines, ""])


def _spans(executed: list[str], otherwise: Mapping[str, str]) -> tuple[Span, ...]:
    """Neighbouring versions with the same words as one span."""
    groups = [
        (words, list(group))
        for words, group in groupby(executed, key=lambda v: otherwise.get(v, ""))
    ]
    return tuple(Span(group[0], group[-1], words) for words, group in groups if words)


# --- the other interpreter --------------------------------------------------------------------


def tables_of(
    interpreter: Path, workers: int, tell: Callable[[int, int], None] = lambda done, total: None
) -> Tables:
    """What the PyTorch of another interpreter leads to.

    `tell` hears how many rows are made and how many there are to make. Raises
    `OtherInterpreterError`.
    """
    with tempfile.TemporaryDirectory(prefix="detachlint-probe-") as scratch:
        root, tables = Path(scratch) / "path", Path(scratch) / "tables"
        root.mkdir()
        # The package alone: beside it there may be another PyTorch.
        (root / "detachlint").symlink_to(Path(detachlint.__file__).parent)
        command = [str(interpreter.absolute()), "-m", MAKE, str(tables), str(workers)]
        _run(command, root, tell)
        texts = {path: (tables / path).read_text(encoding="utf-8") for path in COMPARED}
        names = (tables / NAMES).read_text(encoding="utf-8").split()
        version = texts[COMPARED[0]].partition("\n")[0].removeprefix("# torch ")
        return Tables(version, texts, frozenset(names))


def _run(command: list[str], root: Path, tell: Callable[[int, int], None]) -> None:
    # Not in the caller's directory: modules that lie about there would be found first.
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        try:
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment,
                cwd=root,
            )
        except OSError as error:
            raise OtherInterpreterError(f"{command[0]}: {error.strerror}") from error
        with process:
            assert process.stdout is not None
            total = 0
            for done, line in enumerate(process.stdout):
                total = int(line) if done == 0 else total
                tell(done, total)
        if process.returncode:
            errors.seek(0)
            last = (errors.read().strip().splitlines() or ["no message"])[-1]
            raise OtherInterpreterError(f"{command[0]} cannot run the probe: {last}")

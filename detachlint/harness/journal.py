"""What the processes of an observed program write down while they run, and how it is read.

Each process has a file of its own in a directory that they share. A line is one JSON object and is
written at once, and how often a crossing has occurred stands in a cell (see `counts`), so that nothing
is lost when a process is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from detachlint.harness.counts import Cell, Counts, SetCount, counts_in
from detachlint.harness.observation import Crossing, Uncaught
from detachlint.source.span import Span

_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class Record:
    """What all processes of a program wrote: places are absolute file names.

    Crossings are sorted by place. `files` are the program's own files that were run, `uncaught` the
    exceptions that ended a process. `processes` counts those that imported PyTorch.
    """

    crossings: tuple[Crossing, ...] = ()
    files: frozenset[str] = frozenset()
    uncaught: tuple[Uncaught, ...] = ()
    processes: int = 0

    @property
    def events(self) -> tuple[Crossing | Uncaught, ...]:
        """The crossings and the exceptions."""
        return (*self.crossings, *self.uncaught)


class Journal:
    """This process's file, opened for each line: a program may close what it does not know.

    Failing to write is no reason to disturb the program: the line is lost, or the count is.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._path = ""
        self._written: set[object] = set()
        self._counts = Counts(directory)
        self.begin()

    def begin(self) -> None:
        """Begin a file; again in a process that was forked from one with a journal."""
        name = f"{os.getpid()}-{time.monotonic_ns()}{_SUFFIX}"
        self._path = os.path.join(self._directory, name)  # noqa: PTH118 (kept as a str)
        self._counts = Counts(self._directory)
        self._write({"process": os.getpid()})

    def crossing(self, crossing: Crossing) -> SetCount:
        """Note that a crossing has occurred; what is to be told how often it has, each time."""
        cell: Cell | None
        set_count: SetCount
        try:
            cell, set_count = self._counts.new()
        except OSError:
            cell, set_count = None, _lose_count
        self._write({"crossing": asdict(crossing), "cell": cell})
        return set_count

    def uncaught(self, uncaught: Uncaught) -> None:
        """Note the exception that ended this process."""
        if self._is_new(uncaught):
            self._write({"uncaught": asdict(uncaught)})

    def files(self, names: Iterable[str]) -> None:
        """Note files of the program that were run."""
        new = sorted(filter(self._is_new, names))
        if new:
            self._write({"files": new})

    def _is_new(self, entry: object) -> bool:
        """Whether that was not written before: processes end in more than one way at once."""
        is_new = entry not in self._written
        self._written.add(entry)
        return is_new

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry).encode() + b"\n"
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)


def _lose_count(count: int) -> None:
    """What sets a count that has no cell."""


def read_journals(directory: Path, *, besides: int | None = None) -> Record:
    """What all processes wrote, but for the process `besides`, added up.

    A line that was cut off, or is none of ours, is left out; a crossing whose count is lost has occurred
    once.
    """
    reading = _Reading(counts_in(directory))
    processes = 0
    for path in sorted(directory.glob(f"*{_SUFFIX}")):
        entries = list(_entries(path))
        if {"process": besides} in entries:
            continue
        processes += bool(entries)
        for entry in entries:
            with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError):
                reading.add(entry)
    return reading.record(processes)


def _entries(path: Path) -> Iterator[Any]:
    for line in path.read_bytes().splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)


@dataclass
class _Reading:
    """What was read so far. `cells` are the counts, by the names of files."""

    cells: Mapping[str, Sequence[int]]
    counts: dict[Crossing, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    uncaught: list[Uncaught] = field(default_factory=list)

    def add(self, entry: dict[str, Any]) -> None:
        self.files.update(entry.get("files", ()))
        if "uncaught" in entry:
            self.uncaught.append(Uncaught.from_json(entry["uncaught"]))
        if "crossing" in entry:
            crossing = Crossing.from_json(entry["crossing"])
            count = self._count(entry["cell"])
            self.counts[crossing] = self.counts.get(crossing, 0) + count

    def _count(self, cell: tuple[str, int] | None) -> int:
        if cell is None or cell[0] not in self.cells:
            return 1
        return max(1, self.cells[cell[0]][cell[1]])  # it may not have come to setting it

    def record(self, processes: int) -> Record:
        crossings = sorted(
            (replace(crossing, count=count) for crossing, count in self.counts.items()),
            key=lambda each: (each.filename, each.span or _line(each), str(each)),
        )
        return Record(tuple(crossings), frozenset(self.files), tuple(self.uncaught), processes)


def _line(crossing: Crossing) -> Span:
    return Span(crossing.line, 0, crossing.line, 0)

"""What the processes of an observed program write down while they run, and how it is read.

Each process has a file of its own in a directory that they share. A line is one JSON object and is
written at once, so that nothing is lost when a process is killed but the count of what it repeated.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

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

    Failing to write is no reason to disturb the program: the line is lost.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._path = ""
        self._written: set[object] = set()
        self.begin()

    def begin(self) -> None:
        """Begin a file; again in a process that was forked from one with a journal."""
        name = f"{os.getpid()}-{time.monotonic_ns()}{_SUFFIX}"
        self._path = os.path.join(self._directory, name)  # noqa: PTH118 (kept as a str)
        self._write({"process": os.getpid()})

    def crossing(self, crossing: Crossing, thread: int) -> None:
        """Note how often a crossing occurred so far in one of this process's threads."""
        self._write({"crossing": asdict(crossing), "thread": thread})

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


def read_journals(directory: Path) -> Record:
    """What all processes wrote, added up. A line that was cut off is left out."""
    counts: dict[Crossing, int] = {}
    files: set[str] = set()
    uncaught: list[Uncaught] = []
    processes = 0
    for path in sorted(directory.glob(f"*{_SUFFIX}")):
        entries = list(_entries(path))
        processes += bool(entries)
        for crossing, count in latest_counts(entries).items():
            counts[crossing] = counts.get(crossing, 0) + count
        for entry in entries:
            files.update(entry.get("files", ()))
            if "uncaught" in entry:
                uncaught.append(Uncaught.from_json(entry["uncaught"]))
    crossings = sorted(
        (replace(crossing, count=count) for crossing, count in counts.items()),
        key=lambda crossing: (crossing.filename, crossing.span or _line(crossing), str(crossing)),
    )
    return Record(tuple(crossings), frozenset(files), tuple(uncaught), processes)


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def latest_counts(entries: Iterable[dict[str, Any]]) -> dict[Crossing, int]:
    """The crossings of one process, each with the sum of what its threads counted last."""
    latest: dict[tuple[Crossing, int], int] = {}
    for entry in entries:
        if "crossing" in entry:
            crossing = Crossing.from_json(entry["crossing"])
            key = (replace(crossing, count=1), entry["thread"])
            latest[key] = max(crossing.count, latest.get(key, 0))
    totals: dict[Crossing, int] = {}
    for (crossing, _), count in latest.items():
        totals[crossing] = totals.get(crossing, 0) + count
    return totals


def _line(crossing: Crossing) -> Span:
    return Span(crossing.line, 0, crossing.line, 0)

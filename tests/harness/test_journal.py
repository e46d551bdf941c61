"""What processes write down about themselves can be read whatever becomes of them."""

from __future__ import annotations

import errno
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sample_crossings import REFUSED

from detachlint.harness.counts import Counts
from detachlint.harness.journal import Journal, Record, read_journals
from detachlint.harness.observation import Crossing, Uncaught

UNCAUGHT = Uncaught("ValueError", "no", "/a.py", 3, None)


def counted(count: int, **changes: object) -> Crossing:
    return replace(REFUSED, count=count, **changes)  # type: ignore[arg-type]


def test_nothing_written_is_an_empty_record(tmp_path: Path) -> None:
    assert read_journals(tmp_path) == Record()


def test_counts_of_threads_and_processes_are_added(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    of_one_thread, of_another = journal.crossing(REFUSED), journal.crossing(REFUSED)
    for count in (1, 2, 3):
        of_one_thread(count)
    of_another(4)
    journal.begin()  # as a fork does
    journal.crossing(REFUSED)(5)
    journal.crossing(counted(1, line=1, span=None))
    record = read_journals(tmp_path)
    assert record.crossings == (counted(1, line=1, span=None), counted(3 + 4 + 5))
    assert record.processes == 2


def test_one_process_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(str(tmp_path))
    journal.crossing(REFUSED)(5)
    own = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: own + 1)
    journal.begin()
    journal.crossing(REFUSED)(2)
    assert read_journals(tmp_path, besides=own).crossings == (counted(2),)


def test_more_counts_than_one_file_holds(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    tell = [journal.crossing(counted(1, line=n, span=None)) for n in range(1, 1201)]
    for n, set_count in enumerate(tell, start=1):
        set_count(n)
    crossings = read_journals(tmp_path).crossings
    assert [(c.line, c.count) for c in crossings] == [(n, n) for n in range(1, 1201)]


def test_threads_that_need_a_cell_at_once_get_one_each(tmp_path: Path) -> None:
    counts = Counts(str(tmp_path))
    with ThreadPoolExecutor(16) as pool:
        cells = [cell for cell, _ in pool.map(lambda _: counts.new(), range(4000))]
    assert len(set(cells)) == 4000


def test_a_crossing_whose_count_is_lost_has_occurred_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    journal = Journal(str(tmp_path))
    journal.crossing(REFUSED)(7)
    [cells] = tmp_path.glob("*.counts")
    cells.unlink()
    assert read_journals(tmp_path).crossings == (REFUSED,)
    journal.begin()
    monkeypatch.setattr(tempfile, "mkstemp", full)
    journal.crossing(REFUSED)(7)
    assert read_journals(tmp_path).crossings == (counted(2),)


def test_files_and_exceptions_are_written_once(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    for _ in range(2):
        journal.files(["/a.py", "/b.py"])
        journal.uncaught(UNCAUGHT)
    record = read_journals(tmp_path)
    assert (record.files, record.uncaught) == (frozenset({"/a.py", "/b.py"}), (UNCAUGHT,))
    assert record.events == (UNCAUGHT,)
    [path] = tmp_path.glob("*.jsonl")
    assert len(path.read_text().splitlines()) == 3


def test_lines_that_were_cut_off_or_are_none_of_ours_are_left_out(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    journal.crossing(REFUSED)
    [path] = tmp_path.glob("*.jsonl")
    with path.open("a") as file:
        file.write('[1]\n{"crossing": {}}\n{"crossing": {"meth')
    assert read_journals(tmp_path).crossings == (REFUSED,)


def test_a_directory_that_is_gone_disturbs_nobody(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path / "gone"))
    journal.crossing(REFUSED)
    journal.files(["/a.py"])
    assert list(tmp_path.iterdir()) == []

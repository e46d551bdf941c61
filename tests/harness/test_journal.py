"""What processes write down about themselves can be read whatever becomes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sample_crossings import REFUSED

from detachlint.harness.journal import Journal, Record, read_journals
from detachlint.harness.observation import Crossing, Uncaught

UNCAUGHT = Uncaught("ValueError", "no", "/a.py", 3, None)


def counted(count: int, **changes: object) -> Crossing:
    return replace(REFUSED, count=count, **changes)  # type: ignore[arg-type]


def test_nothing_written_is_an_empty_record(tmp_path: Path) -> None:
    assert read_journals(tmp_path) == Record()


def test_the_latest_counts_of_threads_and_processes_are_added(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    for count in (1, 2, 3):
        journal.crossing(counted(count), thread=0)
    journal.crossing(counted(4), thread=1)
    journal.begin()  # as a fork does
    journal.crossing(counted(5), thread=0)
    journal.crossing(counted(1, line=1, span=None), thread=0)
    record = read_journals(tmp_path)
    assert record.crossings == (counted(1, line=1, span=None), counted(3 + 4 + 5))
    assert record.processes == 2


def test_files_and_exceptions_are_written_once(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    for _ in range(2):
        journal.files(["/a.py", "/b.py"])
        journal.uncaught(UNCAUGHT)
    record = read_journals(tmp_path)
    assert (record.files, record.uncaught) == (frozenset({"/a.py", "/b.py"}), (UNCAUGHT,))
    assert record.events == (UNCAUGHT,)
    [path] = tmp_path.iterdir()
    assert len(path.read_text().splitlines()) == 3


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    journal.crossing(REFUSED, thread=0)
    [path] = tmp_path.iterdir()
    with path.open("a") as file:
        file.write('{"crossing": {"meth')
    assert read_journals(tmp_path).crossings == (REFUSED,)


def test_a_directory_that_is_gone_disturbs_nobody(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path / "gone"))
    journal.crossing(REFUSED, thread=0)
    journal.files(["/a.py"])
    assert list(tmp_path.iterdir()) == []

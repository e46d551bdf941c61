"""Everything there is, in samples; and that what goes wrong is counted."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest
import robustness
from robustness import CROSSING, SOURCES, Count, count, part_of

LIMIT = 40.0
"""CPU seconds for one file; machines were seen on which all takes twice as long as on others."""


@pytest.mark.parametrize("source", sorted(SOURCES.keys() - {"benchmark-packages", "generated"}))
def test_nothing_goes_wrong(source: str) -> None:
    counted = count(source, slice(None), 10, LIMIT)
    assert counted.files >= 10
    assert counted.wrong == []


def test_parts_take_every_file_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(Count, "take", lambda counted, name, *_: taken.append(name))
    monkeypatch.setitem(SOURCES, "numbers", lambda: ((str(n), bytes) for n in range(10)))
    for part in ("1/3", "2/3", "3/3"):
        count("numbers", part_of(part), None, LIMIT)
    assert taken == [*"0369", *"147", *"258"]


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        part_of(text)


def test_readable_files_and_fixes_are_counted() -> None:
    counted = Count("test")
    counted.take("good", CROSSING, LIMIT)
    counted.take("bad", b"def f(:" + CROSSING, LIMIT)
    assert (counted.files, counted.readable, counted.fixed, counted.wrong) == (2, 1, 1, [])


def test_what_goes_wrong_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Result:
        error = None
        fixed = b"x.detach(.numpy()\n"

    def loops(*_: object) -> None:
        while True:
            pass

    def crashes(*_: object) -> None:
        raise LookupError("no such thing")

    counted = Count("test")
    for fake in (lambda *_: Result, loops, crashes):
        monkeypatch.setattr(robustness, "fix_bytes", fake)
        counted.take("a.py", b"x = 1\n", 0.05)
    assert counted.wrong == [
        "broken by a fix: a.py",
        "hang: a.py",
        "crash: a.py: LookupError: no such thing",
    ]

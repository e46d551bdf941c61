"""Everything there is, in samples; and that what goes wrong is counted."""

from __future__ import annotations

import pytest
import robustness
from robustness import CROSSING, SOURCES, Count, count

LIMIT = 40.0
"""CPU seconds for one file; machines were seen on which all takes twice as long as on others."""


@pytest.mark.parametrize("source", sorted(SOURCES.keys() - {"benchmark-packages", "generated"}))
def test_nothing_goes_wrong(source: str) -> None:
    counted = count(source, 10, LIMIT)
    assert counted.files >= 10
    assert counted.wrong == []


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

"""How the table of other libraries' sinks is made anew: no row is lost where a library is missing or dies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from detachlint.knowledge.sink_facts import EXECUTED
from detachlint.knowledge.table import index

pytest.importorskip("torch")

from detachlint.harness.probe import sinks, sinks_table

OLD = EXECUTED.path.read_text(encoding="utf-8")
NAME = "PIL.Image.fromarray"


def installed(*libraries: str) -> object:
    return lambda name: name.partition(".")[0] in libraries


def run_instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(
        sinks_table, "command", lambda *given: [sys.executable, "-c", program, *map(str, given)]
    )


def test_rows_of_libraries_that_are_not_there_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "is_installed", installed())
    text, kept = sinks_table.made_anew(OLD)
    assert text == OLD
    assert kept.keys() == {name.partition(".")[0] for name in EXECUTED.names()}
    assert set(kept.values()) == {"it is not installed"}


def test_rows_of_a_library_that_is_there_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "is_installed", installed("PIL"))
    made = f"import sys; open(sys.argv[2], 'w').write('# torch\\n{NAME}\\tnew')"
    run_instead(monkeypatch, made)
    text, kept = sinks_table.made_anew(OLD)
    assert "PIL" not in kept
    assert index(text) == {**index(OLD), NAME: "new"}


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import os; os.abort()", "its process ends with -6: no message"),
        ("raise OSError('no display')", "its process ends with 1: OSError: no display"),
        ("import time; time.sleep(60)", "its process does not end in 2 s"),
    ],
)
def test_a_library_that_dies_takes_nothing_with_it(
    program: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinks, "is_installed", installed("PIL"))
    monkeypatch.setattr(sinks_table, "PATIENCE", 2.0)
    run_instead(monkeypatch, program)
    text, kept = sinks_table.made_anew(OLD)
    assert (text, kept["PIL"]) == (OLD, why)


def test_the_process_of_a_library_makes_its_rows(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    made = sinks_table.rows_of("PIL")
    assert isinstance(made, dict) and made[NAME].startswith("0:obj=rejects/rejects\t")

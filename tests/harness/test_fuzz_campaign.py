"""Campaigns count what they generate, and report and replay what they find."""

from __future__ import annotations

import ast

import pytest

from detachlint import api
from detachlint.harness.fuzz import __main__ as command
from detachlint.harness.fuzz.campaign import Plan, Statistics, nth_program, run_campaign, run_chunk
from detachlint.harness.fuzz.compare import Kind
from detachlint.rules.finding import Finding

pytestmark = pytest.mark.filterwarnings("ignore")


def blind(tree: ast.Module, filename: str, *options: object) -> list[Finding]:
    """An analysis that never finds anything."""
    return []


def test_a_chunk_counts_what_it_did() -> None:
    statistics, _ = run_chunk(Plan(programs=8, seed=3), range(8))
    assert statistics.programs == 8
    assert statistics.source_lines > 8 * 40
    assert statistics.lines["never refused"] and statistics.lines["always refused"]
    assert statistics.findings and statistics.forms
    assert {"generating", "running", "analysing"} <= set(statistics.seconds)


def test_statistics_add_up() -> None:
    whole, _ = run_chunk(Plan(programs=6), range(6))
    parts = Statistics()
    for numbers in (range(4), range(4, 6)):
        parts.add(run_chunk(Plan(programs=6), numbers)[0])
    for name in ("programs", "source_lines", "ended_early", "lines", "findings", "forms"):
        assert getattr(parts, name) == getattr(whole, name)


def test_the_same_number_is_the_same_program_whatever_the_plan() -> None:
    assert nth_program(Plan(10, seed=1, jobs=2), 7) == nth_program(Plan(3, seed=1, first=7), 7)
    assert nth_program(Plan(10, seed=1), 7) != nth_program(Plan(10, seed=2), 7)


def test_an_analysis_that_misses_everything_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "check_tree", blind)
    statistics, failures = run_chunk(Plan(programs=10), range(10))
    assert failures
    kinds = {c.kind for failure in failures for c in failure.contradictions}
    assert kinds == {Kind.MISSED_ALARM}
    assert statistics.contradictions[Kind.MISSED_ALARM.value] >= len(failures)


def test_the_command_prints_a_small_program_and_where_it_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(api, "check_tree", blind)
    code = command.main(["--programs", "5", "--seed", "9", "--show", "1", "--shrink", "20"])
    printed = capsys.readouterr().out
    assert code == 1
    assert printed.count("--- program") == 1
    assert "of seed 9" in printed
    assert "missed alarm at line" in printed
    report = printed.partition("5 programs in")[0].splitlines()
    assert 3 <= len(report) < 5 + nth_program(Plan(5, seed=9), 0).text.count("\n") / 2
    assert "contradictions: {'missed alarm'" in printed


def test_processes_give_the_same_sums_as_one() -> None:
    sums = []
    for jobs in (1, 2):
        total = Statistics()
        for part, _ in run_campaign(Plan(programs=8, jobs=jobs, chunk=3)):
            total.add(part)
        sums.append((total.programs, total.forms, total.lines, total.findings))
    assert sums[0] == sums[1]


def test_unknown_forms_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--without", "no such form"])
    assert "no such form" in capsys.readouterr().err

"""A contradiction is found where there is one, and only there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from detachlint import api
from detachlint.harness.fuzz.compare import (
    FILENAME,
    Contradiction,
    Kind,
    TooSlow,
    compare,
    compare_fix,
    contradictions,
    fix_contradictions,
    run,
)
from detachlint.harness.fuzz.shrink import shrink
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.span import Span

PROGRAM = """\
import torch
weight = torch.ones(3, requires_grad=True)
plain = torch.ones(3)
first = weight.numpy()
second = plain.numpy()
if plain.sum() < 0:
    third = plain.numpy()
"""


def finding(
    line: int, confidence: Confidence = Confidence.CERTAIN, code: str = "DTL101"
) -> Finding:
    return Finding(code, "name", "message", FILENAME, Span(line, 0, line, 1), confidence)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([finding(4)], []),
        ([finding(4, Confidence.LIKELY)], []),
        ([], [(Kind.MISSED_ALARM, 4)]),
        ([finding(4, Confidence.POSSIBLE)], [(Kind.MISSED_ALARM, 4)]),
        ([finding(4, code="DTL900")], [(Kind.MISSED_ALARM, 4)]),
        ([finding(4), finding(5)], [(Kind.FALSE_ALARM, 5)]),
        ([finding(4), finding(5, Confidence.LIKELY)], []),
        ([finding(4), finding(7)], []),  # not reached: nothing is known
        ([finding(5)], [(Kind.MISSED_ALARM, 4), (Kind.FALSE_ALARM, 5)]),
    ],
)
def test_findings_are_held_against_the_run(
    findings: Sequence[Finding], expected: list[tuple[Kind, int]]
) -> None:
    found = contradictions(PROGRAM, findings, run(PROGRAM))
    assert [(c.kind, c.line) for c in found] == expected


def test_a_report_names_the_kind_and_the_line() -> None:
    [contradiction] = contradictions(PROGRAM, [], run(PROGRAM))
    assert str(contradiction) == "missed alarm at line 4: first = weight.numpy()"


def test_handlers_are_seen_by_the_plain_run_and_the_rest_by_the_other() -> None:
    text = """\
import torch
weight = torch.ones(3, requires_grad=True)
try:
    weight.numpy()
    weight[0].numpy()
except RuntimeError:
    weight[1].numpy()
weight[2].numpy()
"""
    assert run(text).refused() == {4, 5, 7, 8}


@pytest.mark.parametrize(
    ("text", "through"),
    [
        (PROGRAM, True),
        (PROGRAM + "nothing\n", False),
        (
            "import torch\nw = torch.ones(1, requires_grad=True)\n"
            "try:\n    w.numpy()\nexcept RuntimeError:\n    nothing\n",
            False,
        ),
    ],
)
def test_a_program_runs_through_if_only_refusals_stop_it(text: str, through: bool) -> None:
    assert run(text).ran_through is through


def test_an_analysis_that_crashes_is_a_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(tree: ast.Module, filename: str, options: object) -> list[Finding]:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(api, "check_tree", crash)
    [contradiction] = compare(PROGRAM)
    assert contradiction.kind is Kind.CRASH
    assert "ZeroDivisionError: no" in contradiction.source


def test_an_analysis_that_hangs_is_a_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(tree: ast.Module, filename: str, options: object) -> list[Finding]:
        while True:
            pass

    monkeypatch.setattr(api, "check_tree", hang)
    assert compare(PROGRAM, seconds=0.2) == [Contradiction(Kind.SLOWNESS, 0)]


def test_a_program_that_hangs_is_stopped() -> None:
    text = "while True:\n    try:\n        x = 1\n    except Exception:\n        pass\n"
    with pytest.raises(TooSlow):
        run(text, seconds=0.2)


@pytest.mark.parametrize(
    ("fixed", "lines"),
    [
        (PROGRAM.replace("weight.numpy()", "weight.detach().numpy()"), []),
        (PROGRAM, [4]),
        (PROGRAM.replace("weight.numpy()", "(weight.detach() * 2).numpy()"), [4]),
        (PROGRAM.replace("weight.numpy()", "weight.tolist()"), [4]),
        (
            PROGRAM.replace("weight.numpy()", "weight.detach().numpy()").replace(
                "plain.numpy()", "plain.double().numpy()"
            ),
            [5],
        ),
        (PROGRAM.replace("weight.numpy()", "weight.nothing()"), [4, 5]),
    ],
)
def test_fixes_are_held_against_what_was_before(fixed: str, lines: list[int]) -> None:
    from detachlint.harness.executor import execute

    before = execute(PROGRAM, FILENAME, keep_going=True, digests=True)
    after = execute(fixed, FILENAME, keep_going=True, digests=True)
    found = fix_contradictions(fixed, [finding(4)], before, after)
    assert [(c.kind, c.line) for c in found] == [(Kind.REFUTED_FIX, line) for line in lines]


def test_the_real_analysis_and_its_fixes_agree_with_the_run() -> None:
    assert compare(PROGRAM) == []
    assert compare_fix(PROGRAM) == []


# --- shrinking -----------------------------------------------------------------------------------


LARGE = """\
import os
import torch

class Holder:
    def __init__(self, value):
        self.value = value

    def get(self):
        with torch.no_grad():
            other = self.value * 2
        if os.sep:
            return self.value.sin().cos()
        return other

holder = Holder(torch.ones(3, requires_grad=True))
for step in range(3):
    kept = [holder.get(), holder.get().detach()]
    array = kept[0].view(3).numpy()
"""


def has(*parts: str) -> Callable[[str], bool]:
    return lambda text: all(part in text for part in parts)


def test_shrinking_keeps_what_is_shown_and_little_else() -> None:
    assert shrink(LARGE, has(".numpy()")).count("\n") == 1
    small = shrink(LARGE, has(".sin()", "class"))
    assert small.count("\n") <= 4
    assert "cos" not in small and "no_grad" not in small


def test_what_is_shrunk_still_compiles_and_still_shows_it() -> None:
    def missed(text: str) -> bool:
        runs = run(text)
        return runs.kept_going.error is None and bool(contradictions(text, [], runs))

    small = shrink(LARGE, missed, seconds=300.0)
    ast.parse(small)
    assert missed(small)
    # What is left is the way of the tensor through the object.
    assert len(small) < len(LARGE) * 0.6
    for gone in ("import os", "cos", "no_grad", "for step", "detach", "other"):
        assert gone not in small


def test_nothing_is_shrunk_that_does_not_show_it() -> None:
    assert shrink(LARGE, has("absent")) == LARGE


def test_shrinking_ends_when_its_time_is_up() -> None:
    calls: list[str] = []

    def shows(text: str) -> bool:
        calls.append(text)
        return True

    shrink(LARGE, shows, seconds=0.0)
    assert len(calls) <= 3


def test_what_names_the_gradient_second_is_no_silence_about_it() -> None:
    text = (
        "import torch\n"
        "x = torch.ones(3, requires_grad=True)\n"
        "x = (x * 2).to('cuda' if torch.cuda.is_available() else 'cpu')\n"
        "x.numpy()\n"
    )
    (finding,) = api.check_source(text, FILENAME)
    named = replace(finding, code="DTL111", confidence=Confidence.LIKELY)
    assert contradictions(text, [named], run(text)) == []
    silent = replace(named, cures=("cpu",))
    (missed,) = contradictions(text, [silent], run(text))
    assert (missed.kind, missed.line) == (Kind.MISSED_ALARM, 4)

"""Reports of hand-made findings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from detachlint.report import Report, format_names, formats, render
from detachlint.rules.finding import (
    Applicability,
    Confidence,
    Edit,
    Finding,
    Fix,
    TraceStep,
)
from detachlint.source.span import Span
from detachlint.source.text import SourceText

TEXT = "import torch\nmödel = torch.nn.Linear(2, 2)\na = ('é', mödel(x).numpy())\n"
SOURCE = SourceText.from_text(TEXT, "f.py")


def place(marked: str) -> Span:
    start = TEXT.index(marked)
    return SOURCE.span(start, start + len(marked))


INSERTION = SOURCE.span(TEXT.index(".numpy"), TEXT.index(".numpy"))
FIX = Fix("insert `.detach()`", Applicability.SAFE, (Edit(INSERTION, ".detach()"),))
FINDING = Finding(
    "DTL101",
    "numpy-on-grad-tensor",
    "`.numpy()` on a tensor that requires grad",
    "f.py",
    place("mödel(x).numpy()"),
    Confidence.LIKELY,
    (
        TraceStep("lib.py", Span(7, 4, 7, 9), "its parameters require grad"),
        TraceStep("f.py", place("mödel(x)"), "calling `mödel`"),
    ),
    FIX,
)
UNREADABLE = Finding(
    "DTL900", "unreadable-file", "invalid syntax", "g.py", Span(3, 4, 3, 5), Confidence.CERTAIN
)


def report(*findings: Finding, fixed: int = 0, incomplete: bool = False) -> Report:
    return Report(findings, {"f.py": SOURCE}, fixed=fixed, incomplete=incomplete)


def with_fix(applicability: Applicability) -> Finding:
    return replace(FINDING, fix=replace(FIX, applicability=applicability))


def test_full_shows_code_reasons_and_help() -> None:
    assert (
        render("full", report(FINDING))
        == """\
DTL101 [*] `.numpy()` on a tensor that requires grad
 --> f.py:3:11 (likely)
  |
1 | import torch
2 | mödel = torch.nn.Linear(2, 2)
3 | a = ('é', mödel(x).numpy())
  |           ^^^^^^^^^^^^^^^^
  |
requires grad because
  lib.py:7: its parameters require grad
  f.py:3: calling `mödel`
help: insert `.detach()`

Found 1 finding (1 fixable with `detachlint fix`).
"""
    )


def test_full_without_text_trace_and_fix_shows_the_place() -> None:
    assert (
        render("full", report(UNREADABLE))
        == """\
DTL900 invalid syntax
 --> g.py:3:5 (certain)

Found 1 finding.
"""
    )


def test_full_marks_unsafe_fixes() -> None:
    text = render("full", report(with_fix(Applicability.UNSAFE)))
    assert "help (unsafe): insert" in text
    assert "[*]" not in text


def test_concise_is_one_line_for_each_finding() -> None:
    assert (
        render("concise", report(FINDING, UNREADABLE))
        == """\
f.py:3:11: DTL101 [*] `.numpy()` on a tensor that requires grad
g.py:3:5: DTL900 invalid syntax
Found 2 findings (1 fixable with `detachlint fix`).
"""
    )


def test_json_has_the_field_names_of_ruff() -> None:
    [first] = json.loads(render("json", report(FINDING)))
    span = {"location": {"row": 3, "column": 11}, "end_location": {"row": 3, "column": 27}}
    assert first == {
        "code": "DTL101",
        "name": "numpy-on-grad-tensor",
        "message": "`.numpy()` on a tensor that requires grad",
        "filename": "f.py",
        **span,
        "confidence": "likely",
        "trace": [
            {
                "filename": "lib.py",
                "location": {"row": 7, "column": 5},
                "end_location": {"row": 7, "column": 10},
                "message": "its parameters require grad",
            },
            {
                "filename": "f.py",
                "location": {"row": 3, "column": 11},
                "end_location": {"row": 3, "column": 19},
                "message": "calling `mödel`",
            },
        ],
        "fix": {
            "applicability": "safe",
            "message": "insert `.detach()`",
            "edits": [
                {
                    "content": ".detach()",
                    "location": {"row": 3, "column": 19},
                    "end_location": {"row": 3, "column": 19},
                }
            ],
        },
        "url": None,
    }


def test_json_of_nothing_is_an_empty_array_and_of_no_fix_null() -> None:
    assert json.loads(render("json", report())) == []
    assert json.loads(render("json", report(UNREADABLE)))[0]["fix"] is None
    assert render("json", report(FINDING)).isascii()


@pytest.mark.parametrize(
    ("findings", "fixed", "line"),
    [
        ((), 0, "All checks passed!"),
        ((UNREADABLE,), 0, "Found 1 finding."),
        ((), 2, "Found 2 findings (2 fixed, 0 remaining)."),
        ((UNREADABLE,), 1, "Found 2 findings (1 fixed, 1 remaining)."),
        (
            (with_fix(Applicability.SAFE), with_fix(Applicability.UNSAFE)),
            0,
            "Found 2 findings (1 fixable with `detachlint fix`, 1 more with `--unsafe-fixes`).",
        ),
        (
            (with_fix(Applicability.UNSAFE),),
            0,
            "Found 1 finding (1 fixable with `--unsafe-fixes`).",
        ),
        ((with_fix(Applicability.DISPLAY_ONLY),), 0, "Found 1 finding."),
    ],
)
def test_the_summary_counts(findings: tuple[Finding, ...], fixed: int, line: str) -> None:
    for name in ("concise", "full"):
        assert render(name, report(*findings, fixed=fixed)).splitlines()[-1] == line


def test_a_run_that_could_not_check_something_is_no_pass() -> None:
    assert render("full", report(incomplete=True)) == ""


def test_colours_are_there_when_asked_for_and_change_nothing_else() -> None:
    plain = report(FINDING, UNREADABLE)
    for name in ("concise", "full"):
        coloured = render(name, replace(plain, colour=True))
        assert "\x1b[" in coloured
        without = coloured
        for sequence in ("0", "1", "1;31", "1;34", "1;36"):
            without = without.replace(f"\x1b[{sequence}m", "")
        assert without == render(name, plain)


def test_file_names_cannot_control_the_terminal() -> None:
    evil = replace(UNREADABLE, filename="a\x1b]0;\nb.py")
    for name in ("concise", "full"):
        assert "a\\x1b]0;\\nb.py:3:5" in render(name, report(evil))


def test_a_new_format_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert format_names() == ("concise", "full", "json")
    new = "def render(report):\n    return f'{len(report.findings)}\\n'\n"
    (tmp_path / "count.py").write_text(new)
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    assert "count" in format_names()
    assert render("count", report(FINDING)) == "1\n"


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(KeyError):
        render("xml", report())

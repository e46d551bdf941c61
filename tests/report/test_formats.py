"""Reports of hand-made findings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sample_report import FINDING, FIX, UNREADABLE, report

from detachlint.report import format_names, formats, render
from detachlint.rules.finding import Applicability, Finding
from detachlint.source.span import Span
from detachlint.source.text import SourceText


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


def test_full_shows_the_code_of_a_step_in_another_file() -> None:
    other = SourceText.from_text("\n" * 6 + "def f(layers):\n    pass\n", "lib.py")
    shown = render("full", report(FINDING, sources={"lib.py": other}))
    assert (
        """\
requires grad because
  lib.py:7: its parameters require grad
    |
  7 | def f(layers):
    |     ^^^^^
    |
  f.py:3: calling `mödel`
"""
        in shown
    )


def test_full_shows_the_first_line_of_a_function_in_another_file() -> None:
    other = SourceText.from_text("\n" * 6 + "async def é(\n    layers\n):\n    pass\n", "lib.py")
    step = replace(FINDING.trace[0], span=Span(7, 0, 10, 8), message="returned by `é`")
    finding = replace(FINDING, trace=(step, *FINDING.trace[1:]))
    assert """\
  lib.py:7: returned by `é`
    |
  7 | async def é(
    | ^^^^^^^^^^^^
    |
  f.py:3: calling `mödel`
""" in render("full", report(finding, sources={"lib.py": other}))


def test_concise_is_one_line_for_each_finding() -> None:
    assert (
        render("concise", report(FINDING, UNREADABLE))
        == """\
f.py:3:11: DTL101 [*] `.numpy()` on a tensor that requires grad
g.py:3:5: DTL900 invalid syntax
Found 2 findings (1 fixable with `detachlint fix`).
"""
    )


def test_grouped_names_each_file_once() -> None:
    first = replace(FINDING, span=FINDING.span._replace(line=1, end_line=1, column=0))
    assert (
        render("grouped", report(first, FINDING, UNREADABLE))
        == """\
f.py:
  1:1   DTL101 [*] `.numpy()` on a tensor that requires grad
  3:11  DTL101 [*] `.numpy()` on a tensor that requires grad

g.py:
  3:5  DTL900 invalid syntax

Found 3 findings (2 fixable with `detachlint fix`).
"""
    )


def test_json_has_the_field_names_of_ruff() -> None:
    [first] = json.loads(render("json", report(FINDING)))
    span = {
        "cell": None,
        "location": {"row": 3, "column": 11},
        "end_location": {"row": 3, "column": 27},
    }
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
                "cell": None,
                "location": {"row": 7, "column": 5},
                "end_location": {"row": 7, "column": 10},
                "message": "its parameters require grad",
            },
            {
                "filename": "f.py",
                "cell": None,
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
                    "cell": None,
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
    for name in ("concise", "full", "grouped"):
        assert render(name, report(*findings, fixed=fixed)).splitlines()[-1] == line


def test_a_quiet_report_has_no_summary() -> None:
    for name in ("concise", "full", "grouped"):
        assert render(name, report(quiet=True)) == ""
        shown = render(name, report(UNREADABLE))
        assert shown == render(name, report(UNREADABLE, quiet=True)) + "Found 1 finding.\n"


def test_a_run_that_could_not_check_something_is_no_pass() -> None:
    assert render("full", report(incomplete=True)) == ""


def test_colours_are_there_when_asked_for_and_change_nothing_else() -> None:
    plain = report(FINDING, UNREADABLE)
    for name in ("concise", "full", "grouped"):
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
    assert render("grouped", report(evil)).startswith("a\\x1b]0;\\nb.py:\n  3:5  DTL900")


def test_a_new_format_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "count" not in format_names()
    new = "def render(report):\n    return f'{len(report.findings)}\\n'\n"
    (tmp_path / "count.py").write_text(new)
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    assert "count" in format_names()
    assert render("count", report(FINDING)) == "1\n"


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(KeyError):
        render("xml", report())

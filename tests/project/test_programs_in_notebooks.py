"""Notebooks are programs among others: they call what modules define."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_notebooks import notebook
from trees import tree

from detachlint.api import check_paths, fix_paths
from detachlint.cache.store import Store
from detachlint.cli.main import command
from detachlint.config.options import Options
from detachlint.project import sharing
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.language import Language

HELPER = "def show(t):\n    return t.cpu().numpy()\n"
IMPORTS = "import torch\nfrom helper import show\nw = torch.ones(2, requires_grad=True)"
GUARDED = "with torch.no_grad():\n    show(w * 2)"
KNOWN = Options(Confidence.LIKELY)


@pytest.fixture(autouse=True)
def helper(root: Path) -> None:
    (root / "helper.py").write_text(HELPER)


def findings(options: Options = KNOWN, jobs: int = 1) -> list[Finding]:
    results = list(check_paths(["."], options, jobs=jobs))
    assert [each.error for each in results if each.error] == []
    return [finding for each in results for finding in each.findings]


def places(found: list[Finding]) -> list[tuple[str, int, str]]:
    return [(each.filename, each.span.line, each.code) for each in found]


def test_what_a_notebook_hands_over_counts(root: Path) -> None:
    (root / "book.ipynb").write_bytes(notebook(IMPORTS, "%matplotlib inline", "show(w)"))
    (finding,) = findings()
    assert places([finding]) == [("helper.py", 2, "DTL101")], "missed alarm at line 2"
    assert [step.filename for step in finding.trace] == [*["book.ipynb"] * 2, "helper.py"]


def test_a_notebook_that_takes_care_is_no_reason(root: Path) -> None:
    (root / "book.ipynb").write_bytes(notebook(IMPORTS, GUARDED, "show(w.detach())"))
    assert findings() == [], "false alarm"


def test_a_message_names_the_cell_of_the_call(root: Path) -> None:
    (root / "a book.ipynb").write_bytes(notebook(IMPORTS, f"{GUARDED}\n\nshow(w)"))
    (finding,) = findings()
    assert finding.message.endswith(
        "when called from a book.ipynb:cell 3:4; the call from a book.ipynb:cell 3:2 is under `no_grad`"
    )


def test_one_name_may_end_with_another(root: Path) -> None:
    (root / "a book.ipynb").write_bytes(notebook(IMPORTS, f"{GUARDED}\n\nshow(w)"))
    (root / "book.ipynb").write_bytes(notebook("pass"))
    (finding,) = findings()
    assert "when called from a book.ipynb:cell 3:4; " in finding.message
    assert "from a book.ipynb:cell 3:4; " in explained("helper.py:2")


def explained(place: str) -> str:
    return CliRunner().invoke(command, ["explain", place]).output


@pytest.mark.parametrize("kept", [False, True])
def test_the_same_bytes_are_another_program_in_a_module(root: Path, kept: bool) -> None:
    data, store = notebook(IMPORTS, "show(w)"), Store(root / ".cache") if kept else None
    (root / "a.py").write_bytes(data)
    for number in range(2):
        found = [
            each for result in check_paths(["."], KNOWN, store=store) for each in result.findings
        ]
        assert len(found) == number, "missed alarm at line 2"
        (root / "book.ipynb").write_bytes(data)


def test_a_broken_cell_leaves_lines_of_others_where_they_are(root: Path) -> None:
    (root / "book.ipynb").write_bytes(notebook("    w.numpy(\n", IMPORTS, GUARDED, "show(w)"))
    (unreadable, finding) = sorted(findings(), key=lambda each: each.code, reverse=True)
    assert (unreadable.code, finding.code) == ("DTL900", "DTL101")
    assert (
        "when called from book.ipynb:cell 5:1; the call from book.ipynb:cell 4:2" in finding.message
    )


def test_what_no_notebook_is_has_no_callers_in_it(root: Path) -> None:
    for name, data in {
        "a": b"{ numpy",
        "b": b"\xff numpy",
        "c": notebook(IMPORTS, "show(w)", language="R"),
    }.items():
        (root / f"{name}.ipynb").write_bytes(data)
    assert {each.code for each in findings()} == {"DTL900"}


def test_endings_may_be_called_notebooks(root: Path) -> None:
    (root / "book.nb").write_bytes(notebook(IMPORTS, "show(w)"))
    assert findings() == []
    mapped = Options(Confidence.LIKELY, extensions=(("nb", Language.NOTEBOOK),))
    assert places(findings(mapped)) == [("helper.py", 2, "DTL101")], "missed alarm at line 2"


def test_steps_of_traces_are_in_cells_whatever_the_ending(root: Path) -> None:
    (root / "book.nb").write_bytes(notebook(IMPORTS, "show(w)"))
    arguments = ["check", "--no-cache", "--extension", "nb:ipynb"]
    output = CliRunner().invoke(command, arguments).output
    assert "book.nb:cell 3:1: `show` is called here" in output


def test_a_notebook_cannot_be_imported(root: Path) -> None:
    (root / "book.ipynb").write_bytes(notebook(IMPORTS, "def give():\n    return w"))
    (root / "main.py").write_text("from book import give\nfrom helper import show\nshow(give())\n")
    assert findings() == [], "false alarm"


def test_what_is_not_asked_for_is_not_read(root: Path) -> None:
    (root / "book.ipynb").write_bytes(notebook(IMPORTS, "show(w)"))
    (result,) = check_paths(["helper.py"], KNOWN)
    assert result.findings == ()


def test_a_helper_is_fixed_for_a_notebook(root: Path) -> None:
    (root / "book.ipynb").write_bytes(notebook(IMPORTS, "show(w)", "w.numpy()"))
    applied = [finding for each in fix_paths(["."], KNOWN) for finding in each.applied]
    assert [each.filename for each in applied] == ["book.ipynb", "helper.py"]
    assert findings() == []
    assert ".detach()" in (root / "helper.py").read_text()


def test_a_notebook_that_changes_changes_what_is_said_of_modules(root: Path) -> None:
    store, book = Store(root / ".cache"), root / "book.ipynb"
    tree(root, {f"other{n}.py": "import torch\ntorch.ones(1).numpy()\n" for n in range(3)})

    def cached() -> list[tuple[str, int, str]]:
        results = list(check_paths(["."], KNOWN, store=store))
        kept = places([finding for each in results for finding in each.findings])
        assert kept == places(findings())
        return kept

    for cell, expected in [
        ("show(w)", 1),
        (GUARDED, 0),
        ("show(w)\nw.numpy()", 2),
        ("w.numpy(", 1),
    ]:
        book.write_bytes(notebook(IMPORTS, cell))
        assert (len(cached()), len(cached())) == (expected, expected)
    book.unlink()
    assert cached() == []


def test_what_it_cannot_see_is_named_by_cells(root: Path) -> None:
    (root / "book.ipynb").write_bytes(notebook(f"{IMPORTS}\nimport unknown", "show(w)"))
    (root / "other.ipynb").write_text("{}")
    lines = CliRunner().invoke(command, ["debug", "stats"]).output.splitlines()
    assert lines[:3] == ["files: 3", "  with a crossing: 1", "  that may lead to one: 1"]
    assert "  unknown: book.ipynb:cell 2:4" in lines


@pytest.mark.skipif(sys.platform != "linux", reason="starts processes by forking")
@pytest.mark.parametrize("threads", [1, 2])
def test_other_processes_read_notebooks(
    root: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.setattr(sharing, "SMALL", 1)
    monkeypatch.setattr(threading, "active_count", lambda: threads)
    for folder in "ab":
        tree(root, {f"{folder}/helper.py": HELPER})
        (root / folder / "book.ipynb").write_bytes(notebook(IMPORTS, "show(w)"))
    alone = places(findings())
    assert ("b/helper.py", 2, "DTL101") in alone, "missed alarm at line 2"
    assert places(findings(jobs=2)) == alone

"""Suppression comments on the command line: honoured, counted, written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cli_runs import run

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"


def test_silenced_findings_are_neither_shown_nor_fixed(project: Path) -> None:
    silenced = CROSSING.rstrip() + "  # noqa: DTL101\n"
    Path("a.py").write_text(silenced)
    assert run("check").stdout == "All checks passed!\n"
    assert run("fix").exit_code == 0
    assert Path("a.py").read_text() == silenced


def test_a_file_can_be_skipped_even_if_it_is_no_python(project: Path) -> None:
    Path("a.py").write_text("# detachlint: skip-file\n" + CROSSING)
    Path("b.py").write_text("# detachlint: skip-file\nprint 'x', y.numpy()\n")
    assert run("check", "a.py", "b.py").stdout == "All checks passed!\n"


def test_unused_suppressions_are_found_in_files_without_crossings(project: Path) -> None:
    Path("a.py").write_text("x = 1  # noqa: DTL101\n")
    Path("b.py").write_text("x = 1  # detachlint: ignore\n")
    Path("c.py").write_text("x = 1  # noqa\ny = 2  # noqa: E501\n")
    assert "Found 2 findings (2 fixable" in run("check").stdout
    assert run("fix").exit_code == 1
    assert [Path(name).read_text() for name in ("a.py", "b.py")] == ["x = 1\n", "x = 1\n"]


def test_fixing_a_silenced_line_s_neighbour_keeps_the_comment(project: Path) -> None:
    text = CROSSING + "b = model(torch.ones(2)).numpy()  # noqa: DTL101\n"
    Path("a.py").write_text(text)
    run("fix")
    assert Path("a.py").read_text() == text.replace(".numpy()\nb", ".detach().numpy()\nb")


# --- --add-noqa ------------------------------------------------------------------------------


def test_all_findings_are_silenced(project: Path) -> None:
    Path("a.py").write_text(CROSSING * 2)
    Path("b.py").write_text(CROSSING)
    result = run("check", "--add-noqa")
    assert (result.exit_code, result.output) == (0, "Silenced 3 findings.\n")
    assert Path("b.py").read_text() == CROSSING.rstrip() + "  # noqa: DTL101\n"
    assert run("check").stdout == "All checks passed!\n"
    again = run("check", "--add-noqa")
    assert again.output == "Silenced 0 findings.\n"


def test_other_linters_see_the_comments(project: Path) -> None:
    Path("a.py").write_text(CROSSING)
    run("check", "--add-noqa")
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select", "DTL", "a.py"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_diff_of_the_comments_is_shown(project: Path) -> None:
    Path("a.py").write_text(CROSSING)
    result = run("check", "--add-noqa", "--diff")
    assert "+a = model(torch.ones(2)).numpy()  # noqa: DTL101" in result.stdout
    assert result.stderr == "detachlint: would silence 1 finding\n"
    assert Path("a.py").read_text() == CROSSING


def test_what_is_wrong_is_one_line(project: Path) -> None:
    assert run("check", "--add-noqa", "nope.py").exit_code == 2
    result = run("check", "--add-noqa", "-")
    assert result.exit_code == 2
    assert result.stderr == "detachlint: --add-noqa works on files, not on standard input\n"

"""Where reports go and how much is said: formats, files, statistics, `-q` and `-v`."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path
from typing import get_args

import pytest
from cli_runs import run
from click.testing import CliRunner

from detachlint.cli.main import command
from detachlint.config.values import FIX_STYLES
from detachlint.fix import FixStyle
from detachlint.report import format_names
from detachlint.rules.codes import all_codes

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"
BROKEN = "import torch\nx.numpy(\n"


@pytest.fixture
def project(project: Path) -> Path:
    (project / "a.py").write_text(CROSSING)
    (project / "b.py").write_text(CROSSING + CROSSING)
    (project / "broken.py").write_text(BROKEN)
    (project / "none.py").write_text("import torch\n")
    return project


@pytest.mark.parametrize("name", format_names())
def test_every_format_can_be_asked_for(project: Path, name: str) -> None:
    result = run("check", "--output-format", name)
    assert (result.exit_code, result.stderr) == (1, "")
    assert "DTL101" in result.stdout
    assert result.stdout.endswith("\n")


# --- statistics ------------------------------------------------------------------------------


def test_statistics_count_findings_by_rule(project: Path) -> None:
    result = run("check", "--statistics")
    assert result.exit_code == 1
    assert result.stdout == (
        "3  DTL101  [*]  numpy-on-grad-tensor\n"
        "1  DTL900  [ ]  unreadable-file\n"
        "Found 4 findings (3 fixable with `detachlint fix`).\n"
    )


def test_statistics_are_there_for_programs(project: Path) -> None:
    rows = json.loads(run("check", "--statistics", "--output-format", "json").stdout)
    assert rows[0] == {"code": "DTL101", "name": "numpy-on-grad-tensor", "count": 3, "fixable": 3}
    lines = run("check", "--statistics", "--output-format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == rows


def test_statistics_of_nothing_are_the_summary(project: Path) -> None:
    assert run("check", "--statistics", "none.py").stdout == "All checks passed!\n"


def test_a_format_without_statistics_says_so(project: Path) -> None:
    result = run("check", "--statistics", "--output-format", "sarif")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the format sarif has no statistics" in result.stderr


# --- files -----------------------------------------------------------------------------------


def test_a_report_goes_to_a_file(project: Path) -> None:
    shown = run("check", "--output-format", "sarif").stdout
    result = run("check", "--output-format", "sarif", "--output-file", "out.sarif")
    assert (result.exit_code, result.output) == (1, "")
    assert (project / "out.sarif").read_text() == shown
    assert not list(project.glob(".detachlint-*"))


def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(project: Path) -> None:
    mask = os.umask(0o027)
    try:
        run("check", "-o", "new.txt")
        assert stat.S_IMODE((project / "new.txt").stat().st_mode) == 0o640
        (project / "new.txt").chmod(0o600)
        run("check", "-o", "new.txt", "--statistics")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((project / "new.txt").stat().st_mode) == 0o600
    assert (project / "new.txt").read_text().startswith("3  DTL101")


def test_files_have_no_colours(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run("check", "-o", "out.txt")
    assert "\x1b" not in (project / "out.txt").read_text()


def test_names_that_are_no_text_are_written(project: Path) -> None:
    (project / "a.py").rename(os.fsdecode(b"\xff.py"))
    for name in format_names():
        assert run("check", "-o", "out", "--output-format", name).exit_code == 1
        assert b"DTL101" in (project / "out").read_bytes()


def test_a_report_can_go_to_a_pipe(project: Path) -> None:
    os.mkfifo("pipe")
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(Path("pipe").read_text()))
    reader.start()
    run("check", "--statistics", "-o", "pipe")
    reader.join(timeout=60)
    assert received[0].startswith("3  DTL101")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no/such/out", "No such file or directory"),
        ("directory", "Is a directory"),
        ("a.py/out", "Not a directory"),
        ("", "No such file or directory"),
    ],
)
def test_a_bad_output_file_is_one_line_before_any_work(
    project: Path, name: str, reason: str
) -> None:
    (project / "directory").mkdir()
    result = run("fix", "--output-file", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"detachlint: cannot write {name or repr(name)}: {reason}\n"
    assert (project / "a.py").read_text() == CROSSING


def test_a_protected_output_file_is_left_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the superuser, whom no mode keeps from writing, the tests need another way to be refused.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    (project / "out").write_text("old")
    result = run("check", "-o", "out")
    assert result.exit_code == 2
    assert result.stderr == "detachlint: cannot write out: Permission denied\n"
    assert (project / "out").read_text() == "old"


def test_a_full_disk_leaves_the_old_report(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (project / "out").write_text("old")
    for name in ("out", "new"):
        result = run("check", "-o", name)
        assert result.exit_code == 2
        assert result.stderr == f"detachlint: cannot write {name}: No space left on device\n"
    assert (project / "out").read_text() == "old"
    assert sorted(path.name for path in project.iterdir() if path.suffix != ".py") == ["out"]


# --- more and less ---------------------------------------------------------------------------


def test_quiet_shows_findings_alone(project: Path) -> None:
    loud = run("check", "a.py").stdout
    quiet = run("check", "-q", "a.py")
    assert quiet.stdout + "Found 1 finding (1 fixable with `detachlint fix`).\n" == loud
    assert run("check", "-q", "none.py").output == ""
    (project / "empty").mkdir()
    assert run("check", "-q", "empty").output == ""
    assert run("fix", "--diff", "-q", "a.py").stderr == ""


def test_quiet_hides_no_error(project: Path) -> None:
    assert "nope.py: No such file" in run("check", "-q", "nope.py").stderr


def test_verbose_says_what_came_of_each_file(project: Path) -> None:
    assert run("check", "-v", "nope.py", ".").stderr.splitlines() == [
        "detachlint: nope.py: No such file or directory",
        "detachlint: a.py: 1 finding",
        "detachlint: b.py: 2 findings",
        "detachlint: broken.py: 1 finding",
        "detachlint: none.py: holds no crossing",
    ]
    assert "detachlint: a.py: 0 findings, 1 fixed\n" in run("fix", "-v").stderr


def test_quiet_and_verbose_exclude_each_other(project: Path) -> None:
    assert run("check", "-q", "-v").exit_code == 2


# --- completion ------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    # Click asks bash for its version; what stands here is what a machine without bash must do too.
    monkeypatch.setattr(
        "click.shell_completion.BashComplete._check_version", lambda self=None: None
    )
    monkeypatch.setenv("_DETACHLINT_COMPLETE", f"{shell}_source")
    script = CliRunner().invoke(command, prog_name="detachlint").stdout
    assert "_DETACHLINT_COMPLETE" in script
    monkeypatch.setenv("_DETACHLINT_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", "detachlint check --output-format sa")
    monkeypatch.setenv("COMP_CWORD", "sa" if shell == "fish" else "3")
    assert "sarif" in CliRunner().invoke(command, prog_name="detachlint").stdout


def offered(monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """What bash offers for the last word of a line."""
    monkeypatch.setenv("_DETACHLINT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    lines = CliRunner().invoke(command, prog_name="detachlint").stdout.splitlines()
    return [each.partition(",")[2] for each in lines if each]


def test_codes_are_completed_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    known = sorted(all_codes())
    assert offered(monkeypatch, "detachlint check --select DTL") == known
    assert offered(monkeypatch, "detachlint check --ignore AL") == ["ALL"]
    assert offered(monkeypatch, "detachlint rule dtl101") == ["DTL101"]
    rest = [f"DTL101,{code}" for code in known if code != "DTL101"]
    assert offered(monkeypatch, "detachlint check --select DTL101,DTL") == rest


def test_the_words_of_fix_styles_are_those_that_fixes_know() -> None:
    assert get_args(FixStyle) == FIX_STYLES


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("--min-confidence l", ["likely"]),
        ("--min-confidence c", ["certain"]),
        ("--fix-style f", ["force"]),
        ("--fix-style x", []),
    ],
)
def test_words_are_completed(monkeypatch: pytest.MonkeyPatch, typed: str, words: list[str]) -> None:
    assert offered(monkeypatch, f"detachlint check {typed}") == words

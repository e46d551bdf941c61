"""`detachlint check` and `detachlint fix`, by their output and exit codes."""

from __future__ import annotations

import errno
import json
import subprocess
from pathlib import Path

import pytest
from cli_runs import run

import detachlint.project.lowered

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"
FIXED = CROSSING.replace(".numpy()", ".detach().numpy()")
CLEAN = "import torch\nx = torch.ones(2).numpy()\n"
BROKEN = "import torch\nx.numpy(\n"


# --- check -----------------------------------------------------------------------------------


def test_clean_files_pass(project: Path) -> None:
    (project / "a.py").write_text(CLEAN)
    result = run("check", ".")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "All checks passed!\n", "")


def test_the_current_directory_is_the_default(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    assert run("check").stdout == run("check", ".").stdout != "All checks passed!\n"


def test_findings_are_shown_and_nothing_is_written(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    result = run("check", "a.py")
    assert result.exit_code == 1
    assert " --> a.py:4:5 (" in result.stdout
    assert "4 | a = model(torch.ones(2)).numpy()\n  |     ^^^^" in result.stdout
    assert "requires grad because\n  a.py:" in result.stdout
    assert "\nFound 1 finding (1 fixable with `detachlint fix`).\n" in result.stdout
    assert (project / "a.py").read_text() == CROSSING


def test_findings_come_in_the_order_of_file_names(project: Path) -> None:
    for name in ("b.py", "a.py", "c.py"):
        (project / name).write_text(CROSSING)
    lines = run("check", "--output-format", "concise", "c.py", ".").stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["a.py", "b.py", "c.py"]


def test_json_is_all_there_is_on_standard_output(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    result = run("check", "--output-format", "json", ".", "nope.py")
    [finding] = json.loads(result.stdout)
    assert (finding["code"], finding["filename"]) == ("DTL101", "a.py")
    assert finding["location"] == {"row": 4, "column": 5}
    assert result.exit_code == 2


def test_paths_that_do_not_exist_are_one_line_and_the_rest_is_checked(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    result = run("check", "nope.py", "a.py", "--output-format", "concise")
    assert result.exit_code == 2
    assert result.stderr == "detachlint: nope.py: No such file or directory\n"
    assert "a.py:4:5: DTL101" in result.stdout


def test_complaints_cannot_control_the_terminal(project: Path) -> None:
    result = run("check", "a\x1b[2J\nb.py")
    assert result.stderr == "detachlint: a\\x1b[2J\\nb.py: No such file or directory\n"


def test_what_is_no_python_is_a_finding_with_its_line(project: Path) -> None:
    (project / "broken.py").write_text(BROKEN)
    (project / "bytes.py").write_bytes(b"import torch\n\nx.numpy()  # \xff\n")
    (project / "nul.py").write_bytes(b"\nx\0")
    (project / "two.py").write_text("import torch\nprint 'x', x.numpy()\n")
    result = run("check", "--output-format", "concise")
    assert result.exit_code == 1
    places = [line.split(" ")[:2] for line in result.stdout.splitlines()]
    assert places[:4] == [
        ["broken.py:2:8:", "DTL900"],
        ["bytes.py:3:14:", "DTL900"],
        ["nul.py:2:2:", "DTL900"],
        ["two.py:2:1:", "DTL900"],
    ]


def test_an_internal_error_is_one_line_and_the_rest_is_checked(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower_module = detachlint.project.lowered.lower_module

    def crash(tree: object, filename: str, file: str) -> object:
        if filename == "bad.py":
            raise ZeroDivisionError("division by zero")
        return lower_module(tree, filename, file)  # type: ignore[arg-type]

    monkeypatch.setattr(detachlint.project.lowered, "lower_module", crash)
    for name in ("bad.py", "good.py"):
        (project / name).write_text(CROSSING)
    result = run("check", "--output-format", "concise")
    assert result.exit_code == 2
    assert result.stderr.startswith("detachlint: internal error in bad.py: ZeroDivisionError: ")
    assert result.stderr.count("\n") == 1
    assert "good.py:4:5: DTL101" in result.stdout


def test_exit_zero_hides_findings_but_not_failures(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    assert run("check", "--exit-zero").exit_code == 0
    assert run("check", "--exit-zero", "nope.py").exit_code == 2


def test_no_python_files_is_said(project: Path) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.stderr == "detachlint: no Python files found under the given paths\n"


def test_confidence_can_be_chosen(project: Path) -> None:
    (project / "a.py").write_text("import torch\ndef f(x: torch.Tensor):\n    return x.numpy()\n")
    assert run("check").exit_code == 0
    result = run("check", "--min-confidence", "possible")
    assert result.exit_code == 1
    assert "(possible)" in result.stdout


@pytest.mark.parametrize(
    "arguments", [("--output-format", "xml"), ("--no-such-option",), ("--fix-style", "data")]
)
def test_wrong_usage_is_exit_code_two(project: Path, arguments: tuple[str, ...]) -> None:
    result = run("check", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


# --- fix -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("fix",), ("check", "--fix")])
def test_fixing_repairs_and_a_second_run_is_clean(project: Path, arguments: tuple[str]) -> None:
    (project / "a.py").write_text(CROSSING)
    result = run(*arguments, "a.py")
    assert (result.exit_code, result.stdout) == (1, "Found 1 finding (1 fixed, 0 remaining).\n")
    assert (project / "a.py").read_text() == FIXED
    again = run(*arguments, "a.py")
    assert (again.exit_code, again.stdout) == (0, "All checks passed!\n")


def test_what_cannot_be_fixed_is_shown(project: Path) -> None:
    (project / "broken.py").write_text(BROKEN)
    result = run("fix", "--output-format", "concise")
    assert result.exit_code == 1
    assert "broken.py:2:8: DTL900" in result.stdout
    assert (project / "broken.py").read_text() == BROKEN


def test_fixed_findings_leave_those_that_remain_where_they_now_are(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    (project / "broken.py").write_text(BROKEN)
    result = run("fix", ".")
    assert "Found 2 findings (1 fixed, 1 remaining)." in result.stdout
    assert (project / "a.py").read_text() == FIXED


def test_what_is_found_in_a_file_that_cannot_be_written_remains(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.py", "b.py"):
        (project / name).write_text(CROSSING)

    def replace_file(path: Path, content: bytes) -> None:
        if path.name == "b.py":
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr("detachlint.fix.replace_file", replace_file)
    result = run("fix", "--output-format", "concise")
    assert result.exit_code == 2
    assert result.stderr == "detachlint: b.py: not fixed: No space left on device\n"
    assert result.stdout.startswith("b.py:4:5: DTL101 [*] ")
    assert "\nFound 2 findings (1 fixed, 1 remaining, 1 fixable " in result.stdout
    assert (project / "a.py").read_text() == FIXED
    assert (project / "b.py").read_text() == CROSSING


def test_the_style_can_be_force(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    run("fix", "--fix-style", "force")
    assert (project / "a.py").read_text() == CROSSING.replace("numpy()", "numpy(force=True)")


def test_exit_zero_holds_for_fixing_too(project: Path) -> None:
    (project / "a.py").write_text(CROSSING)
    assert run("fix", "--exit-zero").exit_code == 0
    assert (project / "a.py").read_text() == FIXED


# --- diff ------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("fix", "--diff"), ("check", "--diff")])
def test_a_diff_is_shown_and_nothing_is_written(project: Path, arguments: tuple[str]) -> None:
    (project / "a.py").write_text(CROSSING)
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (1, "detachlint: would fix 1 finding\n")
    assert result.stdout.splitlines() == [
        "--- a.py",
        "+++ a.py",
        "@@ -1,4 +1,4 @@",
        " import torch",
        " ",
        " model = torch.nn.Linear(2, 2)",
        "-a = model(torch.ones(2)).numpy()",
        "+a = model(torch.ones(2)).detach().numpy()",
    ]
    assert (project / "a.py").read_text() == CROSSING


def test_a_diff_of_nothing_is_clean_unless_something_is_left(project: Path) -> None:
    (project / "a.py").write_text(CLEAN)
    clean = run("check", "--diff")
    assert (clean.exit_code, clean.output) == (0, "")
    (project / "b.py").write_text(BROKEN)
    left = run("check", "--diff")
    assert (left.exit_code, left.stdout) == (1, "")
    assert left.stderr == "detachlint: 1 finding, none of which can be fixed\n"


@pytest.mark.parametrize(
    "content",
    [
        CROSSING.encode(),
        CROSSING.rstrip("\n").encode(),
        CROSSING.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + CROSSING.encode(),
        b"\xef\xbb\xbf" + CROSSING.replace("\n\n", "; ").replace("\n", "; ").encode() + b"0",
        b"# coding: latin-1\n# \xe9\n" + CROSSING.encode() + b"# \xe9",
        CROSSING.replace("\n\n", "\n# \x0c\u2028\x85\n").encode(),
    ],
)
def test_git_can_apply_the_diff(project: Path, content: bytes) -> None:
    (project / "a.py").write_bytes(content)
    diff = run("check", "--diff").stdout_bytes
    subprocess.run(["git", "apply", "-p0", "--unidiff-zero"], input=diff, check=True)
    assert (project / "a.py").read_bytes() == content.replace(b".numpy()", b".detach().numpy()")


# --- standard input --------------------------------------------------------------------------


def test_standard_input_is_checked_under_its_name(project: Path) -> None:
    result = run("check", "-", "--stdin-filename", "pkg/a.py", given=CROSSING)
    assert result.exit_code == 1
    assert " --> pkg/a.py:4:5 (" in result.stdout
    assert run("check", "-", given=CLEAN).stdout == "All checks passed!\n"


def test_fixed_standard_input_goes_to_standard_output(project: Path) -> None:
    result = run("fix", "-", given=CROSSING.replace("\n", "\r\n").encode())
    assert result.exit_code == 1
    assert result.stdout_bytes == FIXED.replace("\n", "\r\n").encode()
    assert result.stderr == "Found 1 finding (1 fixed, 0 remaining).\n"


@pytest.mark.parametrize(
    "given", [CLEAN.encode(), BROKEN.encode(), b"", b"\xff\xfe\0", b"x = '\xe9'"]
)
def test_standard_input_that_is_not_fixed_comes_out_as_it_went_in(
    project: Path, given: bytes
) -> None:
    result = run("fix", "-", given=given)
    assert result.stdout_bytes == given
    assert result.exit_code == (0 if given in (b"", CLEAN.encode()) else 1)


def test_diff_of_standard_input(project: Path) -> None:
    result = run("check", "-", "--diff", "--stdin-filename", "a.py", given=CROSSING)
    assert result.exit_code == 1
    assert result.stdout.startswith("--- a.py\n+++ a.py\n@@")


def test_standard_input_stands_alone(project: Path) -> None:
    result = run("check", "-", "a.py")
    assert result.exit_code == 2
    assert "cannot be combined" in result.stderr

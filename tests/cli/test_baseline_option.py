"""`--baseline` and `--write-baseline`."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from cli_runs import run
from sample_notebooks import notebook

HEAD = "import torch\nmodel = torch.nn.Linear(2, 2)\n"
CROSSING = "a = model(torch.ones(2)).numpy()\n"


@pytest.fixture
def project(project: Path) -> Path:
    Path("a.py").write_text(HEAD + CROSSING)
    return project


def check(*arguments: str) -> list[str]:
    result = run("check", "--output-format", "concise", "--baseline", "b.json", *arguments)
    return [*result.stderr.splitlines(), *result.stdout.splitlines()]


PASSED = ["All checks passed!"]


def test_what_is_known_is_not_reported(project: Path) -> None:
    result = run("check", "--write-baseline", "b.json")
    assert (result.exit_code, result.output) == (0, "Wrote 1 finding to b.json.\n")
    assert check() == PASSED
    assert run("check").exit_code == 1


def test_lines_may_move(project: Path) -> None:
    run("check", "--write-baseline", "b.json")
    Path("a.py").write_text("\n\n" + HEAD + "if model:\n    " + CROSSING.replace(" = ", "  =  "))
    assert check() == PASSED


def test_what_is_new_is_reported(project: Path) -> None:
    run("check", "--write-baseline", "b.json")
    Path("b.py").write_text(HEAD + CROSSING)
    Path("a.py").write_text(HEAD + CROSSING + CROSSING + CROSSING.replace("a", "b", 1))
    shown = check()
    assert [line.split(":")[:2] for line in shown[:-1]] == [
        ["a.py", "4"],
        ["a.py", "5"],
        ["b.py", "3"],
    ]


def test_the_blocks_of_a_document_share_what_is_known(project: Path) -> None:
    block = "- item\n" + textwrap.indent(f"```python\n{HEAD}{CROSSING}```\n", "  ")
    Path("guide.md").write_text(block * 2)
    run("check", "--write-baseline", "b.json", "guide.md")
    assert check("guide.md") == PASSED
    Path("guide.md").write_text(block * 3)
    [line, _] = check("guide.md")
    assert line.startswith("guide.md:17:7: DTL101")
    run("fix", "--baseline", "b.json", "guide.md")
    fixed = block.replace(".numpy()", ".detach().numpy()")
    assert Path("guide.md").read_text() == block * 2 + fixed


def test_cells_of_notebooks_are_known_whether_they_can_be_read_or_not(project: Path) -> None:
    Path("n.ipynb").write_bytes(notebook(HEAD, CROSSING, "b = ("))
    run("check", "--write-baseline", "b.json", "n.ipynb")
    assert check("n.ipynb") == PASSED
    Path("n.ipynb").write_bytes(notebook("import os", HEAD, "b = (", CROSSING, "c = ("))
    [line, _] = check("n.ipynb")
    assert line.startswith("n.ipynb:cell 6:1:5: DTL900")


def test_what_is_known_is_not_fixed(project: Path) -> None:
    run("check", "--write-baseline", "b.json")
    text = HEAD + CROSSING + CROSSING.replace("a", "b", 1)
    Path("a.py").write_text(text)
    run("fix", "--baseline", "b.json")
    assert (
        Path("a.py").read_text() == HEAD + CROSSING + "b = model(torch.ones(2)).detach().numpy()\n"
    )
    assert check() == PASSED


def test_what_is_gone_is_said(project: Path) -> None:
    Path("b.py").write_text(HEAD + CROSSING)
    run("check", "--write-baseline", "b.json")
    Path("a.py").write_text(HEAD)
    Path("b.py").unlink()
    result = run("check", "--baseline", "b.json")
    assert (result.exit_code, result.stdout) == (0, "All checks passed!\n")
    assert result.stderr == (
        "detachlint: b.json: 2 findings are no longer there (DTL101 in a.py, DTL101 in b.py); "
        "`--write-baseline b.json` takes such entries out\n"
    )
    assert check("--ignore", "DTL101") == PASSED
    run("check", "--write-baseline", "b.json")
    assert check() == PASSED


def test_files_that_are_not_checked_are_not_judged(project: Path) -> None:
    Path("b.py").write_text(HEAD + CROSSING)
    run("check", "--write-baseline", "b.json")
    Path("a.py").write_text(HEAD)
    assert check("b.py") == PASSED
    assert "1 finding is no longer there (DTL101 in a.py)" in check("a.py")[0]


def test_a_baseline_is_the_same_from_everywhere(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("sub").mkdir()
    Path("a.py").rename("sub/a.py")
    run("check", "--write-baseline", "b.json")
    text = Path("b.json").read_text()
    monkeypatch.chdir(project / "sub")
    assert run("check", "--write-baseline", "../b.json", "a.py").exit_code == 0
    assert Path("../b.json").read_text() == text
    assert run("check", "--baseline", "../b.json").exit_code == 0


def test_a_baseline_can_be_configured(project: Path) -> None:
    Path("pyproject.toml").write_text("[tool.detachlint]\nbaseline = 'known/b.json'\n")
    missing = run("check")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert missing.stderr == (
        "detachlint: pyproject.toml: baseline: known/b.json: No such file or directory\n"
    )
    Path("known").mkdir()
    assert run("check", "--write-baseline", "known/b.json").exit_code == 0
    assert run("check").exit_code == 0
    assert 'baseline = "known/b.json"' in run("check", "--show-settings").stdout


def test_writing_disregards_the_baseline_that_is_there(project: Path) -> None:
    run("check", "--write-baseline", "b.json")
    text = Path("b.json").read_text()
    run("check", "--baseline", "b.json", "--write-baseline", "b.json")
    assert Path("b.json").read_text() == text


def test_standard_input_has_the_baseline_of_its_name(project: Path) -> None:
    run("check", "--write-baseline", "b.json")
    asked = ("check", "--baseline", "b.json", "-", "--stdin-filename")
    assert run(*asked, "a.py", given=HEAD + CROSSING).exit_code == 0
    assert run(*asked, "b.py", given=HEAD + CROSSING).exit_code == 1


def test_what_is_wrong_is_one_line(project: Path) -> None:
    Path("bad.json").write_text("[")
    for arguments, wrong in [
        (["--baseline", "bad.json"], "--baseline: bad.json: is no baseline: "),
        (["--baseline", "no.json"], "--baseline: no.json: No such file or directory"),
        (["--write-baseline", "no/b.json"], "no/b.json: No such file or directory"),
        (["--write-baseline", "b.json", "-"], "--write-baseline works on files"),
    ]:
        result = run("check", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"detachlint: {wrong}")
        assert result.stderr.count("\n") == 1

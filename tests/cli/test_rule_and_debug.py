"""`detachlint rule` and `detachlint debug`."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runs import run
from sample_notebooks import CROSSING, notebook

from detachlint.rules.registry import all_rules


@pytest.mark.parametrize("name", ["DTL101", "dtl101", "numpy-on-grad-tensor"])
def test_the_page_of_a_rule_is_printed(name: str) -> None:
    [page] = [rule.page for rule in all_rules() if rule.code == "DTL101"]
    result = run("rule", name)
    assert (result.exit_code, result.stdout) == (0, page.rstrip("\n") + "\n")


def test_all_rules_are_listed() -> None:
    result = run("rule", "--all")
    assert result.exit_code == 0
    listed = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    assert listed == [[rule.code, rule.name, rule.summary] for rule in all_rules()]
    assert {"DTL101", "DTL900"} <= {code for code, _, _ in listed}


@pytest.mark.parametrize("arguments", [("DTL999",), (), ("DTL101", "--all")])
def test_rules_that_do_not_exist_are_failures(arguments: tuple[str, ...]) -> None:
    result = run("rule", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "rule" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("stage", ["ir", "facts"])
def test_stages_are_printed(tmp_path: Path, stage: str) -> None:
    file = tmp_path / "a.py"
    file.write_text("import torch\nweight = torch.ones(2, requires_grad=True)\nweight.numpy()\n")
    result = run("debug", stage, str(file))
    assert result.exit_code == 0
    assert "numpy" in result.stdout


@pytest.mark.parametrize("stage", ["ir", "facts"])
def test_stages_of_notebooks_and_documents_are_printed(tmp_path: Path, stage: str) -> None:
    book, guide = tmp_path / "a.ipynb", tmp_path / "guide.md"
    book.write_bytes(notebook("%time 1", *CROSSING))
    block = "```python\n" + "\n".join(CROSSING) + "\n```\n"
    guide.write_text(f"{block}\n{block}")
    for file, times in [(book, 1), (guide, 2)]:
        result = run("debug", stage, str(file))
        assert result.exit_code == 0
        assert sum("numpy" in line for line in result.stdout.splitlines()) == times


@pytest.mark.parametrize("stage", ["ir", "facts"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "a.py: No such file"),
        (b"x = (\n", "a.py:1: "),
        (b"\n\xff", "a.py:2: byte 0xff"),
        (b"\nx" + b".y" * 2000, "a.py:2: nested too deeply"),
    ],
)
def test_files_that_cannot_be_read_are_one_line(
    tmp_path: Path, stage: str, content: bytes | None, words: str
) -> None:
    file = tmp_path / "a.py"
    if content is not None:
        file.write_bytes(content)
    result = run("debug", stage, str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1

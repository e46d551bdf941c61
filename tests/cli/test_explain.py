"""`detachlint explain`: what is believed at a place, reported or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_notebooks import notebook

from detachlint.cli.main import command

HELPER = "def to_numpy(x):\n    return x.numpy()\n"
MAIN = """\
import torch
from helper import to_numpy
weight = torch.ones(2, requires_grad=True)
with torch.no_grad():
    to_numpy(weight)
"""


@pytest.fixture
def project(project: Path) -> Path:
    (project / "helper.py").write_text(HELPER)
    (project / "main.py").write_text(MAIN)
    return project


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["explain", *arguments])


def test_silence_is_explained(project: Path) -> None:
    assert explain("helper.py:2").output == (
        "helper.py:2:12: `.numpy()`\n"
        "  not reported: grad mode is off each time\n"
        "  context 1: the module is run, main.py:5 calls `to_numpy`\n"
        "    the tensor requires grad: yes\n"
        "    grad mode is on: no\n"
        "    requires grad because:\n"
        "      main.py:3: `torch.ones(…, requires_grad=…)` makes a leaf that requires grad\n"
    )


def test_an_alarm_is_explained(project: Path) -> None:
    (project / "main.py").write_text(MAIN + "to_numpy(weight * 2)\n")
    output = explain("helper.py:2:12").output
    assert "reported: DTL101 (likely)" in output
    assert "context 2: the module is run, main.py:6 calls `to_numpy`" in output
    assert "refused because of its gradient: yes" in output


def test_the_configuration_counts(project: Path) -> None:
    (project / "main.py").write_text(
        MAIN.replace("    to_numpy(weight)", "    to_numpy(weight.all())")
    )
    (project / "helper.py").write_text(
        "from lib import as_array\ndef to_numpy(x):\n    as_array(x)\n"
    )
    assert "no crossing was seen here" in explain("helper.py:3").output
    facts = '[tool.detachlint.facts]\n"lib.as_array" = "torch.Tensor.numpy"\n'
    (project / "pyproject.toml").write_text(facts)
    assert "the module is run, main.py:5 calls `to_numpy`" in explain("helper.py:3").output
    assert "no crossing was seen here" in explain("helper.py:3", "--isolated").output
    excluded = explain("helper.py:3", "--exclude", "main.py").output
    assert "code out of sight calls `to_numpy`" in excluded


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("helper.py:2", "nowhere"), "nowhere: No such file or directory"),
        (("helper.py:2", ""), "'': No such file or directory"),
        (("helper.py:2", "--config", "x = 1"), "--config: x: there is no such key"),
        (("helper.py:2", "--min-confidence", "sure"), "--min-confidence: has to be 'certain'"),
    ],
)
def test_mistakes_are_one_line(project: Path, arguments: tuple[str, ...], words: str) -> None:
    result = explain(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"detachlint: {words}")
    assert result.stderr.count("\n") == 1


def test_a_function_that_nobody_calls(project: Path) -> None:
    output = explain("helper.py:2", "helper.py").output
    assert "code out of sight calls `to_numpy`\n    it is not known to be a tensor\n" in output
    assert "the tensor requires grad: unknown" in output
    assert "grad mode is on: yes by default, but code out of sight may change that" in output


def test_a_block_of_a_document_is_a_program(project: Path) -> None:
    (project / "guide.md").write_text(
        f"```python\n{MAIN}```\n```python\n{MAIN}weight.numpy()\n```\n"
    )
    (project / "book.ipynb").write_bytes(notebook("(", MAIN))
    assert explain("guide.md:14").output.startswith("guide.md:14:1: `.numpy()`\n  reported: DTL101")
    output = explain("helper.py:2").output
    for place in ("book.ipynb:cell 3:5", "main.py:5"):
        assert f": the module is run, {place} calls `to_numpy`" in output


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("helper.py", "write FILE:LINE"),
        ("missing.py:3", "missing.py: No such file"),
        ("broken.py:1", "broken.py:1: "),
        ("guide.md:1", "guide.md:1: is in no block of Python"),
        ("guide.md:9", "guide.md: there is no line 9, the last one is 5"),
        ("book.ipynb:1", "book.ipynb: name the cell as well, as in `book.ipynb:cell 1:1`"),
        ("book.ipynb:cell 9:1", "book.ipynb: there is no line 1 of Python in cell 9"),
        ("helper.py:cell 1:1", "helper.py: is no notebook"),
    ],
)
def test_bad_places_are_one_line_and_exit_code_2(project: Path, place: str, message: str) -> None:
    (project / "broken.py").write_text("def f(:\n")
    (project / "guide.md").write_text("# A\n```python\n1\n```\n")
    (project / "book.ipynb").write_bytes(notebook("1"))
    result = explain(place)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output

"""The recipes of README.md, followed to the letter in a copy of the package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from package_sources import PACKAGE
from readme_document import README, blocks

from detachlint.harness.observation import Verdict
from detachlint.harness.rule_page import parse_page
from detachlint.harness.runner import Runner

TEXT = README.read_text(encoding="utf-8")
CODE = "DTL199"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy, with what Python has compiled of it."""
    return shutil.copytree(PACKAGE, tmp_path / "detachlint")


def block(section: str, language: str, number: int = 0) -> str:
    """A fenced block of a section of the page."""
    text = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [block.text for block in blocks(text) if block.language == language][number]


def detachlint(package: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "detachlint", *arguments],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def reported(package: Path, program: str) -> set[tuple[str, int]]:
    (package.parent / "program.py").write_text(program)
    findings = json.loads(detachlint(package, "check", "--output-format=json", "program.py"))
    return {(finding["code"], finding["location"]["row"]) for finding in findings}


def test_a_rule_is_two_files(package: Path, runner: Runner) -> None:
    page = block("Adding a rule", "markdown")
    examples = parse_page(page)
    assert [len(example.marks) for example in examples] == [1, 0]
    assert reported(package, examples[0].text) == set()

    module = package / "rules" / f"{CODE}.py"
    assert not module.exists(), "the recipe needs another code"
    module.write_text(block("Adding a rule", "python"))
    module.with_suffix(".md").write_text(page)

    assert CODE in detachlint(package, "rule", "--all")
    assert detachlint(package, "rule", CODE) == page
    for example in examples:
        marked = {(mark.code, mark.line) for mark in example.marks}
        assert reported(package, example.text) == marked
        seen = runner.run(example.text)
        assert (seen.verdict, seen.error) == (Verdict.FINISHED, None)
        assert len(seen.crossings) == 1


def test_a_fact_is_one_line(package: Path) -> None:
    program = block("Adding a fact", "python")
    row = block("Adding a fact", "text")
    assert row.count("\n") == 1
    assert reported(package, program) == {("DTL101", 4)}
    with (package / "knowledge" / "torch" / "calls.tsv").open("a", encoding="utf-8") as table:
        table.write(row)
    assert reported(package, program) == set()


def test_a_report_format_is_one_file(package: Path) -> None:
    (package.parent / "program.py").write_text("x = (\n")
    module = package / "report" / "formats" / "paths.py"
    module.write_text(block("Adding a report format", "python"))
    assert detachlint(package, "check", "--output-format=paths", "program.py") == "program.py\n"

"""What README.md says is so: its commands are run, its outputs compared, its programs executed."""

from __future__ import annotations

import doctest
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from package_sources import ROOT, repository_files
from readme_document import (
    EXAMPLES,
    README,
    Block,
    blocks,
    refreshed,
    run_session,
    setup_commands,
)

from detachlint import api
from detachlint.harness.observation import Verdict
from detachlint.harness.runner import Runner
from detachlint.report import format_names

TEXT = README.read_text(encoding="utf-8")
BLOCKS = blocks(TEXT)
REWRITE = "run `python tests/meta/readme_document.py`"


def first_command(block: Block) -> str:
    return block.commands[0]


# --- sessions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.is_session], ids=first_command
)
def test_a_session_prints_what_the_page_shows(block: Block) -> None:
    assert run_session(block) == block.text, f"line {block.line}: {REWRITE}"


def test_the_page_shows_the_ways_to_use_it() -> None:
    commands = " ".join(command for block in BLOCKS for command in block.commands)
    for words in ("detachlint check", "detachlint fix --diff", "--fix-style force", "flake8"):
        assert words in commands


def test_the_page_names_every_format() -> None:
    assert [name for name in format_names() if f"`{name}`" not in TEXT] == []


def test_rewriting_replaces_outputs_and_rules() -> None:
    session = "a\n```console\n$ echo 1; echo 2 >&2\nold\n```\n"
    fresh = refreshed(f"{session}<!-- rules: begin -->\nold\n<!-- rules: end -->\n")
    assert "$ echo 1; echo 2 >&2\n1\n2\n```\n" in fresh
    assert "| DTL101 |" in fresh
    assert "old" not in fresh
    assert refreshed(fresh) == fresh


# --- programs ----------------------------------------------------------------------------------


def test_the_program_on_the_page_is_the_example() -> None:
    shown = [block.text for block in BLOCKS if block.language == "python"]
    assert shown[0] == (EXAMPLES / "embed.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_pytorch_raises_in_the_examples_where_the_page_says(path: Path, runner: Runner) -> None:
    text = path.read_text(encoding="utf-8")
    [finding] = api.check_source(text, path.name)
    seen = runner.run(text, filename=path.name)
    assert seen.verdict is Verdict.FINISHED
    assert seen.error is not None
    assert (seen.error.type, seen.error.line) == ("RuntimeError", finding.span.line)
    assert seen.error.message in TEXT


def test_the_fixed_example_runs(runner: Runner) -> None:
    fixed = api.fix_source((EXAMPLES / "embed.py").read_text(encoding="utf-8"), "embed.py").text
    seen = runner.run(fixed, filename="embed.py")
    assert (seen.verdict, seen.error) == (Verdict.FINISHED, None)
    assert float(seen.stdout) > 0


def test_the_python_session_runs() -> None:
    [text] = [block.text for block in BLOCKS if block.text.startswith(">>> ")]
    examples = doctest.DocTestParser().get_doctest(text, {}, "README.md", str(README), 0)
    result = doctest.DocTestRunner().run(examples)
    assert (result.failed, result.attempted) == (0, text.count(">>> "))


# --- set-up ------------------------------------------------------------------------------------


def test_there_are_two_set_up_commands() -> None:
    use, test = setup_commands(TEXT)
    assert use.startswith("python3 -m venv .venv && .venv/bin/pip install . &&")
    assert test.startswith("python3 -m venv .venv && .venv/bin/pip install -e '.[test]' &&")
    assert ".venv/bin/pytest" in test


@pytest.mark.slow
def test_the_first_command_installs_and_checks(tmp_path: Path) -> None:
    """Run in a copy of the repository; the second command is run by `.ci/run`."""
    for path in repository_files():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    command, _ = setup_commands(TEXT)
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [session] = [block for block in BLOCKS if block.commands == ["detachlint check embed.py"]]
    expected = session.text.partition("\n")[2].replace("embed.py:", "tests/examples/embed.py:")
    assert done.stdout.endswith(expected)


@pytest.mark.parametrize("extra", sorted(set(re.findall(r"\.\[(\w+)\]", TEXT))))
def test_extras_exist(extra: str) -> None:
    assert extra in importlib.metadata.metadata("detachlint").get_all("Provides-Extra", [])


# --- configurations ----------------------------------------------------------------------------


def test_the_pre_commit_configuration_is_valid(tmp_path: Path) -> None:
    [text] = [block.text for block in BLOCKS if block.language == "yaml"]
    hooks = re.findall(r"^- id: (\S+)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.M)
    assert set(re.findall(r"- id: (\S+)", text)) <= set(hooks)
    assert all(f"`{hook}`" in TEXT for hook in hooks)
    path = tmp_path / "config.yaml"
    path.write_text(text)
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", str(path)], check=True)


def test_the_problem_matcher_matches() -> None:
    [text] = [block.text for block in BLOCKS if block.language == "json"]
    [task] = json.loads(text)["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    command = " ".join([task["command"], *task["args"]]).replace("${file}", '"$PWD/embed.py"')
    output = run_session(Block("console", f"$ {command}\n", 0, 0)).splitlines()[1:]
    [match] = filter(None, (re.search(pattern["regexp"], line) for line in output))
    parts = {name: match[group] for name, group in pattern.items() if name != "regexp"}
    assert Path(parts["file"]).is_absolute() and Path(parts["file"]).name == "embed.py"
    assert (parts["line"], parts["column"], parts["code"]) == ("17", "12", "DTL101")
    assert parts["message"].endswith(
        "when called from line 29; the call from line 23 is under `no_grad`"
    )


# --- words -------------------------------------------------------------------------------------


def test_files_and_folders_it_names_exist() -> None:
    prose = re.sub(r"^(`{3,}).*?^\1$", "", TEXT, flags=re.S | re.M)
    named = set(re.findall(r"`((?:detachlint|tests|\.ci)/[\w./-]*)`", prose))
    assert {"tests/flow", "detachlint/rules/", ".ci/run"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_it_shows_the_layers_there_are() -> None:
    section = TEXT.partition("## How it works")[2].partition("\n## ")[0]
    packages = {path.parent.name for path in (ROOT / "detachlint").glob("*/__init__.py")}
    told = set(re.findall(r"`(\w+)`", section))
    assert packages - told == {"source", "cli", "report"}

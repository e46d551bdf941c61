"""flake8 with the project around each file: the verdicts of `detachlint check` over the whole."""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import detachlint.project.analysis
from detachlint.api import check_paths
from detachlint.config.configuration import Configuration
from detachlint.flake8_plugin import Plugin

PROJECTS = Path(__file__).parents[1] / "projects"
NAMES = (
    *("evaluate_three_callers", "word_vectors", "implicit_metrics", "subclass_registry"),
    *("package_reexports", "namespace_packages", "scripts_with_siblings", "grad_cam"),
    "implicit_helpers",
)

HELPER = "def to_numpy(x):\n    return x.numpy()\n"
CALLER = "import torch\nfrom helper import to_numpy\nto_numpy(torch.ones(2, requires_grad=True))\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    Plugin.parse_options(argparse.Namespace())


def told(paths: list[str]) -> None:
    """What flake8 says to the plugin for `--detachlint-project PATHS`."""
    Plugin.parse_options(argparse.Namespace(detachlint_project=paths))


def reports(name: str, text: str | None = None) -> list[tuple[str, int, int, str]]:
    """File, line, column and code of all reports about a file (with another text, if there is one)."""
    text = Path(name).read_text(encoding="utf-8") if text is None else text
    found = Plugin(ast.parse(text), name, text.splitlines(keepends=True)).run()
    return [(name, line, column + 1, message.split()[0]) for line, column, message, _ in found]


def checked(*paths: str) -> list[tuple[str, int, int, str]]:
    """The same, as `check` has it."""
    found = []
    for result in check_paths(paths, Configuration()):
        for finding in result.findings:
            assert result.source is not None
            start, _ = result.source.location(finding.span)
            found.append((result.filename, start.row, start.column, finding.code))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_verdicts_are_those_of_check(here: Path, name: str) -> None:
    shutil.copytree(PROJECTS / name, here, dirs_exist_ok=True)
    told(["."])
    files = sorted(here.rglob("*.py"), reverse=True)
    found = [report for file in files for report in reports(str(file.relative_to(here)))]
    assert sorted(found) == sorted(checked("."))


def test_a_caller_in_another_file_is_seen_and_named(here: Path) -> None:
    Path("helper.py").write_text(HELPER)
    Path("caller.py").write_text(CALLER)
    assert reports("helper.py") == []
    told(["."])
    [(line, column, message, _)] = Plugin(
        ast.parse(HELPER), "./helper.py", HELPER.splitlines(keepends=True)
    ).run()
    assert (line, column) == (2, 11)
    assert "(caller.py:3: `torch.ones(" in message


def test_a_text_that_is_not_on_disk_is_part_of_the_project(here: Path) -> None:
    Path("helper.py").write_text("def to_numpy(x):\n    return x.detach().numpy()\n")
    Path("caller.py").write_text(CALLER)
    told(["."])
    assert reports("helper.py") == []
    assert reports("helper.py", HELPER) == [("helper.py", 2, 12, "DTL101")]


def test_a_file_outside_of_the_project_may_import_it(here: Path) -> None:
    Path("src").mkdir()
    Path("src/model.py").write_text("import torch\nnet = torch.nn.Linear(2, 2)\n")
    Path("plot.py").write_text("from src.model import net\nnet.weight.numpy()\n")
    assert reports("plot.py") == []
    told(["src"])
    assert reports("plot.py") == [("plot.py", 2, 1, "DTL101")]


def test_line_ends_make_no_other_text(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("helper.py").write_bytes(HELPER.replace("\n", "\r\n").encode())
    Path("caller.py").write_text(CALLER)
    told(["."])

    def forbidden(*given: object) -> None:
        raise AssertionError("analysed as a text that is not on disk")

    analysis = detachlint.project.analysis.ProjectAnalysis
    monkeypatch.setattr(analysis, "with_text", forbidden)
    assert reports("helper.py", HELPER) == [("helper.py", 2, 12, "DTL101")]


def test_no_group_is_analysed_twice(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse, groups = detachlint.project.analysis.analyse_group, []

    def count(project: object, asked: object, group: object, own: object) -> object:
        groups.append(group)
        return analyse(project, asked, group, own)  # type: ignore[arg-type]

    monkeypatch.setattr(detachlint.project.analysis, "analyse_group", count)
    Path("helper.py").write_text(HELPER)
    Path("caller.py").write_text(CALLER + "to_numpy(3).numpy()\n")
    Path("apart.py").write_text("import torch\ntorch.ones(2).numpy()\n")
    told(["."])
    for name in ("caller.py", "helper.py"):
        reports(name)
    assert [len(group.files) for group in groups] == [2], "and what is apart, not at all"


def test_processes_share_what_they_find_in_the_cache(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETACHLINT_NO_CACHE", "0")
    monkeypatch.setenv("DETACHLINT_CACHE_DIR", str(tmp_path / "cache"))
    Path("helper.py").write_text(HELPER)
    Path("caller.py").write_text(CALLER)
    told(["."])
    first = reports("helper.py")
    assert list((tmp_path / "cache").rglob("facts-*"))

    def forbidden(*given: object) -> None:
        raise AssertionError("analysed anew")

    monkeypatch.setattr(detachlint.project.analysis, "analyse_group", forbidden)
    told(["."])
    assert reports("helper.py") == first != []


def test_facts_of_the_configuration_count_without_a_crossing_in_sight(here: Path) -> None:
    Path("pyproject.toml").write_text(
        '[tool.detachlint.facts]\n"lib.as_array" = "torch.Tensor.numpy"\n'
        '"lib.weights" = "requires-grad"\n'
    )
    Path("plot.py").write_text("from lib import as_array, weights\nprint(as_array(weights()))\n")
    Plugin.parse_options(argparse.Namespace())
    alone = reports("plot.py")
    told(["."])
    assert alone == reports("plot.py") == checked("plot.py") == [("plot.py", 2, 7, "DTL101")]


@pytest.mark.parametrize("option", ["", "detachlint-project = .\n", "detachlint-project = ./\n"])
def test_a_real_flake8_reads_the_option(here: Path, option: str) -> None:
    Path("helper.py").write_text(HELPER)
    Path("caller.py").write_text(CALLER)
    Path("setup.cfg").write_text(f"[flake8]\nselect = DTL\n{option}")
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "-j2", "."], capture_output=True, check=False, timeout=120
    )
    assert done.stderr == b""
    [*lines] = done.stdout.decode().splitlines()
    assert len(lines) == bool(option)
    assert all(line.startswith("./helper.py:2:12: DTL101 ") for line in lines)
    assert all(" (caller.py:3: `torch.ones(" in line for line in lines)

"""Facts about one file of many: no more is parsed than what hangs together with it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from trees import tree

from detachlint import api
from detachlint.interpret.facts import Facts
from detachlint.knowledge.own import OwnFacts
from detachlint.project import analysis as project_analysis
from detachlint.project import files as project_files
from detachlint.project.analysis import ProjectAnalysis
from detachlint.project.asked import Asked
from detachlint.project.group import Group, Unit
from detachlint.project.program import Project

NET = "import torch\nnet = torch.nn.Linear(2, 2)\n"
PROGRAMS = {
    "one/helper.py": "def to_numpy(x):\n    return x.numpy()\n",
    "one/main.py": NET + "from helper import to_numpy\nto_numpy(net(torch.ones(2)))\n",
    "two/helper.py": "def to_numpy(x):\n    return x.detach().numpy()\n",
    "two/main.py": NET + "from helper import to_numpy\nto_numpy(net(torch.ones(2)))\n",
    "two/silent.py": "import numpy as np\nimport main\ndef mean(xs):\n    return np.mean(xs)\n",
    "three/alone.py": NET + "net(torch.ones(2)).numpy()\n",
}


def seen(facts: Facts | None) -> list[tuple[int, str]]:
    assert facts is not None
    return [
        (span.line, visit.raises.usual.name)
        for span, visits in sorted(facts.crossings.items())
        for visit in visits
    ]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The files that are parsed from now on."""
    names: set[str] = set()
    lowered = project_files.ProjectFiles.lowered

    def noted(of: project_files.ProjectFiles, name: str) -> object:
        names.add(name)
        return lowered(of, name)

    monkeypatch.setattr(project_files.ProjectFiles, "lowered", noted)
    return names


def test_what_does_not_hang_together_with_it_is_not_parsed(root: Path, parsed: set[str]) -> None:
    tree(root, PROGRAMS)
    analysis = ProjectAnalysis(PROGRAMS)
    assert (2, "YES") in seen(analysis.facts_apart("one/helper.py"))
    assert parsed == {"one/helper.py", "one/main.py"}
    assert seen(analysis.facts_apart("three/alone.py")) == [(3, "YES")]
    assert parsed == {"one/helper.py", "one/main.py", "three/alone.py"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_facts_are_those_of_all_files_together(root: Path, name: str) -> None:
    tree(root, PROGRAMS)
    apart = ProjectAnalysis(PROGRAMS).facts_apart(name)
    assert seen(apart) == seen(ProjectAnalysis(PROGRAMS).facts(name))


def test_files_hang_together_by_others_that_nobody_named(root: Path) -> None:
    tree(root, PROGRAMS)
    (root / "one/between").mkdir()
    (root / "one/between/__init__.py").write_text("from helper import *\n")
    (root / "one/main.py").write_text(PROGRAMS["one/main.py"].replace("helper", "between"))
    analysis = ProjectAnalysis(PROGRAMS)
    assert (2, "YES") in seen(analysis.facts_apart("one/helper.py"))


def test_a_file_that_nobody_named_has_no_facts(root: Path) -> None:
    tree(root, PROGRAMS)
    assert ProjectAnalysis(PROGRAMS).facts_apart("four.py") is None


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The groups of files that are analysed from now on."""
    groups: list[tuple[str, ...]] = []
    analyse = project_analysis.analyse_group

    def noted(project: Project, asked: Asked, group: Group, own: OwnFacts) -> Unit:
        groups.append(group.files)
        return analyse(project, asked, group, own)

    monkeypatch.setattr(project_analysis, "analyse_group", noted)
    return groups


def test_a_file_that_is_fixed_costs_no_more_than_what_hangs_together_with_it(
    root: Path, analysed: list[tuple[str, ...]]
) -> None:
    names = [f"f{number}.py" for number in range(12)]
    tree(root, dict.fromkeys(names, NET + "net(torch.ones(2)).numpy()\n"))
    results = list(api.fix_paths(["."]))
    assert len([result for result in results if result.applied]) == len(names)
    assert Counter(analysed) == {(name,): 2 for name in names}


def test_so_does_a_notebook(root: Path, analysed: list[tuple[str, ...]]) -> None:
    cell = {"cell_type": "code", "source": "from f1 import net\nnet(1).numpy()\n", "metadata": {}}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    names = [f"f{number}.py" for number in range(5)]
    programs = dict.fromkeys(names, NET + "net(torch.ones(2)).numpy()\n")
    tree(root, {**programs, "n.ipynb": json.dumps(notebook)})
    results = list(api.check_paths(["."]))
    assert all(result.findings for result in results), "missed alarm"
    files = Counter(file for group in analysed for file in group)
    assert files == {**dict.fromkeys(names, 1), "f1.py": files["f1.py"], "n.ipynb": 1}
    assert files["f1.py"] <= 2

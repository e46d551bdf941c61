"""What comes from the cache is what would be found anew, whatever has happened to the files."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from changing_trees import CHANGES, files_in
from hypothesis import given, settings
from hypothesis import strategies as st

from detachlint.api import check_paths
from detachlint.cache import stamps
from detachlint.cache.store import Store
from detachlint.config.configuration import Configuration
from detachlint.config.options import Options
from detachlint.interpret.facts import Facts
from detachlint.knowledge.own import OwnFacts, parse_own_fact
from detachlint.outcome import run
from detachlint.outcome.program import Change, RunProgram
from detachlint.outcome.result import FileResult
from detachlint.project import analysis, files
from detachlint.project.files import ProjectFiles
from detachlint.project.group import Group
from detachlint.project.program import Project
from detachlint.project.units import Units
from detachlint.rules.finding import Confidence

PROJECTS = Path(__file__).parents[1] / "projects"
NAMES = (
    *("word_vectors", "evaluate_three_callers", "circular_imports", "namespace_packages"),
    *("star_import_chain", "package_reexports", "src_layout", "subclass_registry", "path_hacks"),
    *("dotted_imports", "patched_functions", "implicit_metrics", "implicit_helpers"),
)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def outcome(results: Iterator[FileResult]) -> list[Any]:
    """All that a front end can see of results."""
    return [
        (
            *(each.filename, each.findings, each.known, each.error, each.passed_over),
            each.source.text if each.source is not None and each.findings else None,
        )
        for each in results
    ]


def checked(store: Store | None, confidence: Confidence = Confidence.POSSIBLE) -> list[Any]:
    return outcome(check_paths(["."], Options(confidence), store=store))


def write_all(root: Path, name: str) -> None:
    shutil.copytree(PROJECTS / name, root / name)


@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
    changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6),
    seed=st.integers(0, 1000),
    settled=st.booleans(),
)
@settings(max_examples=15)
def test_cached_results_are_those_of_a_new_run(
    names: list[str], changes: list[Any], seed: int, settled: bool
) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        if settled:  # as if all files had been written long ago: their stamps are trusted
            patch.setattr(stamps, "UNSURE", 0.0)
        # The folder of these is the last in which modules are looked for: what others do is of no account.
        Path(home, "setup.py").write_text("")
        Path(home, "cache").mkdir()
        store = Store(Path(home, "cache"))
        root = Path(home, "tree")
        root.mkdir()
        patch.chdir(root)
        for name in names:
            write_all(root, name)
        assert checked(store) == checked(None)
        for change in changes:
            change(root, rng)
            if files_in(root):
                assert checked(store) == checked(None), change.__name__
        assert checked(store) == checked(store)


def write_notebook(*lines: str) -> None:
    """A notebook of one cell with these lines, among the files that are checked."""
    cell = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": lines,
    }
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    Path("nb.ipynb").write_text(json.dumps(whole))


def forbid_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise AssertionError("a file was checked anew")

    monkeypatch.setattr(run, "_one_file", fails)


def test_a_second_run_checks_nothing(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tree, "word_vectors")
    first = checked(store)
    assert any(findings for _, findings, *_ in first)
    forbid_work(monkeypatch)
    assert checked(store) == first


def test_after_a_change_only_what_depends_on_it_is_checked(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tree, "word_vectors")
    write_all(tree, "evaluate_three_callers")
    checked(store)
    seen: list[str] = []
    work = run._one_file

    def noted(file: Any, *given: Any, **named: Any) -> Any:
        seen.append(file.path.parts[0])
        return work(file, *given, **named)

    monkeypatch.setattr(run, "_one_file", noted)
    path = tree / "word_vectors" / "export.py"
    path.write_text(path.read_text() + "\nLAST = 1\n")
    assert checked(store) == checked(None)
    cached = seen[: len(seen) - len(files_in(tree))]
    assert set(cached) == {"word_vectors"}


def is_planned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The files of each plan that is made from now on."""
    plans: list[list[str]] = []
    made = analysis.plan_of

    def noted(project: Project, *given: Any) -> Any:
        plans.append(project.names)
        return made(project, *given)

    monkeypatch.setattr(analysis, "plan_of", noted)
    return plans


COMPUTED = (
    "from importlib import import_module\n\nkind = {}\n"
    "import_module('_'.join(['plug', kind])).made().numpy()\n"
)
"""Comes to `plug_one.py`, if that is the kind, by a name that no import says."""

PARTS = "import torch\n\n\ndef made(grad={}):\n    return torch.ones(2, requires_grad=grad)\n"


@pytest.fixture
def islands(tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two programs that have nothing to do with each other, checked once, long ago."""
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    (tree / "setup.py").write_text("")  # nobody looks for modules further up
    for name in ("a", "b"):
        (tree / name).mkdir()
        (tree / name / f"{name}_parts.py").write_text(PARTS.format(True))
        text = f"from {name}_parts import made\n\nmade().numpy()\n"
        (tree / name / "main.py").write_text(text)
    checked(store)
    return tree


def test_after_a_change_only_its_island_is_planned(
    islands: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = is_planned(monkeypatch)
    for value in (False, True):
        (islands / "a/a_parts.py").write_text(PARTS.format(value))
        found = checked(store)
        assert plans.pop() == ["a/a_parts.py", "a/main.py"]
        assert found == checked(None)
        plans.clear()


def test_islands_that_a_change_joins_are_planned_together(
    islands: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = is_planned(monkeypatch)
    caller = "import torch\nfrom a.a_parts import made\n\nmade(False).numpy()\n"
    (islands / "b/main.py").write_text(caller)
    found = checked(store)
    assert {*plans.pop()} == {"a/a_parts.py", "a/main.py", "b/b_parts.py", "b/main.py"}
    assert found == checked(None)
    plans.clear()
    (islands / "a/a_parts.py").write_text(PARTS.format(False))
    found = checked(store)
    assert plans.pop() == ["a/a_parts.py", "a/main.py", "b/main.py"]
    assert found == checked(None)


def test_a_file_that_is_reached_by_a_computed_name_counts(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("plug_one.py").write_text(PARTS.format(True))
    Path("main.py").write_text(COMPUTED.format("'one'"))
    Path("other.py").write_text("import torch\n\ntorch.ones(2).numpy()\n")
    for value in (True, False, True):
        Path("plug_one.py").write_text(PARTS.format(value))
        assert checked(store) == checked(None)


def test_a_file_that_an_analysis_came_to_belongs_to_its_importers_still(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("plug_one.py").write_text(PARTS.format(True))
    Path("user.py").write_text("from plug_one import made\n\nmade().numpy()\n")
    for kind, grad in (("input()", True), ("'one'", True), ("'one'", False), ("'one'", True)):
        Path("main.py").write_text(COMPUTED.format(kind))
        Path("plug_one.py").write_text(PARTS.format(grad))
        for _ in range(2):
            assert checked(store) == checked(None)


def test_a_notebook_that_imports_by_name_is_no_file_that_does(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its texts name counts for itself alone."""
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("setup.py").write_text("")  # nobody looks for modules further up
    write_notebook("# import_module\n")
    importing = "from importlib import import_module\n\nm = import_module(input())\n"
    Path("names.py").write_text("WHERE = 'b.x'\n")
    Path("b.py").write_text(
        "import torch\n\nx = torch.ones(2, requires_grad=True)\n"
        "if __name__ == '__main__':\n    x = x.detach()\nx.numpy()\n"
    )
    for text in (importing, "x = 1\n", importing):
        Path("main.py").write_text(text)
        assert checked(store) == checked(None)


def test_a_notebook_does_not_hinder_that_only_an_island_is_planned(
    islands: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook("import_module\n")
    assert checked(store) == checked(None)
    plans = is_planned(monkeypatch)
    (islands / "a/a_parts.py").write_text(PARTS.format(False))
    found = checked(store)
    assert plans == [["a/a_parts.py", "a/main.py"]]
    assert found == checked(None)


def test_a_module_outside_that_changes_while_a_change_is_followed_is_looked_at_anew(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("setup.py").write_text("")  # nobody looks for modules further up
    Path("lib.py").write_text(PARTS.format(False))
    Path("app").mkdir()
    Path("app/user.py").write_text("from lib import made\n\nmade().numpy()\n")
    Path("app/main.py").write_text("import torch\n\ntorch.ones(2).numpy()\n")

    def found(cached: bool) -> list[Any]:
        return outcome(check_paths(["app"], Options(), store=store if cached else None))

    found(True)
    follow = RunProgram.follow

    def saved_meanwhile(program: RunProgram, change: Change) -> bool:
        followed = follow(program, change)
        Path("lib.py").write_text(PARTS.format(True))
        return followed

    with monkeypatch.context() as patch:
        patch.setattr(RunProgram, "follow", saved_meanwhile)
        Path("app/main.py").write_text("import torch\n\ntorch.zeros(2).numpy()\n")
        found(True)
    assert found(True) == found(False)


def test_what_is_known_of_a_text_is_not_that_of_one_that_took_its_place(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossing = "import torch\n\nx = torch.ones(2, requires_grad=True)\nx.numpy()\n"
    Path("other.py").write_text(crossing.replace("x", "y"))
    Path("main.py").write_text(crossing)
    read = ProjectFiles.mentions

    def saved_meanwhile(files: ProjectFiles, name: str) -> Any:
        Path("main.py").write_text("import torch\n\nprint('numpy()')\n")
        return read(files, name)

    with monkeypatch.context() as patch:
        patch.setattr(ProjectFiles, "mentions", saved_meanwhile)
        checked(store)
    for text in (crossing, crossing + "\n", crossing):
        Path("main.py").write_text(text)
        assert checked(store) == checked(None)


def test_what_a_followed_change_has_not_looked_at_still_counts(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module outside of what is checked, and a folder in which it may be looked for from now on."""
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("setup.py").write_text("")  # nobody looks for modules further up
    for name in ("app", "other"):
        Path(name).mkdir()
    Path("lib.py").write_text(PARTS.format(False))
    Path("app/user.py").write_text("from lib import made\n\nmade().numpy()\n")
    other = "import torch\n\ntorch.ones({}).numpy()\n"

    def found(cached: bool) -> list[Any]:
        paths = ["app/user.py", "other"]
        return outcome(check_paths(paths, Options(), store=store if cached else None))

    changes = [
        ("other/main.py", other.format(1)),
        ("other/main.py", other.format(2)),
        ("lib.py", PARTS.format(True)),
        ("other/main.py", other.format(3)),
        ("app/lib.py", PARTS.format(False)),
    ]
    for name, text in changes:
        Path(name).write_text(text)
        assert found(True) == found(False), name


def test_what_callers_hand_to_a_file_without_a_word_of_crossings_counts(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("setup.py").write_text("")  # nobody looks for modules further up
    Path("alone.py").write_text("x = 1\n")
    Path("helper.py").write_text("def apply(function, value):\n    return function(value)\n")
    caller = "import numpy as np\nimport torch\nfrom helper import apply\n\n"
    caller += "apply(np.asarray, torch.ones(2{}))\n"
    found = []
    for grad in ("", ", requires_grad=True", "", ", requires_grad=True"):
        Path("main.py").write_text(caller.format(grad))
        for _ in range(2):
            results = checked(store)
            assert results == checked(None)
        found.append({name for name, findings, *_ in results if findings})
    assert found == [set(), {"helper.py"}] * 2
    Path("main.py").write_text("import torch\n")
    assert checked(store) == checked(None)


def test_what_an_earlier_analysis_came_to_is_known_when_it_is_not_made_again(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("plug_one.py").write_text(PARTS.format(False))
    Path("main.py").write_text(COMPUTED.format("'one'"))
    checked(store)
    Path("new.py").write_text("import torch\n\ntorch.ones(2).numpy()\n")
    assert checked(store) == checked(None)
    Path("plug_one.py").write_text(PARTS.format(True))
    assert checked(store) == checked(None)


def test_files_with_the_stamps_that_they_had_are_not_read(
    islands: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = files.read_file

    def noted(path: Path) -> bytes:
        read.append(path.as_posix())
        return real(path)

    monkeypatch.setattr(files, "read_file", noted)
    (islands / "new.py").write_text("import torch\n\ntorch.ones(2).numpy()\n")
    checked(store)
    assert set(read) == {"new.py"}


def test_the_last_sign_of_tensors_counts_for_all_islands(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    Path("metrics.py").write_text("import numpy as np\n\n\ndef mean(x):\n    return np.mean(x)\n")
    for text in ("import torch\n\nt = torch.ones(2)\nt.numpy()\n", "x = 1\n") * 2:
        Path("main.py").write_text(text)
        for _ in range(2):
            assert checked(store) == checked(None)


def test_a_file_that_changes_while_others_are_checked_is_looked_at_anew(
    islands: Path, store: Store
) -> None:
    (islands / "a/a_parts.py").write_text(PARTS.format(False))
    results = check_paths(["."], Options(Confidence.POSSIBLE), store=store)
    next(results)
    main = islands / "b/main.py"
    main.write_text("\n" + main.read_text())
    outcome(results)
    assert checked(store) == checked(None)


def test_a_module_that_appears_changes_results(tree: Path, store: Store) -> None:
    Path("main.py").write_text("from helpers import model\n\nmodel.weight.numpy()\n")
    before = checked(store)
    Path("helpers.py").write_text("import torch\n\nmodel = torch.nn.Linear(2, 2)\n")
    after = checked(store)
    assert before != after == checked(None)


def test_a_file_outside_of_what_is_checked_counts(tree: Path, store: Store) -> None:
    Path("lib").mkdir()
    Path("lib/parts.py").write_text("import torch\n\nt = torch.ones(2, requires_grad=True)\n")
    Path("app").mkdir()
    Path("app/main.py").write_text("from lib.parts import t\n\nt.numpy()\n")

    def found(cached: bool) -> list[Any]:
        return outcome(check_paths(["app"], Options(), store=store if cached else None))

    assert found(True) == found(False)
    assert any(findings for _, findings, *_ in found(True))
    Path("lib/parts.py").write_text("import torch\n\nt = torch.ones(2)\n")
    assert found(True) == found(False)
    assert not any(findings for _, findings, *_ in found(True))


def test_a_module_that_appears_outside_of_what_is_checked_counts(tree: Path, store: Store) -> None:
    Path("app").mkdir()
    Path("app/main.py").write_text("from parts import t\n\nt.numpy()\n")
    Path("parts").mkdir()

    def found(cached: bool) -> list[Any]:
        return outcome(check_paths(["app"], Options(), store=store if cached else None))

    assert found(True) == found(False)
    text = "import torch\n\nt = torch.ones(2, requires_grad=True)\n"
    Path("parts/__init__.py").write_text(text)
    assert found(True) == found(False)
    assert any(findings for _, findings, *_ in found(True))


def test_what_else_appears_in_a_folder_above_is_of_no_account(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No project's mark stands above: modules are looked for as far up as they are anywhere."""
    write_all(tree, "word_vectors")
    first = checked(store)
    for name in ("download.py", "session"):
        (tree.parent / name).write_text("")
    (tree.parent / "photos").mkdir()
    plans = is_planned(monkeypatch)
    assert checked(store) == first
    assert plans == []
    tree.parent.joinpath("setup.py").write_text("")
    assert checked(store) == checked(None) == first


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_file_that_could_not_be_read_counts_once_it_can(tree: Path, store: Store) -> None:
    """The folder lists the link all the time; what it leads to comes and goes."""
    Path("main.py").write_text("from parts import t\n\nt.numpy()\n")
    Path("parts.py").symlink_to(tree.parent / "real.py")

    def found(cached: bool) -> list[Any]:
        return outcome(check_paths(["main.py"], Options(), store=store if cached else None))

    for grad in (None, "True", None, "False", "True"):
        if grad is None:
            (tree.parent / "real.py").unlink(missing_ok=True)
        else:
            text = f"import torch\n\nt = torch.ones(2, requires_grad={grad})\n"
            (tree.parent / "real.py").write_text(text)
        for _ in range(2):
            assert found(True) == found(False)
        assert any(findings for _, findings, *_ in found(True)) == (grad == "True")


@pytest.mark.parametrize("confidence", list(Confidence))
def test_options_are_told_apart(tree: Path, store: Store, confidence: Confidence) -> None:
    write_all(tree, "word_vectors")
    checked(store)
    assert checked(store, confidence) == checked(None, confidence)


def test_options_that_change_places_are_told_apart(tree: Path, store: Store) -> None:
    for name in ("a.py", "b.py"):
        Path(name).write_text("import torch\n\ntorch.ones(2, requires_grad=True).numpy()\n")

    def found(ignored: str, cached: bool) -> list[Any]:
        text = f'[tool.detachlint.per-file-ignores]\n"{ignored}" = ["DTL101"]\n'
        Path("pyproject.toml").write_text(text)
        return outcome(check_paths(["."], Configuration(), store=store if cached else None))

    for ignored in ("a.py", "b.py", "a.py"):
        assert found(ignored, True) == found(ignored, False)
    assert found("a.py", True) != found("b.py", True)


def test_facts_of_a_part_are_told_apart_from_those_of_a_whole(tree: Path, store: Store) -> None:
    """A part gets less work done."""
    Path("a.py").write_text("import torch\n\ntorch.ones(2).numpy()\n")
    project = Project(ProjectFiles(["a.py"]))
    units, facts = Units(store, OwnFacts()), {"a.py": Facts("a.py")}
    units.keep(project, Group(("a.py",), parts=2), [], facts)
    assert units.find(project, Group(("a.py",), parts=2)) is not None
    assert units.find(project, Group(("a.py",), parts=3)) is None
    assert units.find(project, Group(("a.py",))) is None


def test_how_files_are_checked_is_told_in_the_same_words_by_each_process(tree: Path) -> None:
    facts = dict.fromkeys(("lib.a", "lib.b.c", "lib.d.e.f", "lib.g", "lib.h", "lib.i"), "never")
    lines = "".join(f'"{name}" = "{word}"\n' for name, word in facts.items())
    Path("pyproject.toml").write_text(
        '[tool.detachlint]\nselect = ["DTL1", "DTL9"]\nignore = ["DTL112", "DTL113"]\n'
        'extension = ["a:python", "b:markdown"]\nfollow-packages = ["x", "y", "z"]\n'
        '[tool.detachlint.per-file-ignores]\n"*.py" = ["DTL101", "DTL102", "DTL103"]\n'
        f"[tool.detachlint.facts]\n{lines}"
    )
    program = (
        "from detachlint.config.configuration import Configuration as C; print(C().options('a.py'))"
    )
    paths = os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in "123"
    }
    [words] = told
    assert all(name in words for name in facts)


def test_what_users_state_is_told_apart(tree: Path, store: Store) -> None:
    Path("main.py").write_text("from lib import t\n\nt().numpy()\nt().sum().numpy()\n")

    def found(word: str, cached: bool) -> list[Any]:
        facts = OwnFacts((parse_own_fact("lib.t", word),)) if word else OwnFacts()
        options = Options(Confidence.POSSIBLE, facts=facts)
        return outcome(check_paths(["."], options, store=store if cached else None))

    different = []
    for word in ("", "requires-grad", "never", "array", ""):
        assert found(word, True) == found(word, False)
        different.append(str(found(word, True)))
    assert len(set(different)) >= 3


def test_a_file_that_is_named_is_parsed_also_if_it_was_passed_over(
    tree: Path, store: Store
) -> None:
    Path("broken.py").write_text("def f(:\n")
    assert not any(findings for _, findings, *_ in checked(store))
    for _ in range(2):
        [named] = check_paths(["broken.py"], Options(), store=store)
        assert [each.code for each in named.findings] == ["DTL900"]


def test_notebooks_follow_the_modules_they_import(tree: Path, store: Store) -> None:
    write_notebook("from parts import t\n", "t.numpy()")
    for value in ("torch.ones(2)", "torch.ones(2, requires_grad=True)", "torch.ones(3)"):
        Path("parts.py").write_text(f"import torch\n\nt = {value}\n")
        for _ in range(2):
            assert checked(store) == checked(None)
    assert Path("parts.py").exists()


def test_a_file_that_changes_while_it_is_checked_is_not_remembered(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tree, "word_vectors")
    results = check_paths(["."], Options(), store=store)
    next(results)
    path = tree / "word_vectors" / "export.py"
    text = path.read_text()
    path.write_text(text.replace(".numpy()", ".tolist()"))
    list(results)
    assert checked(store) == checked(None)
    path.write_text(text)
    assert checked(store) == checked(None)

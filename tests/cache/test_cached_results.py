"""What comes from the cache is what would be found anew, whatever has happened to the files."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from cached_runs import checked, forbid_work, outcome, write_all, write_notebook
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
from detachlint.project.files import ProjectFiles
from detachlint.project.group import Group
from detachlint.project.program import Project
from detachlint.project.units import Units
from detachlint.rules.finding import Confidence

NAMES = (
    *("word_vectors", "evaluate_three_callers", "circular_imports", "namespace_packages"),
    *("star_import_chain", "package_reexports", "src_layout", "subclass_registry", "path_hacks"),
    *("dotted_imports", "patched_functions", "implicit_metrics", "implicit_helpers"),
)


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

"""After a change, what hangs together with it is looked at, and the rest stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cached_runs import checked, outcome, write_all, write_notebook

from detachlint.api import check_paths
from detachlint.cache import stamps
from detachlint.cache.store import Store
from detachlint.config.options import Options
from detachlint.outcome.program import Change, RunProgram
from detachlint.project import analysis, files
from detachlint.project.files import ProjectFiles
from detachlint.project.program import Project
from detachlint.rules.finding import Confidence


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

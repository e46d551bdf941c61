"""Which files hang together, and which of them a change concerns."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.cache.consulted import Consulted
from detachlint.project.analysis import ProjectAnalysis
from detachlint.project.files import ProjectFiles
from detachlint.project.islands import Islands, concerned_by, islands_of
from detachlint.project.plan import plan_of
from detachlint.project.program import Project
from detachlint.project.resources import Resources

TREE = {
    "a/main.py": "from parts import f\n",
    "a/parts.py": "def f(): pass\n",
    "b/main.py": "import other\n",
    "b/other.py": "",
    "alone.py": "",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def project(tree: dict[str, str], named: list[str] | None = None) -> Project:
    for name, text in tree.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    return Project(ProjectFiles(sorted(tree) if named is None else named))


def sets(islands: Islands) -> set[frozenset[str]]:
    return set(islands.islands)


A = frozenset({"a/main.py", "a/parts.py"})
B = frozenset({"b/main.py", "b/other.py"})


def test_files_hang_together_by_imports_and_others_stand_alone() -> None:
    assert sets(islands_of(project(TREE), [])) == {A, B}


def test_a_file_that_nobody_named_joins_those_that_import_it() -> None:
    tree = {"lib.py": "", "one.py": "import lib\n", "two.py": "import lib\n"}
    found = islands_of(project(tree, ["one.py", "two.py"]), [])
    assert sets(found) == {frozenset(tree)}


def test_what_an_analysis_saw_together_hangs_together() -> None:
    found = islands_of(project(TREE), [frozenset({"a/main.py", "alone.py"})])
    assert sets(found) == {A | {"alone.py"}, B}


def test_what_a_file_imports_that_only_an_analysis_saw_hangs_together_with_it() -> None:
    tree = {"main.py": "", "plugin.py": "import deep\n", "deep.py": ""}
    found = islands_of(project(tree, ["main.py"]), [frozenset({"main.py", "plugin.py"})])
    assert sets(found) == {frozenset(tree)}


def test_what_others_call_alike_makes_no_difference_to_the_plan_of_an_island() -> None:
    island = {
        "y/b.py": "def show(t):\n    return t.numpy()\n\n\nhooks = object()\n",
        "y/c.py": "import torch\nfrom b import hooks\n\nhooks.go(torch.ones(2))\n",
    }
    alone = plan_of(project(island))
    other = "import torch\n\n\ndef go(x):\n    return x.numpy()\n\n\ngo(torch.ones(2))\n"
    together = plan_of(project(island | {"x/a.py": other}))
    assert [group.files for group in alone.groups] == [("y/b.py",)]
    assert [group.files for group in together.groups] == [("x/a.py",), ("y/b.py",)]


def concerned(changed: dict[str, str]) -> frozenset[str] | None:
    """The files; folders are links between them."""
    before = islands_of(project(TREE), [])
    found = concerned_by(changed.keys(), before, project(TREE | changed))
    return None if found is None else found & TREE.keys()


def test_a_change_concerns_its_island() -> None:
    assert concerned({"a/parts.py": "def f(): return 1\n"}) == A
    assert concerned({"alone.py": "x = 1\n"}) == {"alone.py"}


def test_a_change_concerns_what_no_longer_hangs_together_with_it() -> None:
    assert concerned({"a/main.py": ""}) == A


def test_a_change_concerns_what_hangs_together_with_it_from_now_on() -> None:
    assert concerned({"alone.py": "from a import main\n"}) == A | {"alone.py"}
    assert concerned({"alone.py": "import a.parts, b.other\n"}) == A | B | {"alone.py"}


def test_several_changes_concern_all_of_their_islands() -> None:
    assert concerned({"a/main.py": "", "alone.py": "x = 1\n"}) == A | {"alone.py"}
    assert concerned({"a/main.py": "import alone\n", "alone.py": ""}) == A | {"alone.py"}


def test_the_first_import_by_name_concerns_everything() -> None:
    assert concerned({"alone.py": "import importlib\nimportlib.import_module(name)\n"}) is None


def test_the_last_import_by_name_concerns_everything() -> None:
    dynamic = {"alone.py": "import importlib\nimportlib.import_module(name)\n"}
    before = islands_of(project(TREE | dynamic), [])
    assert before.dynamic == {"alone.py"}
    assert concerned_by({"alone.py"}, before, project(TREE)) is None
    assert concerned_by({"b/other.py"}, before, project(TREE | dynamic)) == B


def test_a_change_concerns_what_texts_name_where_another_file_imports_by_name() -> None:
    dynamic = {"alone.py": "import importlib\nimportlib.import_module(name)\n"}
    before = islands_of(project(TREE | dynamic), [])
    changed = {"a/main.py": "WHERE = 'b.other'\n"}
    found = concerned_by(changed.keys(), before, project(TREE | dynamic | changed))
    assert found is not None and found & TREE.keys() == A | B


def test_a_change_concerns_what_it_leads_to_through_a_file_that_nobody_named() -> None:
    before = islands_of(project(TREE), [])
    changed = TREE | {"alone.py": "import beside\n", "beside.py": "import b.other\n"}
    found = concerned_by({"alone.py"}, before, project(changed, sorted(TREE)))
    assert found is not None and found & TREE.keys() == B | {"alone.py"}


def test_who_imports_by_name_after_a_change_is_known() -> None:
    dynamic = "import importlib\nimportlib.import_module(name)\n"
    tree = TREE | {"alone.py": dynamic, "b/main.py": dynamic}
    before = islands_of(project(tree), [])
    changed = project(tree | {"alone.py": "x = 1\n"})
    files = concerned_by({"alone.py"}, before, changed)
    assert files == {"alone.py"}
    changed.confine(files)
    assert before.after(files, islands_of(changed, [])).dynamic == {"b/main.py"}


def test_islands_that_have_a_file_in_common_after_a_change_are_one() -> None:
    """The analysis of one has come to a file of another by a name that it has computed."""
    before = islands_of(project(TREE), [])
    changed = project(TREE)
    changed.confine(frozenset({"alone.py"}))
    anew = islands_of(changed, [frozenset({"alone.py", "b/other.py"})])
    assert sets(before.after({"alone.py"}, anew)) == {A, B | {"alone.py"}}


def test_islands_after_a_change_are_those_that_would_be_found_anew() -> None:
    before = islands_of(project(TREE), [])
    changed = {"a/main.py": "from alone import x\n"}
    after = project(TREE | changed)
    files = concerned_by(changed.keys(), before, after)
    assert files is not None
    after.confine(files)
    found = before.after(files, islands_of(after, []))
    assert sets(found) == {frozenset({"a/main.py", "alone.py"}), B}
    assert sets(found) == sets(islands_of(project(TREE | changed), []))


def test_what_is_left_out_still_counts_where_somebody_comes_to_it() -> None:
    """An analysis may come to a file by a name that it has computed."""
    confined = project(TREE)
    confined.confine(A)
    assert confined.is_imported("a/parts.py")
    assert confined.is_imported("b/other.py")
    assert not confined.is_imported("alone.py")


def test_an_analysis_that_follows_a_change_reads_nothing_else() -> None:
    before = islands_of(project(TREE), [])
    project({"a/main.py": "import torch\nfrom parts import f\nf().numpy()\n"})
    consulted = Consulted()
    analysis = ProjectAnalysis(sorted(TREE), resources=Resources(consulted))
    assert analysis.confine(frozenset({"a/main.py"}), before) == A
    assert analysis.facts("a/main.py") is not None
    assert sets(analysis.islands()) == {A}
    here = Path.cwd()
    assert {Path(name).relative_to(here).as_posix() for name in consulted.files} == A

"""Programs that are too large for one analysis: how they are cut, what is left out, and that it is said."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from click.testing import CliRunner
from trees import found, tree

from detachlint.cli.main import command
from detachlint.project import group, selection
from detachlint.project.files import ProjectFiles
from detachlint.project.garbage import RARE_COLLECTIONS, rarely_collected
from detachlint.project.group import Group
from detachlint.project.plan import plan_of
from detachlint.project.program import Project

HELPER = "def to_numpy(x):\n    return x.numpy()\n"
NET = "import torch\nfrom torch import nn\nnet, data = nn.Linear(2, 2), torch.ones(2)\n"
BAD = NET + "from helper import to_numpy\nto_numpy(net(data))\n"
OWN = "import helper\n" + NET + "net(data).numpy()\n"


def groups() -> list[Group]:
    names = sorted(map(str, Path().glob("*.py")))
    return plan_of(Project(ProjectFiles(names))).groups


def small_parts(monkeypatch: pytest.MonkeyPatch, *, together: int, few: int = 0) -> None:
    monkeypatch.setattr(selection, "MOST_FILES", 3)
    monkeypatch.setattr(selection, "MOST_FILES_OF_A_PART", together)
    monkeypatch.setattr(selection, "FEW_FILES", few)


TWO_HELPERS = {
    "helper.py": HELPER,
    "other.py": HELPER.replace("to_numpy", "as_array"),
    **{
        f"caller{n}.py": "import torch\nfrom helper import to_numpy\nfrom other import as_array\n"
        "as_array(to_numpy(torch.ones(2)))\n"
        for n in range(3)
    },
}


def test_crossings_with_the_same_callers_are_looked_at_in_one_part(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(root, TWO_HELPERS)
    small_parts(monkeypatch, together=4)
    assert groups() == [Group(("caller0.py", "caller1.py", "helper.py", "other.py"), 1)]
    small_parts(monkeypatch, together=3)
    assert groups() == [
        Group(("caller0.py", "caller1.py", "helper.py"), 2),
        Group(("caller0.py", "caller1.py", "other.py"), 2),
    ]


def test_parts_with_little_in_common_stay_apart_unless_one_is_small(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = "import torch\nfrom {0} import f_{0}\nimport common\nf_{0}(torch.ones(2))\n"
    files = {"common.py": "x = 1\n"}
    for name in ("one", "two"):
        files[f"{name}.py"] = f"import common\ndef f_{name}(x):\n    return x.numpy()\n"
        files |= {f"{name}{n}.py": caller.format(name) for n in range(2)}
    files["all.py"] = (
        "import torch\nfrom one import f_one\nfrom two import f_two\nf_one(f_two(0))\n"
    )
    tree(root, files)
    small_parts(monkeypatch, together=9)
    assert [len(each.files) for each in groups()] == [3, 3]
    small_parts(monkeypatch, together=9, few=3)
    assert [len(each.files) for each in groups()] == [5]


def test_beyond_the_bound_on_parts_files_are_looked_at_by_themselves(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(root, {"helper.py": HELPER, **{f"bad{n}.py": BAD for n in range(4)}, "own.py": OWN})
    assert found(root, ".") == {"helper.py:2": "likely", "own.py:5": "certain"}
    small_parts(monkeypatch, together=3)
    monkeypatch.setattr(selection, "MOST_PARTS", 0)
    assert {each.files for each in groups() if each.alone} == {("helper.py",), ("own.py",)}
    assert found(root, ".") == {"own.py:5": "certain"}


LAYERS = "from torch import nn\nclass Blur(nn.Module):\n    def forward(self, x):\n        return x * 2\n"
USES = """\
import helper, torch
from layers import Blur
from elsewhere import Net
blur, net = Blur().to("cpu"), Net().to("cpu")
blur(torch.ones(2)).numpy()
net(torch.ones(2)).numpy()
"""


def test_layers_of_the_program_that_were_not_looked_at_may_have_no_parameters(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = {f"bad{n}.py": BAD for n in range(4)}
    tree(root, {"helper.py": HELPER, **bad, "layers.py": LAYERS, "uses.py": USES})
    small_parts(monkeypatch, together=3)
    monkeypatch.setattr(selection, "MOST_PARTS", 0)
    assert found(root, ".") == {"uses.py:6": "likely"}


def test_the_parts_with_most_crossings_are_looked_at_as_wholes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(root, {"helper.py": HELPER, **{f"bad{n}.py": BAD for n in range(4)}, "own.py": OWN})
    small_parts(monkeypatch, together=3)
    monkeypatch.setattr(selection, "MOST_PARTS", 1)
    whole = [each for each in groups() if not each.alone]
    assert [each.files for each in whole] == [("bad0.py", "bad1.py", "helper.py")]
    assert found(root, ".") == {"helper.py:2": "likely", "own.py:5": "certain"}


@pytest.mark.parametrize("cached", [False, True])
def test_it_is_said_which_files_were_looked_at_by_themselves(
    root: Path, monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    tree(root, {"helper.py": HELPER, **{f"bad{n}.py": BAD for n in range(4)}, "own.py": OWN})
    small_parts(monkeypatch, together=3)
    monkeypatch.setattr(selection, "MOST_PARTS", 0)
    arguments = ["check", *([] if cached else ["--no-cache"]), "."]
    words = (
        "too large to be looked at as a whole: "
        "crossings of 2 files (helper.py, own.py) were judged without what they"
    )
    for _ in range(2):
        result = CliRunner().invoke(command, arguments)
        assert result.exit_code == 1
        assert words in result.stderr
    quiet = CliRunner().invoke(command, [*arguments, "--quiet"])
    assert words not in quiet.stderr
    stats = CliRunner().invoke(command, ["debug", "stats", "."]).stdout
    assert "program too large: helper.py:1, own.py:1" in stats


def test_of_many_files_some_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {f"own{n}.py": OWN for n in range(5)}
    tree(root, {"helper.py": HELPER, **{f"bad{n}.py": BAD for n in range(4)}, **own})
    small_parts(monkeypatch, together=3)
    monkeypatch.setattr(selection, "MOST_PARTS", 0)
    told = CliRunner().invoke(command, ["check", "--no-cache", "."]).stderr
    assert "crossings of 6 files (helper.py, own0.py, own1.py and 3 more) were judged" in told


def test_a_program_that_is_not_cut_says_nothing(root: Path) -> None:
    tree(root, {"helper.py": HELPER, "bad.py": BAD})
    assert "too large" not in CliRunner().invoke(command, ["check", "--no-cache", "."]).stderr


SCRIPT_ALONE = """\
import torch
ALONE = __name__ == "__main__"
def convert():
    return torch.ones(2, requires_grad=ALONE).numpy()
"""


@pytest.mark.parametrize("importer", ["import tool\n" + OWN, "import tool\nx = 1\n"])
@pytest.mark.parametrize("name", ["a.py", "z.py"])
def test_what_another_file_imports_is_no_script(root: Path, importer: str, name: str) -> None:
    """In whatever order they come, and whether the importer is looked at itself or not."""
    tree(root, {"tool.py": SCRIPT_ALONE})
    assert found(root, ".") == {"tool.py:4": "likely"}
    tree(root, {"helper.py": HELPER, name: importer})
    assert "tool.py:4" not in found(root, ".")


def test_garbage_is_collected_as_before_when_an_analysis_is_over(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(root, {"own.py": OWN})
    during: list[tuple[int, int, int]] = []
    analyse = group._analysed

    def spied(*given: object) -> group.Unit:
        during.append(gc.get_threshold())
        return analyse(*given)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(group, "_analysed", spied)
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)
        found(root, ".")
        assert during == [RARE_COLLECTIONS]
        assert gc.get_threshold() == (700, 10, 10)
        gc.set_threshold(1_000_000, 10, 10)
        with rarely_collected():
            assert gc.get_threshold()[0] == 1_000_000
    finally:
        gc.set_threshold(*before)

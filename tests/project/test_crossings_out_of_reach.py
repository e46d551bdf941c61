"""Crossings that the analysis of a whole program does not come to: they are judged from their file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from trees import found, tree

from detachlint.cli.main import command
from detachlint.interpret.engine import shares
from detachlint.interpret.engine.program import Program
from detachlint.knowledge.own import OwnFacts
from detachlint.project import group
from detachlint.project.analysis import ProjectAnalysis
from detachlint.project.group import Group
from detachlint.project.program import Project

HELPER = "def slow(x):\n" + "    x = [x]\n" * 200 + "    return x\n"
NET = "import torch\nfrom torch import nn\nimport helper\nnet = nn.Linear(2, 2)\n"
LATE = NET + "def late(x):\n    helper.slow(x)\n    return net(x).numpy()\n"
PROGRAM = {"helper.py": HELPER, "late.py": LATE}


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `slow` takes is more than what there is for a function."""
    monkeypatch.setattr(shares, "MOST_STEPS", 60)


def program(root: Path, body: str, **others: str) -> None:
    tree(
        root,
        {"helper.py": HELPER, "late.py": NET + body} | {f"{n}.py": t for n, t in others.items()},
    )


@pytest.mark.usefixtures("few_steps")
def test_a_crossing_that_is_not_reached_is_judged_from_its_file_alone(root: Path) -> None:
    tree(root, PROGRAM)
    assert found(root, ".") == found(root, "late.py") == {"late.py:7": "likely"}


def test_with_more_work_it_is_reached(root: Path) -> None:
    tree(root, PROGRAM)
    assert found(root, ".") == {"late.py:7": "likely"}
    facts = ProjectAnalysis(["helper.py", "late.py"]).facts("late.py")
    assert facts is not None
    assert not facts.gave_up


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize(
    "body",
    [
        "class Late:\n    def run(self, x):\n        helper.slow(x)\n        return net(x).numpy()\n",
        "def late(x):\n    helper.slow(x)\n    def inner():\n        return net(x).numpy()\n    inner()\n",
        "def late(x):\n    helper.slow(x)\n    yield net(x).numpy()\n",
        "async def late(x):\n    helper.slow(x)\n    return net(x).numpy()\n",
        "def late(x):\n    helper.slow(x)\n    return list(map(lambda y: net(y).numpy(), [x]))\n",
        "import numpy as np\ndef late(x):\n    helper.slow(x)\n    return np.array([net(x)[0]])\n",
    ],
)
def test_wherever_it_stands(root: Path, body: str) -> None:
    program(root, body)
    assert list(found(root, ".").values()) == ["likely"]


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize(
    "body",
    [
        "def late(x):\n    helper.slow(x)\n    return 1\n    net(x).numpy()\n",
        "def late(x):\n    helper.slow(x)\n    with torch.no_grad():\n        return net(x).numpy()\n",
        "def late(x):\n    helper.slow(x)\n    if False:\n        net(x).numpy()\n",
    ],
)
def test_what_its_file_tells_counts_and_nothing_else(root: Path, body: str) -> None:
    program(root, body)
    assert found(root, ".") == {}


@pytest.mark.usefixtures("few_steps")
def test_what_the_whole_program_has_come_to_is_not_judged_again(root: Path) -> None:
    """Alone, `value` may be anything; the whole program knows that it does not require grad."""
    body = "def late(x):\n    helper.VALUE.numpy()\n    helper.slow(x)\n    x.numpy()\n"
    program(root, body)
    values = "import torch\nfrom torch import nn\nVALUE = torch.ones(2)\n"
    (root / "helper.py").write_text(values + HELPER)
    facts = ProjectAnalysis(["helper.py", "late.py"]).facts("late.py")
    assert facts is not None
    first, second = sorted(facts.crossings)
    assert [bound.span for bound in facts.gave_up if "alone" in bound.reason] == [second]
    assert not any(visit.unseen and visit.story for visit in facts.crossings[first])


SHOWS = """
def plot(x, show):
    if show:
        net(x).numpy()
plot(torch.ones(2), helper.SHOW)
def late(x):
    helper.slow(x)
    net(x).numpy()
"""


@pytest.mark.usefixtures("few_steps")
def test_code_that_the_whole_program_runs_to_its_end_is_not_judged_again(root: Path) -> None:
    """Whoever calls `plot` hands in False, which cannot be seen from its file."""
    program(root, SHOWS)
    (root / "helper.py").write_text("SHOW = not True\n" + HELPER)
    assert found(root, ".") == {"late.py:12": "likely"}


SCRIPT_ALONE = """
FLAG = __name__ == "__main__"
def late(x):
    helper.slow(x)
    if FLAG:
        net(x).numpy()
"""


@pytest.mark.usefixtures("few_steps")
def test_a_file_that_others_import_is_no_script_then_either(root: Path) -> None:
    program(root, SCRIPT_ALONE)
    assert found(root, ".") == {"late.py:10": "likely"}
    program(root, SCRIPT_ALONE, caller="import late\ndef f(x):\n    late.late(x)\n")
    assert found(root, ".") == {}


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("cached", [False, True])
def test_it_is_said_that_it_was_judged_so(root: Path, cached: bool) -> None:
    tree(root, PROGRAM)
    for _ in range(2):
        arguments = ["check", *([] if cached else ["--no-cache"]), "."]
        result = CliRunner().invoke(command, arguments)
        assert (
            "crossings of one file (late.py) were judged without what they import" in result.stderr
        )
        assert "late.py:7" in result.stdout
    answer = CliRunner().invoke(command, ["explain", "late.py:7"]).stdout
    assert "reported: DTL101 (likely)" in answer
    reason = "not reached in the whole program, judged from its file alone"
    assert f"the analysis gave up at late.py:7: {reason}" in answer


@pytest.mark.usefixtures("few_steps")
def test_a_file_by_itself_is_not_looked_at_twice(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    analyse = group._analysed

    def spied(project: Project, asked: Program, one: Group, own: OwnFacts) -> group.Unit:
        looked.append(one.alone)
        return analyse(project, asked, one, own)

    monkeypatch.setattr(group, "_analysed", spied)
    by_itself = LATE.replace("import helper\n", HELPER).replace("helper.", "")
    (root / "one.py").write_text(by_itself)
    found(root, "one.py")
    assert looked == [False]
    tree(root, PROGRAM)
    found(root, "late.py", "helper.py")
    assert looked == [False, False, True]

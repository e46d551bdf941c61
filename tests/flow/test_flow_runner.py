"""The runner of the flow documents finds what it is there to find."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from execute import execute_programs
from flow_documents import MalformedDocument, all_programs, read_document, read_program
from flow_verdicts import (
    complaints_of_execution,
    complaints_of_findings,
    complaints_of_reveals,
)

CROSSINGS = (
    *(".numpy(", ".__array__(", "np.", "cv2.", "imageio.", "iio.", "lightgbm.", "optimize."),
    *("stats.", "plt."),
)
LEAF = "import torch\nx = torch.ones(2, requires_grad=True)\n"


WRONG = (
    "reveal_grad(x)  # revealed: NO\n",
    "x.numpy()\n",
    "x.detach().numpy()  # error: DTL101\n",
    "for t in [x, x.data]:\n    t.numpy()  # error: DTL101 certain\n",
    "if False:\n    x.numpy()  # error: DTL101\n",
    "if False:\n    reveal_grad(x)  # revealed: YES\n",
    "raise ValueError('no crossing')\n",
)
RIGHT = (
    "reveal_grad(x)  # revealed: YES\n",
    "x.numpy()  # error: DTL101 certain\nx.numpy()  # error: DTL101\n",
    "import numpy as np\nnp.asarray(x)  # error: DTL102 certain\n",
    "import numpy as np\nnp.mean([x, x])  # error: DTL103 certain\n",
    "import numpy as np\ntry:\n    np.mean(x)  # error: DTL115 certain\nexcept TypeError: pass\n",
    "(\n    x\n    .cpu()\n    .numpy()  # error: DTL101 certain\n)\n",
    "for t in [x, x.data]:\n    t.numpy()  # error: DTL101 likely\n",
    "print(x.data.numpy(), x.numpy())  # error: DTL101 certain\n",
    "with torch.no_grad():\n    x.numpy()\n",
)
APART = (
    "torch.set_grad_enabled(False)\nleft_behind = 1\n",
    "x.numpy()  # error: DTL101 certain\nassert 'left_behind' not in globals()\n",
    "import sys\nsys.exit(3)\n",
    "x.numpy()  # error: DTL101 certain\n",
)
ENDING = ("import os\nos._exit(7)\n",)
"""No program behind it is executed."""


@pytest.fixture(scope="module")
def complaints() -> dict[tuple[str, ...], list[list[str]]]:
    """What is wrong with each of these programs, by the group of it; one process executes them all."""
    groups = (WRONG, RIGHT, APART, ENDING)
    programs = [read_program("example", LEAF + body) for group in groups for body in group]
    executions = execute_programs([program.text for program in programs])
    found = map(complaints_of_execution, programs, executions)
    return {group: list(islice(found, len(group))) for group in groups}


def test_execution_contradicts_wrong_markers(
    complaints: dict[tuple[str, ...], list[list[str]]],
) -> None:
    assert [found[:1] for found in complaints[WRONG][:-1]] == [
        ["line 3: under PyTorch YES, marked NO"],
        ["line 3: raises under PyTorch, is not marked"],
        ["line 3: marked, does not raise"],
        ["line 4: marked certain, does not raise on every execution"],
        ["line 4: marked, never reached"],
        ["line 4: under PyTorch never reached, marked YES"],
    ]
    assert "no crossing" in complaints[WRONG][-1][0]


def test_execution_agrees_with_right_markers(
    complaints: dict[tuple[str, ...], list[list[str]]],
) -> None:
    assert complaints[RIGHT] == [[]] * 9


def test_programs_do_not_see_each_other(
    complaints: dict[tuple[str, ...], list[list[str]]],
) -> None:
    assert complaints[APART][1] == complaints[APART][3] == []


def test_a_program_that_ends_the_process_is_a_failure_not_a_hang(
    complaints: dict[tuple[str, ...], list[list[str]]],
) -> None:
    [[complaint]] = complaints[ENDING]
    assert "ended before this program did" in complaint


@pytest.mark.parametrize(
    ("body", "findings", "complaints"),
    [
        ("x.numpy()  # error: DTL101\n", [], ["missed alarm at line 3"]),
        (
            "x.numpy()  # error: DTL101\n",
            [(3, 3, "DTL101", "possible", "")],
            ["missed alarm at line 3 (reported as possible)"],
        ),
        ("x.numpy()  # error: DTL101\n", [(3, 3, "DTL101", "likely", "")], []),
        (
            "x.numpy()  # error: DTL101 certain\n",
            [(3, 3, "DTL101", "likely", "")],
            ["line 3: reported as likely, expected certain"],
        ),
        (
            "x.numpy()  # error: DTL101 certain\n",
            [(3, 3, "DTL101", "likely", ""), (3, 3, "DTL101", "certain", "")],
            [],
        ),
        (
            "x.numpy()\n",
            [(3, 3, "DTL101", "likely", "why")],
            ["false alarm at line 3 (likely): why"],
        ),
        ("x.numpy()\n", [(3, 3, "DTL101", "possible", "")], []),
        (
            "x.numpy()  # error: DTL101\n",
            [(3, 3, "DTL102", "certain", "")],
            ["line 3: reported as DTL102, expected DTL101", "missed alarm at line 3"],
        ),
        ("(x\n.numpy())  # error: DTL101\n", [(3, 4, "DTL101", "certain", "")], []),
    ],
)
def test_findings_are_compared(
    body: str, findings: list[tuple[int, int, str, str, str]], complaints: list[str]
) -> None:
    assert complaints_of_findings(read_program("example", LEAF + body), findings) == complaints


@pytest.mark.parametrize(
    ("reveals", "complaints"),
    [
        ([(1, "YES")], []),
        ([(1, "YES"), (1, "YES")], []),
        ([(1, "MAYBE")], ["line 1: revealed MAYBE, expected YES"]),
        ([(1, "YES"), (1, "NO")], ["line 1: revealed MAYBE, expected YES"]),
        ([(2, "YES")], ["line 1: revealed nothing, expected YES"]),
    ],
)
def test_reveals_are_compared(reveals: list[tuple[int, str]], complaints: list[str]) -> None:
    program = read_program("example", "reveal_grad(x)  # revealed: YES\n")
    assert complaints_of_reveals(program, reveals) == complaints


@pytest.mark.parametrize(
    "line",
    [
        "reveal_grad(x)",
        "reveal_grad(x)  # revealed: yes",
        "x.numpy()  # error: DTL101 sure",
        "x.numpy()  # error: DTL11 certain",
        "x  # revealed: YES",
    ],
)
def test_a_mistyped_marker_is_refused(line: str) -> None:
    with pytest.raises(MalformedDocument):
        read_program("example", line + "\n")


def test_documents_are_read_block_by_block(tmp_path: Path) -> None:
    document = tmp_path / "topic.md"
    document.write_text("# Topic\n\n```python\nx = 1\n```\n\n```python unexecuted\ny = 2\n```\n")
    first, second = read_document(document)
    assert (first.name, first.text, first.place) == ("topic:3", "x = 1\n", "")
    assert (second.name, second.text, second.place) == ("topic:7", "y = 2\n", "unexecuted")
    document.write_text("```python\nx = 1\n")
    with pytest.raises(MalformedDocument, match="not closed"):
        read_document(document)


def test_every_program_checks_something() -> None:
    """A program expects a reveal or a finding, or holds a crossing that must stay silent."""
    for program in all_programs():
        compile(program.text, program.name, "exec")
        checked = program.reveals or program.errors
        assert checked or any(map(program.text.__contains__, CROSSINGS)), program.name
        if program.place == "unexecuted":  # what is executed proves its markers itself
            lines = program.text.splitlines()
            for line in program.errors:
                assert any(map(lines[line - 1].__contains__, CROSSINGS)), lines[line - 1]

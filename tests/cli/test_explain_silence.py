"""`detachlint explain` where nothing is reported: each reason there may be."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_notebooks import notebook

from detachlint.cli.main import command

LEAF = "import torch\nw = torch.ones(2, requires_grad=True)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code < 2, result.output
    return result.stdout


def lines(place: str, *arguments: str) -> list[str]:
    return run("explain", place, *arguments).splitlines()


# --- a crossing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("w.detach().numpy()\n", "the tensor never requires grad"),
        ("torch.set_grad_enabled(False)\nw.numpy()\n", "grad mode is off each time"),
        (
            "for t, on in ((w, False), (w.detach(), True)):\n"
            "    torch.set_grad_enabled(on)\n    t.numpy()\n",
            "grad mode is off whenever the tensor requires grad",
        ),
    ],
)
def test_what_is_fine_is_said_to_be_fine(folder: Path, program: str, why: str) -> None:
    (folder / "a.py").write_text(LEAF + program)
    assert run("check", "a.py") == "All checks passed!\n"
    assert lines(f"a.py:{(LEAF + program).count(chr(10))}")[1] == f"  not reported: {why}"


UNSURE = "def show(t):\n    return t.numpy()\n"
SILENT = [
    ("w.numpy()  # noqa: DTL1, E501\n", (), "of `# noqa: DTL1, E501` on line 3"),
    (
        "w.numpy()  # detachlint: ignore[DTL101] so\n",
        (),
        "of `# detachlint: ignore[DTL101]` on line 3",
    ),
    ("w.numpy()\n# detachlint: skip-file\n", (), "a comment leaves the whole file out"),
    ("w.numpy()\n", ("--ignore", "DTL101"), "DTL101 is not selected for this file"),
    ("w.numpy()\n", ("--baseline", "b.json"), "the baseline holds it"),
    (UNSURE, (), "it has to be likely (`--min-confidence possible` reports it)"),
]


@pytest.mark.parametrize(("program", "options", "why"), SILENT)
def test_a_finding_that_is_not_reported(
    folder: Path, program: str, options: tuple[str, ...], why: str
) -> None:
    (folder / "a.py").write_text(LEAF + program)
    run("check", "--write-baseline", "b.json", "a.py")
    assert run("check", "a.py", *options) == "All checks passed!\n"
    line = 4 if program is UNSURE else 3
    found, not_reported = lines(f"a.py:{line}", "a.py", *options)[1:3]
    assert found.startswith("  found: DTL101 (")
    assert not_reported == f"  not reported because {why}"


def test_the_baseline_holds_the_first_ones(folder: Path) -> None:
    (folder / "a.py").write_text(LEAF + "w.numpy()\n")
    run("check", "--write-baseline", "b.json", "a.py")
    (folder / "a.py").write_text(LEAF + "w.numpy()\n" * 2)
    assert "a.py:4:1" in run("check", "a.py", "--baseline", "b.json", "--output-format", "concise")
    old, new = (lines(f"a.py:{line}", "--baseline", "b.json")[1:3] for line in (3, 4))
    assert old[1] == "  not reported because the baseline holds it"
    assert new[0].startswith("  reported: DTL101 (certain)")


# --- no crossing -------------------------------------------------------------------------------

NOT_REACHED = "nothing gets to this line, as far as the analysis sees"
NOT_KNOWN = "nothing on this line is known to make an array of a tensor"
NONE = [
    ("if False:\n    w.numpy()\n", 4, NOT_REACHED),
    ("def f():\n    return\n    w.numpy()\n", 5, NOT_REACHED),
    ("raise SystemExit\nw.cpu()\n", 4, NOT_REACHED),
    ("try:\n    x = 1\nfinally:\n    w.tolist()\n", 6, "`.tolist()` is no crossing"),
    ("if w.sum():\n    pass\nelif w.sum().item():\n    pass\n", 5, "`.item()` is no crossing"),
    ("exec('w.numpy()')\n", 3, "what `exec(…)` runs is not looked at"),
    (
        "class A:\n    def numpy(self): pass\nA().numpy()\n",
        5,
        "what `.numpy()` is called on here is no",
    ),
    ("import lib, numpy as np\nnp.mean(lib.load())\n", 4, NOT_KNOWN),
    ("y = 1\n", 3, "nothing on this line makes an array of a tensor"),
    ("def f():\n    # w.numpy()\n\n    pass\n", 4, "there is no statement on this line"),
    ("def f():\n    # w.numpy()\n\n    pass\n", 5, "there is no statement on this line"),
    ("@torch.no_grad()\ndef f(): pass\n", 3, NOT_KNOWN),
    ("match w.ndim:\n    case 1:\n        y = 2\n", 5, "nothing on this line makes"),
]


@pytest.mark.parametrize(("program", "line", "why"), NONE)
def test_a_line_without_a_crossing(folder: Path, program: str, line: int, why: str) -> None:
    (folder / "a.py").write_text(LEAF + program)
    first, reason, last = lines(f"a.py:{line}")
    assert first == f"a.py:{line}: no crossing was seen here"
    assert reason.startswith(f"  {why}")
    assert last == "no crossing was seen in this file"


def test_a_line_that_the_callers_in_other_files_do_not_get_to(folder: Path) -> None:
    (folder / "a.py").write_text("def _f(t, on):\n    if on:\n        t.numpy()\n")
    (folder / "b.py").write_text(f"{LEAF}from a import _f\n_f(w, not True)\n")
    assert lines("a.py:3", "a.py")[0] == "a.py:3:9: `.numpy()`"
    assert lines("a.py:3")[1].startswith(f"  {NOT_REACHED}")


def test_the_other_crossings_of_the_file_are_named(folder: Path) -> None:
    (folder / "a.py").write_text(LEAF + "w.detach().numpy()\n")
    assert lines("a.py:1")[-1] == "the only crossing of this file is on line 3"
    (folder / "a.py").write_text(LEAF + "w.detach().numpy()\n" * 3)
    assert lines("a.py:1")[-1] == "crossings of this file are on lines 3, 4 and 5"


def test_a_crossing_in_another_line_of_the_statement_is_meant(folder: Path) -> None:
    text = "import numpy as np\nx = np.exp(\n    w\n)\nfor y in np.exp(\n    w\n):\n    pass\n"
    (folder / "a.py").write_text(LEAF + text)
    assert [lines(f"a.py:{line}")[0] for line in (4, 5, 6, 7)] == [
        *["a.py:5:5: `np.exp(…)`"] * 3,
        "a.py:8:5: `np.exp(…)`",
    ]
    assert lines("a.py:10")[0] == "a.py:10: no crossing was seen here"


# --- cells and blocks --------------------------------------------------------------------------


def test_a_cell_of_a_notebook_is_named_as_in_findings(folder: Path) -> None:
    (folder / "a.ipynb").write_bytes(notebook(LEAF, "%time x = 1\nw.numpy()", "w.detach().numpy()"))
    found = run("check", "--output-format", "concise").split(": DTL101")[0]
    assert found == "a.ipynb:cell 3:2:1"
    told = lines(found)
    assert told[0] == "a.ipynb:cell 3:2:1: `.numpy()`"
    assert told[-1].startswith("      a.ipynb:cell 2:2: `torch.ones")
    assert lines("a.ipynb:cell 3:1") == [
        "a.ipynb:cell 3:1: no crossing was seen here",
        "  nothing on this line makes an array of a tensor",
        "crossings of this file are on line 2 of cell 3 and line 1 of cell 4",
    ]


def test_blocks_between_cells_are_told_apart(folder: Path) -> None:
    cells = [f"```{{code-cell}}\n{text}\n```\n" for text in (LEAF.strip(), "w.numpy()")]
    (folder / "a.md").write_text(f"{cells[0]}```python\n{LEAF}w.numpy()\n```\n{cells[1]}")
    places = ["a.md:8:1: `.numpy()`", "a.md:11:1: `.numpy()`"]
    assert [lines(place)[0] for place in ("a.md:8", "a.md:11")] == places

"""What `detachlint debug stats` counts: what was read, what was not found, where it was given up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from detachlint.cli.main import command
from detachlint.interpret.engine import shares
from detachlint.project import program, selection

MAIN = """\
import torch
import numpy as np
import pandas
from .missing import thing
from helper import to_numpy
from broken import scale
from tools.units import unit

def train(model):
    to_numpy(model(torch.ones(2, requires_grad=True)))
    return scale(unit)

train(torch.nn.Linear(2, 2)).numpy()
"""
HELPER = "def to_numpy(x):\n    return x.numpy()\n"
BROKEN = "def scale(x):\n    return (x\n"
FILES = {
    "main.py": MAIN,
    "helper.py": HELPER,
    "broken.py": BROKEN,
    "plain.py": "import os\n",
    "tools/units.py": "import yaml\nunit = 1\n",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def stats(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["debug", "stats", *arguments])


def sections(*arguments: str) -> dict[str, list[str]]:
    """The lines that are indented, by the line above them up to its colon."""
    result = stats(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    found: dict[str, list[str]] = {}
    for line in result.stdout.splitlines():
        if line.startswith("  "):
            found[list(found)[-1]].append(line.strip())
        else:
            name, _, rest = line.partition(": ")
            found[name] = [rest]
    return found


def test_what_is_read_and_what_is_not_is_told() -> None:
    write(FILES)
    found = sections("main.py", "helper.py", "plain.py")
    assert found["files"] == ["3", "with a crossing: 2", "that may lead to one: 0"]
    assert found["read for their imports"] == ["1", "tools/units.py"]
    assert found["cannot be read"] == ["1", "broken.py:2: '(' was never closed"]
    assert found["modules out of sight"] == [
        "3",
        ".missing: main.py:4",
        "pandas: main.py:3",
        "yaml: tools/units.py:1",
    ]
    assert found["analysed together"] == ["1 group, the largest of 2 files"]
    assert found["crossings"][0].startswith("2, reached in ")
    assert found["gave up"] == ["0 times"]


def test_a_named_file_that_python_cannot_read_is_told() -> None:
    write({"a.py": "import torch\nx.numpy(\n", "b.py": "import torch\n\nx = '\\x.numpy()'\n"})
    Path("c.py").write_bytes(b"import torch\nx.numpy() # \xff\n")
    assert [line.partition(": ")[0] for line in sections()["cannot be read"]] == [
        "2",
        "a.py:2",
        "b.py:3",
    ]


def test_contexts_functions_and_steps_are_counted() -> None:
    calls = "".join(f"f(t, {n})\n" for n in range(3))
    text = f"import torch\nt = torch.ones(1)\ndef f(x, n):\n    return x.numpy()\n{calls}"
    write({"a.py": text})
    found = sections()
    assert found["crossings"] == ["1, reached in 3 contexts"]
    assert found["functions"] == ["1, run 3 times"]
    assert int(found["steps"][0]) > 6


def test_what_the_language_has_no_model_for_is_told() -> None:
    write({"a.py": "from numpy import *\nimport torch\ntorch.ones(2).numpy()\n"})
    assert sections()["not modelled"] == ["1", "import *: 1"]


def test_what_the_facts_do_not_know_is_told() -> None:
    write({"main.py": "import numpy as np\nimport torch\nnp.novel(torch.ones(2)).numpy()\n"})
    assert sections()["not modelled"] == ["1", "numpy callable numpy.novel: 1"]


def test_calls_and_entry_points_that_are_given_up_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = ["import torch", "t = torch.ones(2, requires_grad=True)", "def work(x):"]
    lines += [f"    y{n} = x * {n}" for n in range(60)] + ["    return convert(x)"]
    lines += ["def convert(x):", "    return x.numpy()"]
    calls = [f"work(t * {n})" for n in range(9)]
    write({"a.py": "\n".join([*lines, *calls]) + "\n"})
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 150)
    first = len(lines) + 1
    *_, bounds = sections()["gave up"]
    reason, _, places = bounds.partition(": ")
    assert reason == "too many runs of work"
    numbers = [int(n) for n in re.findall(r"a\.py:(\d+)", places)]
    assert numbers and all(first <= n < first + len(calls) for n in numbers)
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 20)
    assert any("too many steps" in line and "a.py:3" in line for line in sections()["gave up"])


def test_modules_and_callers_beyond_the_bounds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = "import torch\nfrom helper import to_numpy\nto_numpy(torch.ones(2))\n"
    write({"helper.py": HELPER, **{f"caller{n}.py": caller for n in range(4)}})
    monkeypatch.setattr(selection, "MOST_FILES", 3)
    assert sections()["gave up"] == ["1 time", "too many callers: helper.py:1"]
    write({"caller0.py": caller + "torch.ones(2).numpy()\n"})
    monkeypatch.setattr(program, "MOST_MODULES", 0)
    bounds = sections("caller0.py")["gave up"][1:]
    assert [line.partition(" (")[0] for line in bounds] == ["too many modules: helper.py:1"]


def test_the_statistics_are_the_same_each_time_and_in_any_order() -> None:
    write(FILES)
    one = stats("main.py", "helper.py").stdout
    assert one == stats("helper.py", "main.py").stdout != ""


def test_the_configuration_counts() -> None:
    write({**FILES, "more/a.py": HELPER})
    assert sections()["files"][0] == "6"
    assert sections("--extend-exclude", "more")["files"][0] == "5"
    Path("pyproject.toml").write_text("[tool.detachlint]\nexclude = ['tools', 'more']\n")
    assert sections()["files"][0] == "4"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.py",), "nowhere.py: No such file or directory"),
        (("--config", "x = 1"), "--config: x: there is no such key"),
        (("--select", "DTL7"), "--select: there is no rule 'DTL7'"),
    ],
)
def test_mistakes_are_one_line(arguments: tuple[str, ...], words: str) -> None:
    result = stats(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_empty_folder_has_nothing_to_count() -> None:
    found = sections()
    assert found["files"][0] == "0"
    assert found["analysed together"] == ["0 groups"]

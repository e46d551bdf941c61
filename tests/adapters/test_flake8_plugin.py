"""The flake8 plugin, by itself and in a real flake8."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import detachlint.lower
from detachlint import __version__
from detachlint.flake8_plugin import Plugin

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"


def reports(text: str, filename: str = "a.py") -> list[tuple[int, int, str, type]]:
    return list(Plugin(ast.parse(text), filename, text.splitlines(keepends=True)).run())


# --- the class ---------------------------------------------------------------------------------


def test_a_finding_has_line_column_and_its_origin() -> None:
    [(line, column, message, kind)] = reports(CROSSING)
    assert (line, column, kind) == (4, 4, Plugin)
    assert message.startswith("DTL101 ")
    assert "(line " in message
    assert "\n" not in message


def test_columns_are_characters() -> None:
    [(line, column, _, _)] = reports(CROSSING.replace("a = ", "日 = 'é', "))
    assert (line, column) == (4, 9)


def test_files_without_a_crossing_cost_the_scan_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(tree: object, filename: str) -> None:
        raise AssertionError("analysed")

    monkeypatch.setattr(detachlint.lower, "lower_module", forbidden)
    assert reports("import torch\nx = torch.ones(1)\n") == []
    assert reports("import numpy as np\nx = np.ones(1)\n") == []
    assert reports("") == []


def test_an_internal_error_is_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(tree: object, filename: str) -> None:
        raise KeyError("x\ny")

    monkeypatch.setattr(detachlint.lower, "lower_module", crash)
    [(line, column, message, _)] = reports(CROSSING)
    assert (line, column) == (1, 0)
    assert message.startswith("DTL900 internal error in detachlint (KeyError: ")
    assert "\n" not in message


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    program = (
        "import ast, sys; from detachlint.flake8_plugin import Plugin\n"
        "text = 'import torch\\nx = 1\\n'\n"
        "assert not list(Plugin(ast.parse(text), 'a.py', [text]).run())\n"
        "heavy = ('libcst', 'click', 'torch', 'numpy', 'detachlint.interpret', 'detachlint.api')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert output.stdout == b"[]\n"


def test_findings_are_made_without_libcst() -> None:
    program = (
        "import ast, sys; from detachlint.flake8_plugin import Plugin\n"
        f"text = {CROSSING!r}\n"
        "assert list(Plugin(ast.parse(text), 'a.py', [text]).run())\n"
        "print('libcst' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert output.stdout == b"False\n"


# --- flake8 ------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(CROSSING)
    return tmp_path


def flake8(*arguments: str, given: bytes = b"", code: int = 1) -> list[str]:
    """The lines that a real flake8 prints, cut off after the rule's code."""
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "-j1", *arguments],
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == b""
    assert done.returncode == code
    return [" ".join(line.split(" ")[:2]) for line in done.stdout.decode().splitlines()]


def test_flake8_shows_line_and_column(project: Path) -> None:
    assert flake8("a.py") == ["a.py:4:5: DTL101"]


def test_flake8_names_the_plugin() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--version"], capture_output=True, check=True
    )
    assert f"detachlint: {__version__}" in done.stdout.decode()


def test_noqa_is_honoured(project: Path) -> None:
    for comment, code in [("noqa: DTL101", 0), ("noqa: DTL", 0), ("noqa", 0), ("noqa: E501", 1)]:
        (project / "a.py").write_text(CROSSING.rstrip("\n") + f"  # {comment}\n")
        assert bool(flake8("a.py", code=code)) == bool(code)


def test_selecting_and_ignoring_are_honoured(project: Path) -> None:
    (project / "a.py").write_text(CROSSING + "import os\n")
    both = flake8("a.py")
    assert "a.py:4:5: DTL101" in both
    assert "a.py:5:1: F401" in both
    assert flake8("--select", "DTL", "a.py") == ["a.py:4:5: DTL101"]
    assert flake8("--select", "F401", "a.py") == ["a.py:5:1: F401"]
    assert "a.py:4:5: DTL101" not in flake8("--extend-ignore", "DTL101", "a.py")


def test_per_file_ignores_are_honoured(project: Path) -> None:
    (project / "b.py").write_text(CROSSING)
    (project / ".flake8").write_text("[flake8]\nper-file-ignores =\n    b.py: DTL\n")
    assert flake8(".") == ["./a.py:4:5: DTL101"]


def test_standard_input_is_checked(project: Path) -> None:
    assert flake8("-", given=CROSSING.encode()) == ["stdin:4:5: DTL101"]
    named = flake8("-", "--stdin-display-name", "x.py", given=CROSSING.encode())
    assert named == ["x.py:4:5: DTL101"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + CROSSING.encode(),
        CROSSING.replace("\n", "\r\n").encode(),
        CROSSING.replace("\n\n", "\n\x0c\n").encode(),
        b"# coding: latin-1\n" + CROSSING.replace("\n\n", "\n").encode() + b"# \xe9\n",
    ],
)
def test_files_of_all_kinds_have_their_lines(project: Path, content: bytes) -> None:
    (project / "a.py").write_bytes(content)
    assert flake8("--select", "DTL", "a.py") == ["a.py:4:5: DTL101"]


@pytest.mark.parametrize("content", [b"x = (\n", b"torch x.numpy(\0)\n", b""])
def test_what_flake8_cannot_parse_is_left_to_it(project: Path, content: bytes) -> None:
    (project / "a.py").write_bytes(content)
    assert not any("DTL" in line for line in flake8("a.py", code=1 if content else 0))


# --- its options ---------------------------------------------------------------------------------

UNSURE = "import torch\ndef f(x: torch.Tensor):\n    return x.numpy()\n"


@pytest.fixture
def unsure(project: Path) -> Path:
    (project / "a.py").write_text(UNSURE)
    return project


def test_confidence_is_an_option_of_flake8(unsure: Path) -> None:
    assert flake8("--select", "DTL", "a.py", code=0) == []
    asked = ("--select", "DTL", "--detachlint-min-confidence", "possible", "a.py")
    assert flake8(*asked) == ["a.py:3:12: DTL101"]
    (unsure / ".flake8").write_text("[flake8]\ndetachlint-min-confidence = possible\n")
    assert flake8("--select", "DTL", "a.py") == ["a.py:3:12: DTL101"]


def test_confidence_is_taken_from_the_configuration(unsure: Path) -> None:
    (unsure / "pyproject.toml").write_text("[tool.detachlint]\nmin-confidence = 'possible'\n")
    assert flake8("--select", "DTL", "a.py") == ["a.py:3:12: DTL101"]
    assert flake8("--select", "DTL", "--detachlint-isolated", "a.py", code=0) == []
    option = ("--detachlint-min-confidence", "certain")
    assert flake8("--select", "DTL", *option, "a.py", code=0) == []


def test_a_configuration_can_be_named(unsure: Path) -> None:
    (unsure / "mine.toml").write_text("min-confidence = 'possible'\n")
    named = ("--select", "DTL", "--detachlint-config", "mine.toml")
    assert flake8(*named, "a.py") == ["a.py:3:12: DTL101"]


def test_selecting_is_left_to_flake8(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.detachlint]\nignore = ['DTL101']\n")
    assert flake8("a.py") == ["a.py:4:5: DTL101"]


def test_a_wrong_configuration_is_reported(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.detachlint]\nselct = []\n")
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--select", "DTL", "a.py"],
        capture_output=True,
        check=False,
    )
    wrong = "DTL900 cannot be checked: pyproject.toml: selct: there is no such key"
    assert done.stdout.decode().startswith(f"a.py:1:1: {wrong}")


def test_unused_comments_are_left_to_others(project: Path) -> None:
    (project / "a.py").write_text(CROSSING.replace("()).n", "()).detach().n") + "# noqa: DTL101\n")
    assert flake8("--select", "DTL901", "a.py", code=0) == []


# --- what is silenced ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("# detachlint: ignore[DTL101] plotted once", 0),
        ("# detachlint: ignore", 0),
        ("# detachlint: ignore[DTL102]", 1),
        ("# noqa: DTL101", 1),
    ],
)
def test_comments_for_this_tool_are_its_own_business(comment: str, count: int) -> None:
    """Those for flake8 are left to flake8, which may be told to disregard them."""
    assert len(reports(CROSSING.rstrip("\n") + f"  {comment}\n")) == count


def test_a_file_may_be_left_out() -> None:
    assert reports("# detachlint: skip-file\n" + CROSSING) == []
    assert len(reports("# flake8: noqa\n" + CROSSING)) == 1


def test_the_baseline_counts(project: Path) -> None:
    command = [sys.executable, "-m", "detachlint", "check", "--write-baseline", "base.json", "-q"]
    subprocess.run(command, check=True, capture_output=True)
    (project / "pyproject.toml").write_text("[tool.detachlint]\nbaseline = 'base.json'\n")
    assert flake8("--select", "DTL", "a.py", code=0) == []
    (project / "a.py").write_text("\n" + CROSSING + "model.weight.numpy()\n")
    assert flake8("--select", "DTL", "a.py") == ["a.py:6:1: DTL101"]

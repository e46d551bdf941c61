"""The short way says what the long one says, where it says anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detachlint import quick
from detachlint.api import check_paths
from detachlint.config.configuration import Configuration
from detachlint.source.words import ADDRESSES, CROSSING_WORDS, LIBRARIES, NAMES, PARTS

PLAIN = "import torch\n\n\ndef double(x):\n    return x * 2\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if not quick._are_unconfigured(str(tmp_path), set()):
        pytest.skip("somebody has configured the folder of all temporary files")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answers(*arguments: str) -> bool:
    return quick.answer(["check", *arguments])


def test_a_plain_file_passes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text(PLAIN)
    Path("b.py").write_text("")
    assert answers("a.py", "b.py")
    assert capsys.readouterr() == ("All checks passed!\n", "")
    assert answers("a.py", "-q", "--no-cache")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("word", [*CROSSING_WORDS, *ADDRESSES, *PARTS.values()])
def test_a_hint_is_looked_into(word: str) -> None:
    Path("a.py").write_text(f"{PLAIN}# {word}\n")
    assert not answers("a.py")


@pytest.mark.parametrize("name", [*LIBRARIES, *NAMES])
def test_an_import_of_a_library_is_looked_into(name: str) -> None:
    Path("a.py").write_text(f"{PLAIN}if True:\n    from {name} import x\n")
    assert not answers("a.py")


@pytest.mark.parametrize(
    "text", ["def f(:\n", "x = 1\0", "# -*- coding: rot13 -*-\n", "x = 'ä'\n", "(" * 10_000]
)
def test_what_is_hard_to_read_is_left_to_who_can(text: str) -> None:
    Path("a.py").write_text(text, encoding="utf-8")
    assert not answers("a.py")


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", "tox.ini"])
def test_a_configuration_is_read_by_who_can(folder: Path, name: str) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "a.py").write_text(PLAIN)
    assert answers("inner/a.py")
    (folder / name).write_text("[tool.detachlint]\n")
    assert not answers("inner/a.py")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-v"],
        ["--fix"],
        ["."],
        ["-"],
        ["missing.py"],
        ["a.txt"],
        ["--select", "DTL"],
        ["--diff"],
    ],
)
def test_other_questions_are_left_to_the_command_line(arguments: list[str]) -> None:
    Path("a.py").write_text(PLAIN)
    Path("a.txt").write_text(PLAIN)
    assert not answers("a.py", *arguments) or not arguments
    assert not quick.answer(["fix", "a.py"])
    assert not quick.answer(arguments)


def test_completion_is_left_to_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.py").write_text(PLAIN)
    monkeypatch.setenv("_DETACHLINT_COMPLETE", "bash_source")
    assert not answers("a.py")


PIECES = (
    *(
        "import ",
        "from ",
        "numpy",
        "np",
        "torch",
        " as ",
        "\n",
        "\\\n",
        "\r",
        " ",
        "x.",
        "backward",
    ),
    *("numpy()", "# noqa", "# noqa: DTL101", "plt", "t", "(", ")", "=", "'", "é", "\f", "pass\n"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=300)
def test_no_finding_is_lost(text: str) -> None:
    Path("a.py").write_text(text, encoding="utf-8", newline="")
    if answers("a.py"):
        [result] = check_paths(["a.py"], Configuration())
        assert (result.findings, result.error, result.known) == ((), None, ())


def test_nothing_is_imported_for_it() -> None:
    Path("a.py").write_text(PLAIN)
    code = (
        "import sys; sys.argv = ['detachlint', 'check', 'a.py']\n"
        "before = set(sys.modules)\n"
        "from detachlint.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, *sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    last = done.stdout.splitlines()[-1].split()
    assert last[0] == "0"
    assert set(last[1:]) <= {
        *("__future__", "detachlint", "detachlint.__main__", "detachlint.quick", "warnings"),
        *("detachlint.source", "detachlint.source.words", "collections", "collections.abc"),
        *("_ast", "itertools", "keyword", "_collections", "operator", "_operator", "reprlib"),
    }

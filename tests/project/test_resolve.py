"""Which file an import means: what Python would run, for the ways in which programs are laid out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from trees import tree


@pytest.mark.parametrize(
    ("files", "importer", "level", "module", "expected"),
    [
        ("a.py b.py", "a.py", 0, "b", "b.py"),
        ("a.py p/__init__.py p/b.py", "a.py", 0, "p.b", "p/b.py"),
        ("a.py p/__init__.py", "a.py", 0, "p", "p/__init__.py"),
        ("a.py p/b.py", "a.py", 0, "p.b", "p/b.py"),
        ("a.py p/q/b.py", "a.py", 0, "p.q.b", "p/q/b.py"),
        ("a.py src/p/__init__.py src/p/b.py", "a.py", 0, "p.b", "src/p/b.py"),
        ("src/p/__init__.py src/p/a.py src/p/b.py", "src/p/a.py", 0, "p.b", "src/p/b.py"),
        ("tests/a.py src/p/__init__.py", "tests/a.py", 0, "p", "src/p/__init__.py"),
        ("scripts/a.py scripts/b.py b.py", "scripts/a.py", 0, "b", "scripts/b.py"),
        ("one/a.py one/b.py two/b.py", "one/a.py", 0, "b", "one/b.py"),
        ("p/__init__.py p/a.py p/b.py b.py", "p/a.py", 0, "b", "b.py"),
        ("p/__init__.py p/a.py p/b.py", "p/a.py", 0, "b", "p/b.py"),
        ("p/__init__.py p/a.py p/b.py", "p/a.py", 1, "b", "p/b.py"),
        ("p/__init__.py p/a.py", "p/a.py", 1, "", "p/__init__.py"),
        ("p/__init__.py p/q/__init__.py p/q/a.py p/b.py", "p/q/a.py", 2, "b", "p/b.py"),
        ("p/__init__.py p/b.py p/b/__init__.py a.py", "a.py", 0, "p.b", "p/b/__init__.py"),
        ("a.py b/c.py b.py", "a.py", 0, "b", "b.py"),
        ("a.py torch.py", "a.py", 0, "torch", None),
        ("a.py random.py", "a.py", 0, "random", None),
        ("a.py docs/readme.txt", "a.py", 0, "docs", None),
        ("a.py p/__init__.py", "a.py", 0, "p.b", None),
        ("a.py", "a.py", 0, "nothing", None),
        ("a.py", "a.py", 3, "b", None),
    ],
)
def test_import(
    root: Path, files: str, importer: str, level: int, module: str, expected: str | None
) -> None:
    project = tree(root, dict.fromkeys(files.split(), ""))
    found = project.find(importer, level, module)
    assert found == expected


def test_an_import_does_not_leave_the_project(root: Path) -> None:
    outer = tree(root, {"b.py": "", "inner/setup.py": "", "inner/a.py": ""})
    assert outer.find("inner/a.py", 0, "b") is None


@pytest.mark.parametrize("name", ["b", "q"])
def test_submodule(root: Path, name: str) -> None:
    project = tree(root, {"p/__init__.py": "", "p/b.py": "", "p/q/__init__.py": ""})
    assert project.submodule("p/__init__.py", name) in ("p/b.py", "p/q/__init__.py")
    assert project.submodule("p/b.py", name) is None


LAYOUT = {
    "main.py": "import p.b, lone; from p import c\nprint(p.b.__file__, lone.__file__, c.__file__)\n",
    "lone.py": "",
    "p/__init__.py": "",
    "p/b.py": "",
    "p/c/__init__.py": "",
}


def test_python_finds_the_same_files(root: Path) -> None:
    project = tree(root, LAYOUT)
    command = [sys.executable, "main.py"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    found = [project.find("main.py", 0, name) for name in ("p.b", "lone", "p.c")]
    assert [str(root / name) for name in found if name] == shown

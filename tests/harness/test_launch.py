"""Programs of several files: imports, arguments, packages, and whose lines are observed."""

from __future__ import annotations

import sys
from pathlib import Path

from detachlint.harness.executor import execute
from detachlint.harness.launch import Launch
from detachlint.harness.observation import Observation
from detachlint.harness.runner import Runner

HELPER = "def convert(tensor):\n    return tensor.numpy()\n"
MAIN = """\
import sys
import torch
from helper import convert
try:
    convert(torch.ones(1, requires_grad="grad" in sys.argv))
except RuntimeError:
    print("refused")
"""


def project(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def run(runner: Runner, main: Path, launch: Launch) -> Observation:
    return runner.run(main.read_text(encoding="utf-8"), filename=str(main), launch=launch)


def test_a_crossing_is_placed_in_the_file_that_makes_it(runner: Runner, tmp_path: Path) -> None:
    root = project(tmp_path, main=MAIN, helper=HELPER)
    seen = run(runner, root / "main.py", Launch(str(root), (str(root),), ("grad",)))
    assert [(Path(c.filename).name, c.line) for c in seen.crossings] == [("helper.py", 2)]
    assert (seen.refused_lines(), seen.stdout) == ({2}, "refused\n")
    seen = run(runner, root / "main.py", Launch(str(root), (str(root),)))
    assert (seen.refused_lines(), seen.stdout) == (set(), "")


def test_frames_outside_the_root_are_not_the_programs(runner: Runner, tmp_path: Path) -> None:
    library = project(tmp_path / "library", helper=HELPER)
    root = project(tmp_path / "root", main=MAIN)
    seen = run(runner, root / "main.py", Launch(str(root), (str(library),), ("grad",)))
    assert [(Path(c.filename).name, c.line) for c in seen.crossings] == [("main.py", 5)]


def test_a_module_of_a_package_imports_relatively(runner: Runner, tmp_path: Path) -> None:
    main = MAIN.replace("from helper", "from .helper")
    root = project(tmp_path, pkg__main=main, pkg__helper=HELPER)
    launch = Launch(str(root), (str(root),), ("grad",), package="pkg")
    seen = run(runner, root / "pkg" / "main.py", launch)
    assert (seen.error, seen.stdout) == (None, "refused\n")


def test_nothing_of_a_program_stays_in_a_process_that_runs_several(tmp_path: Path) -> None:
    before = sys.modules.copy(), sys.path.copy(), sys.argv
    for name, text in (("one", HELPER), ("two", HELPER.replace("numpy", "tolist"))):
        root = project(tmp_path / name, main=MAIN, helper=text)
        launch = Launch(str(root), (str(root),), ("grad",))
        execution = execute(MAIN, str(root / "main.py"), launch=launch)
        assert [c.line for c in execution.crossings] == ([2] if name == "one" else [])
    assert "helper" not in sys.modules
    assert sys.modules["__main__"] is before[0]["__main__"]
    assert (sys.path, sys.argv) == before[1:]

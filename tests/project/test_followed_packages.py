"""Installed packages that are part of the program, because the user says so."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from trees import tree

from detachlint.api import check_paths
from detachlint.cache.store import Store
from detachlint.cli.main import command
from detachlint.config.options import Options
from detachlint.outcome.result import FileResult
from detachlint.project import sharing
from detachlint.project.followed import Followed, followed

MAIN = """\
import torch
from mylib import detached, kept
t = torch.ones(2, requires_grad=True)
kept(t).numpy()
detached(t).numpy()
"""
PACKAGE = {
    "__init__.py": "from .tensors import detached, kept\n",
    "tensors.py": (
        "import other\nfrom mylib.units import UNIT\nfrom . import nothing\n"
        "def detached(x):\n    return x.detach() * UNIT\n"
        "def kept(x):\n    return other.same(x) * UNIT\n"
        "def crossing(x):\n    return x.numpy()\n"
    ),
    "units.py": "UNIT = 2\n",
}
FOLDERS = ("env/lib/python3.11/site-packages", "env/Lib/site-packages", "packages")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def install(folder: str = "../packages") -> None:
    """Put the package (and another one, which is not followed) into a folder."""
    tree(Path(folder), {f"mylib/{name}": text for name, text in PACKAGE.items()})
    Path(folder, "other.py").write_text("def same(x):\n    return x.detach()\n")


def check(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["check", "--output-format", "concise", *arguments])


def lines(*arguments: str) -> list[str]:
    """Where the findings are."""
    result = check(*arguments)
    assert result.exit_code < 2, result.stderr
    return [line.rpartition(": DTL")[0] for line in result.stdout.splitlines() if ": DTL" in line]


FOLLOW = ("--follow-packages", "mylib", "--environment", "../packages")


def test_what_a_package_does_is_seen_and_nothing_is_executed() -> None:
    install()
    Path("main.py").write_text(MAIN)
    everything = ("--min-confidence", "possible", "main.py")
    assert lines(*everything) == ["main.py:4:1", "main.py:5:1"]
    assert lines(*FOLLOW, *everything) == ["main.py:4:1"]
    assert not {"mylib", "mylib.units", "other"} & sys.modules.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_environments_are_virtual_ones_or_folders_of_packages(folder: str) -> None:
    install(f"../{folder}")
    Path("main.py").write_text(MAIN)
    environment = f"../{folder.partition('/')[0]}"
    found = followed(["mylib"], environment).folders
    assert [Path(each).resolve() for each in found] == [Path(f"../{folder}").resolve()]


def test_the_environment_is_that_of_the_running_python(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    Path("main.py").write_text(MAIN)
    monkeypatch.syspath_prepend(str(here.parent / "packages"))
    everything = ("--min-confidence", "possible", "main.py")
    assert lines("--follow-packages", "mylib", *everything) == ["main.py:4:1"]


def test_no_finding_is_inside_of_a_package() -> None:
    install()
    Path("main.py").write_text(
        "import torch\nfrom mylib.tensors import crossing\n"
        "crossing(torch.ones(2, requires_grad=True))\ntorch.ones(2, requires_grad=True).numpy()\n"
    )
    assert lines(*FOLLOW, ".") == ["main.py:4:1"]


def test_a_package_sees_none_of_its_neighbours_that_are_not_followed() -> None:
    install()
    Path("main.py").write_text(MAIN)
    everything = ("--min-confidence", "possible", "main.py")
    assert lines(*FOLLOW, *everything) == ["main.py:4:1"], "`other` is out of sight"
    both = ("--follow-packages", "mylib,other", "--environment", "../packages")
    assert lines(*both, *everything) == []
    assert lines(*FOLLOW, "--follow-packages", "other", *everything) == []


def test_the_project_goes_before_what_is_installed() -> None:
    install()
    tree(Path(), {"mylib.py": "def detached(x):\n    return x\ndef kept(x):\n    return 1\n"})
    Path("main.py").write_text(MAIN)
    assert lines(*FOLLOW, "main.py") == ["main.py:5:1"]


def test_a_module_that_is_one_file_is_followed() -> None:
    Path("../packages").mkdir()
    Path("../packages/mylib.py").write_text(
        "import json5\ndef detached(x):\n    return x.detach()\ndef kept(x):\n    return x * 2\n"
    )
    Path("../packages/json5.py").write_text("print(\n")
    Path("main.py").write_text(MAIN)
    assert lines(*FOLLOW, "main.py") == ["main.py:4:1"]


def test_a_package_that_is_not_there_is_counted_and_stops_nothing() -> None:
    Path("../packages").mkdir()
    Path("main.py").write_text(MAIN)
    assert check(*FOLLOW, "main.py").exit_code == 0
    result = CliRunner().invoke(command, ["debug", "stats", *FOLLOW, "main.py"])
    assert "  mylib: main.py:2\n" in result.stdout


def test_the_trace_leads_into_the_package() -> None:
    install()
    Path("../packages/mylib/tensors.py").write_text(
        "import torch\ndef detached(x):\n    return x.detach()\n"
        "def kept(x):\n    return x * torch.ones(2, requires_grad=True)\n"
    )
    Path("main.py").write_text(MAIN.replace("t = torch.ones(2, requires_grad=True)", "t = 2"))
    result = CliRunner().invoke(command, ["check", *FOLLOW, "main.py"])
    assert "packages/mylib/tensors.py:5: `torch.ones(" in result.stdout


def test_packages_are_configured(here: Path) -> None:
    install()
    Path("main.py").write_text(MAIN)
    text = '[tool.detachlint]\nfollow-packages = ["mylib", "other"]\nenvironment = "../packages"\n'
    Path("pyproject.toml").write_text(text)
    everything = ("--min-confidence", "possible", "main.py")
    assert lines(*everything) == []
    assert lines("--isolated", *everything) == ["main.py:4:1", "main.py:5:1"]
    shown = check("--show-settings", "main.py").stdout
    folder = here.parent / "packages"
    assert f'follow-packages = ["mylib", "other"]\nenvironment = "{folder}"\n' in shown
    Path("pyproject.toml").unlink()
    ini = "[detachlint]\nfollow-packages = mylib, other\nenvironment = ../packages\n"
    Path("setup.cfg").write_text(ini)
    assert lines(*everything) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("follow-packages = 'mylib'", "follow-packages: has to be a list of strings, not 'mylib'"),
        ("follow-packages = ['my-lib']", "follow-packages: has to be names of packages"),
        ("follow-packages = ['my.lib']", "follow-packages: has to be names of packages"),
        ("follow-packages = ['torch']", "follow-packages: what 'torch' does is known as facts"),
        ("follow-packages = ['os']", "follow-packages: what 'os' does is known as facts"),
        ("environment = 3", "environment: has to be the name of a folder, not 3"),
        ("environment = 'nowhere'", "environment: there is no folder 'nowhere'"),
        ("follow-package = []", "follow-package: there is no such key; did you mean"),
    ],
)
def test_mistakes_are_one_line(text: str, words: str) -> None:
    Path("main.py").write_text(MAIN)
    Path("pyproject.toml").write_text(f"[tool.detachlint]\n{text}\n")
    result = check("main.py")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"pyproject.toml: {words}" in result.stderr
    assert result.stderr.count("\n") == 1


# --- the cache and several processes --------------------------------------------------------------

SMALL = "def detached(x):\n    return x.detach()\ndef kept(x):\n    return x\n"


def results(store: Store | None, packages: Followed, jobs: int = 1) -> list[FileResult]:
    options = Options(followed=packages)
    return list(check_paths(["."], options, store=store, jobs=jobs))


def findings(found: list[FileResult]) -> list[int]:
    return [finding.span.line for result in found for finding in result.findings]


def test_what_changes_in_a_package_changes_results(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    packages = tree_of(SMALL)
    Path("main.py").write_text(MAIN)
    for _ in range(2):
        assert findings(results(store, packages)) == [4]
    Path("../packages/mylib.py").write_text(SMALL.replace("return x\n", "return 3\n"))
    assert findings(results(store, packages)) == []
    # A package goes before a module of the same name.
    tree(Path("../packages/mylib"), {"__init__.py": SMALL})
    assert findings(results(store, packages)) == [4]
    assert findings(results(store, Followed())) == []


def test_another_environment_gives_other_results(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    packages = tree_of(SMALL)
    Path("main.py").write_text(MAIN)
    assert findings(results(store, packages)) == [4]
    Path("../others").mkdir()
    Path("../others/mylib.py").write_text(SMALL.replace("x.detach()", "x * 2"))
    others = followed(["mylib"], "../others")
    for _ in range(2):
        assert findings(results(store, others)) == [4, 5]
        assert findings(results(store, packages)) == [4]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_processes_follow_the_same_packages(start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tree_of(SMALL)
    for name in ("one", "two"):
        Path(f"{name}.py").write_text(MAIN)
    get_context = multiprocessing.get_context
    monkeypatch.setattr(sharing, "SMALL", 1)
    monkeypatch.setattr(multiprocessing, "get_context", lambda method: get_context(start))
    if start == "spawn":
        monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert findings(results(None, packages, jobs=2)) == [4, 4]


def tree_of(text: str) -> Followed:
    """A folder of packages with a single module in it."""
    Path("../packages").mkdir()
    Path("../packages/mylib.py").write_text(text)
    return followed(["mylib"], "../packages")

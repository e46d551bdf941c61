"""Several processes find what one finds, and end well when one of them does not."""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from detachlint.api import check_paths, fix_paths
from detachlint.cache.store import Store
from detachlint.config.options import Options
from detachlint.project import group as groups
from detachlint.project import parallel, sharing
from detachlint.project.lost import WorkerLost
from detachlint.rules.finding import Confidence

PROJECTS = Path(__file__).parents[1] / "projects"
NAMES = ("word_vectors", "evaluate_three_callers", "vae_latents", "style_transfer", "beam_search")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="starts processes by forking")


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some projects in the current folder, small as they are worth several processes."""
    for name in NAMES:
        shutil.copytree(PROJECTS / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sharing, "SMALL", 1)
    # What is patched here has to hold in the other processes, whatever threads pytest has.
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    return tmp_path


def found(jobs: int, store: Store | None = None) -> list[Any]:
    results = check_paths(["."], Options(Confidence.POSSIBLE), jobs=jobs, store=store)
    return [(each.filename, each.findings, each.error) for each in results]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_results_and_their_order_are_the_same(
    shared: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    if start == "spawn":
        monkeypatch.setattr(threading, "active_count", lambda: 2)
    alone = found(1)
    assert any(findings for _, findings, _ in alone)
    assert found(3) == alone


def test_the_cache_is_filled_as_by_one_process(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / ".cache")
    first = found(3, store)

    def fails(*_: Any, **__: Any) -> Any:
        raise AssertionError("a group was analysed anew")

    monkeypatch.setattr(parallel, "analyse_group", fails)
    assert found(3, store) == first
    path = shared / "beam_search" / "main.py"
    path.write_text(path.read_text() + "\nLAST = 1\n")
    monkeypatch.undo()
    monkeypatch.chdir(shared)
    assert found(3, store) == found(1)


def test_fixes_are_the_same(shared: Path, tmp_path: Path) -> None:
    def fixed(jobs: int) -> list[Any]:
        results = fix_paths(["."], Options(), write=False, jobs=jobs)
        return [(each.filename, each.fixed) for each in results]

    assert fixed(2) == fixed(1)


def test_a_defect_in_a_process_is_told_as_that_of_its_file(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise LookupError("no such thing")

    monkeypatch.setattr(groups, "analyse_program", fails)
    monkeypatch.setattr(groups, "analyse_module", fails)
    errors = [error for _, _, error in found(3) if error is not None]
    assert errors
    assert all("LookupError: no such thing" in error for error in errors)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_run_that_is_given_up_ends_its_own_processes_alone(
    shared: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    expected = found(2)
    if start == "spawn":
        monkeypatch.setattr(threading, "active_count", lambda: 2)
    before = set(multiprocessing.active_children())
    given_up = iter(check_paths(["."], Options(Confidence.POSSIBLE), jobs=2))
    next(given_up)
    assert set(multiprocessing.active_children()) - before
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    other.start()
    del given_up
    gc.collect()
    started = set(multiprocessing.active_children()) - before
    # Not by `join`: the pool's own thread does that, and for a moment each thinks that the other will.
    deadline = time.monotonic() + 30
    while any(child.is_alive() for child in started - {other}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {child for child in started if child.is_alive()} == {other}
    assert found(2) == expected
    assert other.is_alive()
    other.kill()
    other.join()


def test_a_killed_process_ends_the_run(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(parallel, "analyse_group", killed)
    with pytest.raises(WorkerLost):
        found(3)


def test_a_killed_process_is_told_in_one_line(shared: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from detachlint.project import parallel, sharing\n"
        "sharing.SMALL = 1\n"
        "parallel.analyse_group = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from detachlint.cli.main import main\n"
        "main(['check', '.', '-n', '-j', '3'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "a process that helped was killed" in line
    assert done.stdout == ""


def test_a_small_input_takes_one_process(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise AssertionError("a process was started")

    monkeypatch.setattr(sharing, "SMALL", 100_000)
    monkeypatch.setattr(parallel, "ProcessPoolExecutor", fails)
    assert all(error is None for _, _, error in found(8))

"""Files that are not the same when they are looked at again: pipes, and what others write meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from detachlint.api import FileResult, check_paths, fix_paths
from detachlint.cache.store import Store
from detachlint.source.discovery import read_named

CROSSING = "import torch\nx = torch.ones(2, requires_grad=True)\nx.numpy()\n"
OTHER = CROSSING.replace("\nx = ", "\n\n\nx = ")

Check = Callable[[list[str]], list[FileResult]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["without a cache", "with a cache"])
def check(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Check:
    store = Store(tmp_path_factory.mktemp("cache"), print)
    kept = None if request.param == "without a cache" else store
    return lambda paths: list(check_paths(paths, store=kept))


def lines(results: list[FileResult]) -> list[int]:
    assert [result.error for result in results if result.error] == []
    return [finding.span.line for result in results for finding in result.findings]


def feed(path: Path, text: str) -> threading.Thread:
    """Somebody who writes into a pipe, once there is a reader."""
    writer = threading.Thread(target=path.write_text, args=(text,), daemon=True)
    writer.start()
    return writer


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_read_once(folder: Path, check: Check) -> None:
    os.mkfifo(folder / "pipe.py")
    (folder / "uses.py").write_text("import pipe\n")
    for text, line in ((CROSSING, 3), (OTHER, 5)):
        writer = feed(folder / "pipe.py", text)
        assert lines(check(["pipe.py", "uses.py"])) == [line]
        writer.join(10)
    assert check(["."])[0].filename == "uses.py"  # and a walk leaves it alone


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_fixed(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    writer = feed(folder / "pipe.py", CROSSING)
    [result] = fix_paths(["pipe.py"])
    writer.join(10)
    assert result.error == "pipe.py: not fixed: not a regular file"


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_text("x = 1\n")])
def test_what_was_read_is_what_is_judged(
    folder: Path, check: Check, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    def read_and_lose(path: Path) -> bytes:
        data = read_named(path)
        change(path)
        return data

    (folder / "a.py").write_text(OTHER)
    monkeypatch.setattr("detachlint.outcome.run.read_named", read_and_lose)
    assert lines(check(["a.py"])) == [5]

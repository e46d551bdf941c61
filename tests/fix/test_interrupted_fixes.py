"""`detachlint fix` that is ended at any time: each file is what it was, or what it was to become."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

OLD = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"
NEW = OLD.replace(".numpy()", ".detach().numpy()")
COUNT = 20
FIX = [sys.executable, "-m", "detachlint", "fix", "--no-cache", "--quiet", "."]


def write(folder: Path) -> None:
    for number in range(COUNT):
        (folder / f"file{number}.py").write_text(OLD)


def fixed(folder: Path) -> int:
    """How many files have been fixed; all others are as they were, and nothing else is a program."""
    texts = [path.read_text() for path in sorted(folder.glob("*.py"))]
    assert len(texts) == COUNT
    assert set(texts) <= {OLD, NEW}
    return texts.count(NEW)


def first_fix(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the first file is fixed, or all is over."""
    while process.poll() is None and (folder / "file0.py").read_text() == OLD:
        time.sleep(0.001)


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
@pytest.mark.parametrize("number", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_files_are_old_or_new(tmp_path: Path, number: str) -> None:
    rng = random.Random(number)
    partly = 0
    for _ in range(4):
        write(tmp_path)
        process = subprocess.Popen(
            FIX, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        first_fix(tmp_path, process)
        time.sleep(rng.random() * 0.05)
        process.send_signal(getattr(signal, number))
        _, complaint = process.communicate(timeout=60)
        assert b"Traceback" not in complaint
        partly += 0 < fixed(tmp_path) < COUNT
    assert partly, "it was never interrupted in between"
    subprocess.run(FIX, cwd=tmp_path, check=False, timeout=120)
    assert fixed(tmp_path) == COUNT, "another run fixes the rest"

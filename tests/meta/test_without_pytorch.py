"""Linting imports neither PyTorch nor NumPy: it works where importing them raises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from package_sources import ROOT

EXAMPLE = ROOT / "tests" / "examples" / "embed.py"

HIDE = "import sys; sys.modules['torch'] = sys.modules['numpy'] = None\n"
COMMAND = HIDE + "from detachlint.cli.main import main; main(sys.argv[1:])"
FLAKE8 = HIDE + "from flake8.main.cli import main; sys.exit(main(sys.argv[1:]))"


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_pytorch_cannot_be_imported_here() -> None:
    done = run(HIDE + "import torch")
    assert done.returncode == 1
    assert "ModuleNotFoundError" in done.stderr


def test_checking_works() -> None:
    done = run(COMMAND, "check", str(EXAMPLE))
    assert (done.returncode, done.stderr) == (1, "")
    assert "DTL101" in done.stdout


def test_fixing_works(tmp_path: Path) -> None:
    copy = tmp_path / "copy.py"
    copy.write_bytes(EXAMPLE.read_bytes())
    done = run(COMMAND, "fix", str(copy))
    assert (done.returncode, done.stderr) == (1, "")
    assert ".detach()" in copy.read_text()


@pytest.mark.parametrize(
    "arguments",
    [("rule", "--all"), ("debug", "ir", str(EXAMPLE)), ("debug", "facts", str(EXAMPLE))],
)
def test_the_other_commands_work(arguments: tuple[str, ...]) -> None:
    done = run(COMMAND, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_flake8_works() -> None:
    done = run(FLAKE8, "--select", "DTL", "--isolated", str(EXAMPLE))
    assert (done.returncode, done.stderr) == (1, "")
    assert "DTL101" in done.stdout

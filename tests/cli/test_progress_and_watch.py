"""What a terminal shows of a run that takes its time, and runs that never end."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from terminals import shown_on_terminal

from detachlint.cli import progress as progress_module
from detachlint.cli.main import command
from detachlint.cli.progress import PATIENCE, Progress, shows_on

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"
CLEAN = "import torch\nx = torch.ones(2).numpy()\n"
WATCHING = "detachlint: watching for changes (Ctrl-C ends)\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def project(project: Path) -> Path:
    (project / "a.py").write_text(CLEAN)
    return project


# --- progress ----------------------------------------------------------------------------------


def test_a_short_run_shows_nothing() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock=clock)
    progress.expect(3)
    for _ in range(3):
        progress.step()
        clock.now += PATIENCE / 4
    progress.clear()
    assert stream.getvalue() == ""


def test_a_long_run_shows_how_far_it_is_and_takes_that_back() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock=clock)
    progress.expect(4)
    clock.now = PATIENCE
    progress.step()
    progress.step()
    assert stream.getvalue() == "\r\x1b[K[#######.......................] 1/4 files"
    clock.now += PATIENCE
    progress.step()
    assert stream.getvalue().endswith("\r\x1b[K[######################........] 3/4 files")
    progress.clear()
    progress.clear()
    assert stream.getvalue().endswith("3/4 files\r\x1b[K")


@pytest.mark.parametrize(
    ("stream", "wanted"), [(io.StringIO(), True), (Terminal(), False)], ids=["file", "unwanted"]
)
def test_nothing_but_a_terminal_is_shown_anything(stream: io.StringIO, wanted: bool) -> None:
    clock = Clock()
    progress = Progress(stream, wanted=wanted, clock=clock)
    clock.now = 2 * PATIENCE
    progress.step()
    progress.clear()
    assert stream.getvalue() == ""


def test_a_dumb_terminal_cannot_take_a_line_back() -> None:
    assert not shows_on(Terminal(), {"TERM": "dumb"})
    assert shows_on(Terminal(), {"TERM": "xterm"})


def on_terminal(*arguments: str) -> str:
    """What the command writes to standard error, if that is a terminal."""
    program = (
        "import sys; from detachlint.cli import main, progress; progress.PATIENCE = 0;"
        f"main.main({list(arguments)})"
    )
    command = [sys.executable, "-c", program]
    return shown_on_terminal(command, {"TERM": "xterm"}, errors_only=True).decode()


def test_the_command_shows_it_on_a_terminal_and_keeps_errors_apart(project: Path) -> None:
    assert progress_module.PATIENCE == PATIENCE > 0
    shown = on_terminal("check", ".", "nope.py")
    assert "/2 files" in shown
    assert shown.endswith("\r\x1b[K")
    assert "detachlint: nope.py: No such file or directory\r\n" in shown
    for option in ("--quiet", "--verbose"):
        assert "\x1b" not in on_terminal("check", option, ".")


# --- watch -------------------------------------------------------------------------------------


@pytest.fixture
def watcher(project: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "detachlint", "check", "--watch", "--output-format", "concise"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.wait()


def shown(watcher: subprocess.Popen[str]) -> list[str]:
    """The lines of one run."""
    assert watcher.stdout is not None
    return list(iter(watcher.stdout.readline, WATCHING))


def test_every_change_is_checked_until_ctrl_c(
    project: Path, watcher: subprocess.Popen[str]
) -> None:
    assert shown(watcher) == ["All checks passed!\n"]
    (project / "a.py").write_text(CROSSING)
    assert shown(watcher)[0].startswith("a.py:4:5: DTL101")
    (project / "b.py").write_text("x.numpy(\n")
    assert [line.split(" ")[1] for line in shown(watcher)[:2]] == ["DTL101", "DTL900"]
    (project / "b.py").unlink()
    assert len(shown(watcher)) == 2
    (project / "pyproject.toml").write_text("[tool.detachlint]\nignore = ['DTL101']\n")
    assert shown(watcher) == ["All checks passed!\n"]
    (project / "pyproject.toml").write_text("[tool.detachlint]\nignore = ['DTL9999']\n")
    [line] = shown(watcher)
    assert line.startswith("detachlint: pyproject.toml: ignore: there is no rule 'DTL9999'")
    (project / "pyproject.toml").unlink()
    assert len(shown(watcher)) == 2
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(timeout=60) == 0
    assert watcher.stdout is not None
    assert watcher.stdout.read() == ""


def test_nothing_is_checked_while_nothing_changes(
    project: Path, watcher: subprocess.Popen[str]
) -> None:
    shown(watcher)
    time.sleep(1)
    watcher.send_signal(signal.SIGINT)
    assert watcher.stdout is not None
    assert watcher.stdout.read() == ""


@pytest.mark.parametrize("arguments", [["--fix"], ["--diff"], ["-"]])
def test_watching_is_for_checking_files(project: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(command, ["check", "--watch", *arguments])
    assert result.exit_code == 2
    assert "--watch only checks" in result.stderr


def test_a_wrong_configuration_ends_the_first_run(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.detachlint]\nignore = 1\n")
    assert CliRunner().invoke(command, ["check", "--watch"]).exit_code == 2

"""Runs the user's own program as the user would, in place, with all its processes observed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from detachlint.harness.journal import Record, read_journals
from detachlint.harness.observation import NUMPY_CROSSINGS
from detachlint.harness.observed_environment import observed_environment, write_settings
from detachlint.harness.runner import HarnessError

_FROM_TERMINAL = ("SIGINT", "SIGQUIT", "SIGHUP")
"""What a terminal sends to all processes in front of it: the program gets it without our help."""
_TO_PASS_ON = ("SIGTERM", "SIGUSR1", "SIGUSR2")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an observed program ended: `exit_code` as shells count, 128 + the signal's number."""

    exit_code: int
    record: Record


def run_in_place(
    command: Sequence[str],
    *,
    keep_going: bool = False,
    methods: Sequence[str] = (),
    packages: Sequence[str] = (),
) -> Outcome:
    """Run a command in this process's environment, with its streams and working directory.

    Every Python process in it is observed that inherits its environment. `methods` of tensors count
    as crossings besides those into NumPy; installed `packages` as part of the program. Signals sent to this
    process go to the command; an interrupt from the terminal is the command's to deal with.
    Raises HarnessError where the command cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="detachlint-", ignore_cleanup_errors=True) as name:
        observer = {"keep_going": keep_going, "methods": [*NUMPY_CROSSINGS, *methods]}
        write_settings(name, observer, packages=packages)
        status = _run(command, observed_environment(os.environ, name))
        record = read_journals(Path(name))
    return Outcome(status if status >= 0 else 128 - status, record)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    running: list[subprocess.Popen[bytes]] = []
    with _signals_for(running):
        try:
            running.append(subprocess.Popen(list(command), env=environment))
        except OSError as error:
            reason = error.strerror or str(error)
            raise HarnessError(f"cannot run {command[0]}: {reason}") from error
        return running[0].wait()


@contextlib.contextmanager
def _signals_for(running: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Leave signals to the running process, so that the report is printed when it has ended."""

    def pass_on(number: int, frame: FrameType | None) -> None:
        if running and not (number in from_terminal and _is_in_front_of_terminal()):
            running[0].send_signal(number)

    from_terminal = _numbers(_FROM_TERMINAL)
    previous = {
        number: signal.signal(number, pass_on)
        for number in (*from_terminal, *_numbers(_TO_PASS_ON))
        # What is ignored (by nohup, say) stays so, here and in the program.
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _numbers(names: Sequence[str]) -> tuple[signal.Signals, ...]:
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


def _is_in_front_of_terminal() -> bool:
    try:
        with open("/dev/tty") as terminal:  # noqa: PTH123
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False

"""What a command costs, by the operating system's account."""

from __future__ import annotations

import math
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPILED = Path(tempfile.gettempdir()) / "detachlint-benchmarks" / "pycache"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a process and those it waited for; the peak memory of the largest, in MB.

    `exit_code` is None for a process that was stopped since it took too long.
    """

    seconds: float
    megabytes: float
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class Command:
    """What is started, where, and with what in its environment."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


def python(*arguments: str, folder: Path, **environment: str) -> Command:
    """A command of this Python."""
    return Command((sys.executable, *arguments), folder, environment)


def detachlint(*arguments: str, folder: Path, cache: Path | None = None) -> Command:
    """The command line of this checkout; without a `cache` it has none."""
    variables = (
        {"DETACHLINT_NO_CACHE": "1"} if cache is None else {"DETACHLINT_CACHE_DIR": str(cache)}
    )
    return python("-m", "detachlint", *arguments, folder=folder, **variables)


def cost(command: Command, limit: float) -> Cost:
    """Run a command once; what it prints is nobody's business. It is stopped after `limit` CPU seconds
    (and each process that it starts, after as many of its own)."""
    ours = ("DETACHLINT", "PYTHON")
    variables = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    variables |= {
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(COMPILED),  # as if this checkout had been installed
        "OMP_NUM_THREADS": "1",
        **command.environment,
    }
    seconds = math.ceil(limit)
    process = subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_CPU, (seconds, seconds + 5)),
    )
    # `wait4` says what this child has cost, which `subprocess` does not.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    stopped = process.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    return Cost(
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / scale,
        None if stopped else process.returncode,
    )


def side_by_side(commands: Sequence[Command], repeat: int, limit: float) -> list[Cost]:
    """The median costs of several commands that are run in turns, `repeat` times; once if one of them
    takes longer than a tenth of the limit."""
    if repeat > 1:
        for command in commands:  # compile what is imported, and read what is on the disk
            cost(command, limit / 10)
    rounds = [[cost(command, limit) for command in commands]]
    long = any(each.seconds > limit / 10 or each.exit_code is None for each in rounds[0])
    for _ in range(0 if long else repeat - 1):
        rounds.append([cost(command, limit) for command in commands])
    return [_median([turn[at] for turn in rounds]) for at in range(len(commands))]


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(each.seconds for each in costs),
        statistics.median(each.megabytes for each in costs),
        costs[-1].exit_code,
    )

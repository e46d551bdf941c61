"""Runs programs under real PyTorch in other processes, and reports what was observed."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from detachlint.harness.launch import Launch
from detachlint.harness.limits import Limits, processes_in_environment
from detachlint.harness.network import Left
from detachlint.harness.observation import NUMPY_CROSSINGS, Observation, Verdict

_START_SECONDS = 120.0
"""Importing PyTorch from a cold disk takes its time."""
_GRACE_SECONDS = 45.0
"""What the warm process may take beyond a program's own time, to end and clean up after it."""

_BELONGS_TO = "DETACHLINT_PROGRAMS_IN"
"""The environment variable that tells by the directory which processes are a runner's."""

_END_SECONDS = 5.0
"""What it may take when nobody needs it any more: programs may have stopped it."""

_BOOTSTRAP = (
    "import json, sys; settings = json.loads(sys.argv.pop()); sys.path[:] = settings['path'];"
    "from detachlint.harness.warm import main;"
    "main(settings['directory'], in_place=settings['in_place'])"
)


class HarnessError(Exception):
    """The harness itself could not work: PyTorch is missing, say, or processes cannot be forked."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How programs are observed.

    With `neighbours` the files that a program imports are part of it, unless they are a library's.
    `keep_going` answers a refused crossing with the detached array, `digests` records what every
    array held, `gradients` what each backward pass, and the program, left in the leaves; `methods`
    are the methods of `torch.Tensor` that count as crossings.
    """

    keep_going: bool = False
    digests: bool = False
    gradients: bool = False
    neighbours: bool = False
    methods: tuple[str, ...] = NUMPY_CROSSINGS


PLAIN = Mode()
KEEP_GOING = Mode(keep_going=True)


class Runner:
    """A warm process that runs programs one after the other; a context manager.

    Programs share nothing with each other: each runs in its own fork, working directory and process
    group, without standard input, network and the caller's environment. With `in_place` they have
    the caller's working directory and environment and the network. The warm process is started
    when first needed and again after a program has managed to take it down.
    """

    def __init__(self, limits: Limits | None = None, *, in_place: bool = False) -> None:
        self.limits = limits or Limits()
        self.network: Left | None = None
        """What programs have of the network here; None before it is known, and in place."""
        self._in_place = in_place
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self._directory = ""

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def run(
        self,
        text: str,
        *,
        filename: str = "program.py",
        mode: Mode = PLAIN,
        launch: Launch | None = None,
        directory: str = "",
        tests: bool = False,
    ) -> Observation:
        """Run the program `text` under the name `filename`. HarnessError if PyTorch cannot run.

        Its imports are looked for in `directory` first. With `launch` the program is one of several
        files, and `filename` its absolute path. `tests` are run by pytest; `filename` must be the
        absolute path of an existing file then.
        """
        process = self._warm_process()
        request = {"text": text, "filename": filename, "directory": directory, "tests": tests}
        request |= asdict(mode)
        request["limits"] = asdict(self.limits)
        request["launch"] = None if launch is None else asdict(launch)
        try:
            _write_line(process, request)
            reply = self._read_line(process, self.limits.seconds + _GRACE_SECONDS)
        except BaseException:
            self._stop()
            raise
        if reply is None:
            self._stop()
            return Observation(Verdict.DIED, "took down the process that watched it")
        return Observation.from_json(reply)

    def close(self) -> None:
        """End the warm process and remove its directory."""
        self._stop()

    def _warm_process(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = self._start()
            ready = self._read_line(self._process, _START_SECONDS)
            if ready is None:
                errors = _errors_of(self._process)
                self._stop()
                raise HarnessError(f"PyTorch cannot be run here: {errors}")
            self.network = ready["network"] and Left(ready["network"])
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        if not hasattr(os, "fork"):
            raise HarnessError("running programs needs a system that can fork processes")
        self._directory = directory = tempfile.mkdtemp(prefix="detachlint-")
        search_path = [str(Path(entry or ".").resolve()) for entry in sys.path]
        settings = {"path": search_path, "in_place": self._in_place, "directory": directory}
        return subprocess.Popen(
            [sys.executable, "-c", _BOOTSTRAP, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=None if self._in_place else directory,
            env={
                **(_own_environment() if self._in_place else _environment(directory)),
                _BELONGS_TO: directory,
            },
            start_new_session=True,
        )

    def _read_line(self, process: subprocess.Popen[bytes], seconds: float) -> Any:
        """The next reply, or None if the process ended or took longer than `seconds`."""
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        while b"\n" not in self._unread:
            remaining = max(0.0, deadline - time.monotonic())
            if not select.select([process.stdout], [], [], remaining)[0]:
                return None
            chunk = os.read(process.stdout.fileno(), 1 << 20)
            if not chunk:
                return None
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)

    def _stop(self) -> None:
        process, self._process, self._unread = self._process, None, b""
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # it ends its program, all that has come of that, and itself
        process.stdin = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_END_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        _end_all(f"{_BELONGS_TO}={self._directory}")
        shutil.rmtree(self._directory, ignore_errors=True)


def _end_all(entry: str) -> None:
    """End what the warm process could not, because a program had ended it: it adopts no orphans then.

    A process that was started with an environment of the program's own making is not found.
    """
    deadline = time.monotonic() + _END_SECONDS
    while time.monotonic() < deadline and (left := processes_in_environment(entry)):
        for each in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        time.sleep(0.001)


def run_program(
    text: str,
    *,
    filename: str = "program.py",
    mode: Mode = PLAIN,
    limits: Limits | None = None,
) -> Observation:
    """Run one program in a process of its own; see `Runner.run`."""
    return run_programs([text], filename=filename, mode=mode, limits=limits)[0]


def run_programs(
    texts: Iterable[str],
    *,
    filename: str = "program.py",
    mode: Mode = PLAIN,
    limits: Limits | None = None,
) -> list[Observation]:
    """Run programs one after the other, paying for the import of PyTorch once."""
    with Runner(limits) as runner:
        return [runner.run(text, filename=filename, mode=mode) for text in texts]


def _environment(home: str) -> dict[str, str]:
    """The short list of variables that programs see. One thread: forks must not inherit more."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "HOME": home,
        "TMPDIR": home,
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def _own_environment() -> dict[str, str]:
    """The caller's, with what makes two runs of a program comparable."""
    return {"PYTHONHASHSEED": "0", **os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def _write_line(process: subprocess.Popen[bytes], value: dict[str, Any]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # reading the reply finds it ended
        process.stdin.write(json.dumps(value).encode() + b"\n")
        process.stdin.flush()


def _errors_of(process: subprocess.Popen[bytes]) -> str:
    try:
        process.kill()
        _, errors = process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        return "no answer"
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no answer"

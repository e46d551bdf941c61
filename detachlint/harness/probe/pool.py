"""Spreads names over worker processes and survives the death of any of them."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

from detachlint.knowledge.rows import NOT_MODELLED

Job: TypeAlias = "tuple[str, str]"
"""Kind (`"call"`, `"module"`, `"class"`) and name."""

PLAIN_CALL = "plain call"
"""The kind of a job that is tried with tensors of the usual kind alone."""

PATIENCE = 180.0
"""Seconds a worker may be silent before it is taken for hung and killed: a job takes up to ten, or
several times the limit of a call; the few calls of it that may only wait are over long before."""
CHUNK = 40
"""Consecutive names that go to the same worker, so that it can reuse samples."""
READY = "ready"
"""What a worker says first, once all that it needs is imported."""
DIED = "died"
"""What it says instead of an answer when that has crashed it, and it is there again."""
MOST_DEATHS = 40
"""Jobs that may kill their worker: more are no crashes of operators, something else is wrong."""


class WorkersDieError(Exception):
    """The workers cannot do their work; the text is one line that says why."""


def make_rows(
    jobs: Sequence[Job], workers: int, tell: Callable[[Job], None] = lambda job: None
) -> dict[Job, str]:
    """The row of each job. A job at which its worker dies gets a row that says so.

    Raises `WorkersDieError` where workers do not even start, or where more than `MOST_DEATHS` die.
    """
    chunks: queue.SimpleQueue[Sequence[Job]] = queue.SimpleQueue()
    for start in range(0, len(jobs), CHUNK):
        chunks.put(jobs[start : start + CHUNK])
    rows: dict[Job, str] = {}
    failures: list[WorkersDieError] = []
    deaths: list[Job] = []

    def serve() -> None:
        with _Worker() as worker:
            while True:
                try:
                    chunk = chunks.get_nowait()
                except queue.Empty:
                    return
                for job in chunk:
                    if failures:
                        return
                    rows[job], died = worker.ask(job)
                    deaths.extend([job] if died else [])
                    if len(deaths) > MOST_DEATHS:
                        raise WorkersDieError(f"workers died of {len(deaths)} jobs, last of {job}")
                    tell(job)

    def guarded() -> None:
        try:
            serve()
        except WorkersDieError as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        failures.append(WorkersDieError("interrupted"))
        raise
    if failures:
        raise failures[0]
    if len(rows) < len(set(jobs)):  # a thread ended with an error of its own, which it has printed
        raise WorkersDieError(f"{len(set(jobs)) - len(rows)} rows are missing")
    return rows


class _Worker:
    """A worker process, started again whenever it has died."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  # closed by `__exit__`
        self._process = self._start()
        self._was_silent = False
        """Whether the last exchange was ended because no answer came."""

    def __enter__(self) -> _Worker:
        try:
            self._await_start()
        except WorkersDieError:
            self._errors.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._end()
        self._process.stdout.close()
        self._errors.close()

    def ask(self, job: Job) -> tuple[str, bool]:
        """The row of a job, and whether the worker died of it.

        A callable that crashes is tried once more, with nothing but tensors of the usual kind.
        """
        kind, name = job
        silent = False
        for tried in [kind, PLAIN_CALL] if kind == "call" else [kind]:
            answer = self._exchange(f"{tried}\t{name}")
            if answer not in (DIED, ""):
                return answer.split("\t", 2)[2], tried != kind
            silent = self._was_silent
            if not answer:
                self._end()
                self._process = self._start()
                self._await_start()
        why = "does not end in time" if silent else "crashes the process"
        return f"{NOT_MODELLED}{why}\ttried", True

    def _await_start(self) -> None:
        """Wait until the worker says that it is there; raises `WorkersDieError` if it never does."""
        if self._exchange() == READY:
            return
        self._end()
        self._errors.seek(0)
        last = (self._errors.read().strip().splitlines() or ["no message"])[-1]
        raise WorkersDieError(f"a worker did not start: {last}")

    def _exchange(self, line: str = "") -> str:
        """The next line of the worker, after it was told `line`, if any; `""` if it has died."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        self._was_silent = False

        def end() -> None:
            self._was_silent = True
            _kill(process)

        timer = threading.Timer(PATIENCE, end)
        timer.start()
        try:
            if line:
                process.stdin.write(f"{line}\n")
                process.stdin.flush()
            return process.stdout.readline().rstrip("\n")
        except BrokenPipeError:
            return ""
        finally:
            timer.cancel()

    def _end(self) -> None:
        """See a worker off that says nothing more: it may live on with its output closed."""
        _kill(self._process)
        self._process.wait()

    def _start(self) -> subprocess.Popen[str]:
        self._errors.seek(0)
        self._errors.truncate()
        return subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
            start_new_session=True,
        )


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a worker and its copies."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def command() -> list[str]:
    """The command line of a worker."""
    return [sys.executable, "-m", "detachlint.harness.probe.worker"]

"""Spreads names over worker processes and survives the death of any of them."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

from detachlint.knowledge.rows import NOT_MODELLED

Job: TypeAlias = "tuple[str, str]"
"""Kind (`"call"`, `"module"`, `"class"`) and name."""

PATIENCE = 120.0
"""Seconds a worker may be silent before it is taken for hung and killed."""
CHUNK = 40
"""Consecutive names that go to the same worker, so that it can reuse samples."""


def make_rows(
    jobs: Sequence[Job], workers: int, tell: Callable[[Job], None] = lambda job: None
) -> dict[Job, str]:
    """The row of each job. A job at which its worker dies gets a row that says so."""
    chunks: queue.SimpleQueue[Sequence[Job]] = queue.SimpleQueue()
    for start in range(0, len(jobs), CHUNK):
        chunks.put(jobs[start : start + CHUNK])
    rows: dict[Job, str] = {}

    def serve() -> None:
        worker = _Worker()
        while True:
            try:
                chunk = chunks.get_nowait()
            except queue.Empty:
                break
            for job in chunk:
                rows[job] = worker.ask(job)
                tell(job)
        worker.stop()

    threads = [threading.Thread(target=serve) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rows


class _Worker:
    """A worker process, started again whenever it has died."""

    def __init__(self) -> None:
        self._process = self._start()

    def ask(self, job: Job) -> str:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            process.stdin.write("\t".join(job) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            timer.cancel()
        if answer:
            return answer.rstrip("\n").split("\t", 2)[2]
        process.wait()
        self._process = self._start()
        return f"{NOT_MODELLED}crashes the process\ttried" if job[0] == "call" else ""

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    @staticmethod
    def _start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "detachlint.harness.probe.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        )

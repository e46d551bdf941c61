"""Runs one program in a fork of this process, within limits, and leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeAlias

from detachlint.harness.journal import latest_counts
from detachlint.harness.limits import (
    Limits,
    descendants,
    die_with_parent,
    memory_beyond,
    private_memory,
    restrict_this_process,
)
from detachlint.harness.observation import Observation, Verdict

_LOOK_AROUND = 0.02
"""Seconds between two looks at a program that is silent."""
_COUNT_PROCESSES = 0.1
_RESULT_LIMIT = 256 << 20
_END = b"\n\n"
"""After the last line that a program's process has to say."""


class ClientGone(Exception):
    """Whoever asked for the program does not wait for it any more."""


Send: TypeAlias = Callable[[dict[str, Any]], None]
"""What reports a crossing, with the `process` and the `thread` that counted it, while it runs."""
Body: TypeAlias = Callable[[Send], dict[str, Any]]


@dataclass
class _Channel:
    """The reading end of a pipe from the program, and what came out of it."""

    descriptor: int
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    open: bool = True

    def read(self) -> None:
        """Take what is there without waiting; a broken pipe is a closed one."""
        try:
            chunk = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return
        self.open = bool(chunk)
        self.size += len(chunk)
        self.chunks.append(chunk)

    def text(self, limit: int | None = None) -> str:
        return b"".join(self.chunks)[:limit].decode(errors="replace")


@dataclass(frozen=True, slots=True)
class _Ending:
    verdict: Verdict
    detail: str = ""


_FIELDS = ("crossings", "reveals", "error", "gradients")
"""Those of an observation that the program's own process knows."""


def supervise(
    body: Body, limits: Limits, *, in_place: bool = False, client: int | None = None
) -> Observation:
    """Run `body` in a fork and observe how it ends.

    It has a private working directory, unless it is to run in place. What `body` returns are the
    fields `crossings`, `reveals`, `error` and `gradients` of the observation; the crossings of a
    program that does not come to that are those it has sent until then. `client` is the reading end of
    a pipe from whoever asks: when they close theirs, the program is ended and ClientGone raised. This
    process must have one thread and, for the promise to leave nothing behind, adopt orphans.
    """
    started = time.monotonic()
    ends = [os.pipe() for _ in range(3)]
    with tempfile.TemporaryDirectory(prefix="program-", ignore_cleanup_errors=True) as directory:
        child = os.fork()
        if child == 0:
            writing = tuple(write for _, write in ends)
            _become_program(body, limits, None if in_place else directory, writing)
        for _, write in ends:
            os.close(write)
        channels = [_Channel(read) for read, _ in ends]
        for channel in channels:
            os.set_blocking(channel.descriptor, False)
        try:
            ending = _watch(child, channels, limits, started, client)
        finally:
            _kill_all(child)
            for channel in channels:
                os.close(channel.descriptor)
    return _observation(ending, child, channels, limits, time.monotonic() - started)


def _become_program(
    body: Body, limits: Limits, directory: str | None, ends: tuple[int, ...]
) -> None:
    """In the fork: run `body`, send its result, and end. Never returns."""
    status = 1
    try:
        parent = os.getppid()
        os.setsid()
        die_with_parent(parent)
        result, out, err = ends
        os.dup2(out, 1)
        os.dup2(err, 2)
        if directory is not None:
            os.chdir(directory)
            os.environ.update(HOME=directory, TMPDIR=directory)
            tempfile.tempdir = None
        restrict_this_process(limits)

        def send(entry: dict[str, Any]) -> None:
            # At once, so that nothing of what another process sends comes in between.
            with contextlib.suppress(OSError):  # the program closed the pipe
                os.write(result, json.dumps(entry).encode() + b"\n")

        message = json.dumps(body(send)).encode() + _END
        _flush()
        while message:
            message = message[os.write(result, message) :]
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        _flush()
    finally:
        os._exit(status)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # the program closed or replaced it
            continue


def _watch(
    child: int, channels: list[_Channel], limits: Limits, started: float, client: int | None
) -> _Ending:
    """Collect the program's output until it ends or exceeds a limit."""
    result, *outputs = channels
    own, next_count = private_memory(os.getpid()), started + _COUNT_PROCESSES
    while True:
        waiting = {channel.descriptor: channel for channel in channels if channel.open}
        for descriptor in select.select(list(waiting), [], [], _LOOK_AROUND)[0]:
            waiting[descriptor].read()
        if client is not None and _has_hung_up(client):
            raise ClientGone
        if sum(channel.size for channel in outputs) > limits.output:
            return _Ending(Verdict.OUTPUT, f"wrote more than {limits.output} bytes")
        if result.size > _RESULT_LIMIT:
            return _Ending(Verdict.OUTPUT, f"was observed at more than {_RESULT_LIMIT} bytes")
        now = time.monotonic()
        if _is_complete(result):
            _drain(channels)
            return _Ending(Verdict.FINISHED)
        if now - started > limits.seconds:
            return _Ending(Verdict.TIMEOUT, f"ran for more than {limits.seconds:g} seconds")
        if now >= next_count:
            next_count = now + _COUNT_PROCESSES
            ending = _too_much_in_sum(limits, own)
            if ending is not None:
                return ending
        status = _status_if_ended(child)
        if status is not None:
            _drain(channels)
            if _is_complete(result):
                return _Ending(Verdict.FINISHED)
            return _Ending(Verdict.DIED, _status_in_words(status))


def _too_much_in_sum(limits: Limits, own: int) -> _Ending | None:
    """What the processes exceed together, if anything; each may have inherited `own` bytes."""
    processes = descendants(os.getpid())
    if len(processes) > limits.processes:
        return _Ending(Verdict.PROCESSES, f"had more than {limits.processes} processes")
    if memory_beyond(own, processes) > limits.memory:
        return _Ending(Verdict.MEMORY, _too_much_memory(limits))
    return None


def _has_hung_up(descriptor: int) -> bool:
    """Whether nobody has the other end of a pipe any more."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


def _is_complete(result: _Channel) -> bool:
    return b"".join(filter(None, result.chunks[-3:])).endswith(_END)


def _drain(channels: list[_Channel]) -> None:
    """Read what the program had written before it ended."""
    for channel in channels:
        while channel.open:
            before = channel.size
            channel.read()
            if channel.size == before:
                break


def _status_if_ended(child: int) -> int | None:
    """The exit status of the child; minus the signal that ended it. It is waited for then."""
    process, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if process else None


def _status_in_words(status: int) -> str:
    if status >= 0:
        return f"left Python with exit status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def _kill_all(child: int) -> None:
    """End the program's process group, then every descendant, however it hid, and reap them."""
    _kill(-child)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        for process in descendants(os.getpid()):
            _kill(process)
        time.sleep(0.001)


def _kill(process: int) -> None:
    try:
        if process < 0:
            os.killpg(-process, signal.SIGKILL)
        else:
            os.kill(process, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _observation(
    ending: _Ending, child: int, channels: list[_Channel], limits: Limits, seconds: float
) -> Observation:
    result, stdout, stderr = channels
    if ending.verdict is not Verdict.FINISHED:
        fields = _fields_so_far(result.text())
    else:
        try:
            fields = _fields(result.text(), child)
        except (ValueError, TypeError, KeyError, AttributeError):
            # The program wrote into a pipe that is none of its business.
            fields = _empty()
            ending = _Ending(Verdict.DIED, "spoilt the result of the observation")
    if _ran_out_of_memory(fields["error"]):
        ending = _Ending(Verdict.MEMORY, _too_much_memory(limits))
    return Observation.from_json(
        {
            **fields,
            "verdict": ending.verdict.value,
            "detail": ending.detail,
            "stdout": stdout.text(limits.output),
            "stderr": stderr.text(limits.output),
            "seconds": seconds,
        }
    )


def _empty() -> dict[str, Any]:
    return {**dict.fromkeys(_FIELDS, ()), "error": None}


def _fields(text: str, child: int) -> dict[str, Any]:
    """The fields that process `child` has sent at its end, with the crossings of other processes.

    ValueError, TypeError, KeyError or AttributeError if that is not what the text is.
    """
    *lines, last = text.removesuffix(_END.decode()).split("\n")
    fields = json.loads(last)
    if fields.keys() != set(_FIELDS):
        raise ValueError("not the result of an execution")
    sent = [json.loads(line) for line in lines]
    others = [entry for entry in sent if entry["process"] != child]
    return {**fields, "crossings": [*fields["crossings"], *_counted(others)]}


def _fields_so_far(text: str) -> dict[str, Any]:
    """What is known of a program that was ended. The last line may be cut off."""
    sent = []
    for line in text.split("\n"):
        with contextlib.suppress(ValueError):
            sent.append(json.loads(line))
    try:
        return {**_empty(), "crossings": list(_counted(sent))}
    except (ValueError, TypeError, KeyError, AttributeError):
        return _empty()


def _counted(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The crossings that processes have sent, those of each process by themselves."""
    by_process: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        by_process.setdefault(entry["process"], []).append(entry)
    for sent in by_process.values():
        for crossing, count in latest_counts(sent).items():
            yield asdict(replace(crossing, count=count))


def _too_much_memory(limits: Limits) -> str:
    return f"needed more than {limits.memory} bytes"


def _ran_out_of_memory(error: dict[str, Any] | None) -> bool:
    # PyTorch's allocator raises RuntimeError("[enforce fail at alloc_cpu.cpp:…] … can't allocate
    # memory …"), Python and NumPy a MemoryError (NumPy a subclass of it, named with an underscore).
    return error is not None and (
        error["type"].endswith("MemoryError") or "can't allocate memory" in error["message"]
    )

"""Runs one program in a fork of this process, within limits, and leaves nothing of it behind."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from detachlint.harness.channels import END, Channel, Channels, WritingEnd, drain, is_complete
from detachlint.harness.endings import Ending, observation_of, too_much_memory
from detachlint.harness.limits import (
    Limits,
    bytes_below,
    descendants,
    die_with_parent,
    leave_shared_memory,
    memory_beyond,
    private_memory,
    restrict_this_process,
)
from detachlint.harness.observation import Observation, Verdict

_LOOK_AROUND = 0.02
"""Seconds between two looks at a program that is silent."""
_END_SECONDS = 0.05
"""What a program's own process, once killed, may take to end before others are looked for."""
_COUNT_PROCESSES = 0.1
_COUNT_FILES = 0.5


class ClientGone(Exception):
    """Whoever asked for the program does not wait for it any more."""


Body: TypeAlias = Callable[[], dict[str, Any]]


def supervise(
    body: Body,
    limits: Limits,
    *,
    scratch: str,
    journals: str,
    in_place: bool = False,
    client: int | None = None,
) -> Observation:
    """Run `body` in a fork and observe how it ends.

    It has a private working directory, in the directory `scratch`, unless it is to run in place. What
    `body` returns are the fields `crossings`, `reveals`, `error` and `gradients` of the observation;
    the crossings of a program that does not come to that, and those of other processes, are in the
    directory `journals`. A fork of the fork that comes to the end of `body`, too, ends as Python
    would. `client` is the reading end of a pipe from whoever asks: when they close theirs, the program
    is ended and ClientGone raised. This process must have one thread and, for the promise to leave
    nothing behind, adopt orphans.
    """
    started = time.monotonic()
    ends = [os.pipe() for _ in range(3)]
    with tempfile.TemporaryDirectory(
        prefix="program-", dir=scratch, ignore_cleanup_errors=True
    ) as directory:
        child = os.fork()
        if child == 0:
            writing = tuple(write for _, write in ends)
            _become_program(body, limits, None if in_place else directory, writing)
        for _, write in ends:
            os.close(write)
        channels = Channels(*(Channel(read) for read, _ in ends))
        for channel in channels.all():
            os.set_blocking(channel.descriptor, False)
        try:
            ending = _watch(child, channels, limits, started, client, (directory, journals))
        finally:
            seconds = time.monotonic() - started
            _kill_all(child)
            drain(channels)
            for channel in channels.all():
                os.close(channel.descriptor)
    return observation_of(ending, child, channels, Path(journals), limits, seconds)


def _become_program(
    body: Body, limits: Limits, directory: str | None, ends: tuple[int, ...]
) -> None:
    """In the fork: run `body`, send its result, and end. Never returns."""
    status, process_id = 1, os.getpid
    try:
        parent, program = os.getppid(), process_id()
        os.setsid()
        die_with_parent(parent)
        result = WritingEnd(ends[0])
        for stream, end in enumerate(ends[1:], start=1):
            os.dup2(end, stream)
        if directory is not None:
            os.chdir(directory)
            os.environ.update(HOME=directory, TMPDIR=directory)
            tempfile.tempdir = None
            leave_shared_memory(limits.memory)
        restrict_this_process(limits)
        fields = body()
        _flush()
        if process_id() == program:
            result.write(json.dumps(fields).encode() + END)
        status = 0
    except SystemExit as leaving:  # a fork does; how the program itself ends is part of its result
        status = _exit_status(leaving)
        _flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        _flush()
    finally:
        os._exit(status)


def _exit_status(leaving: SystemExit) -> int:
    if leaving.code is None or isinstance(leaving.code, int):
        return (leaving.code or 0) & 0xFF
    print(leaving.code, file=sys.stderr)
    return 1


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # the program closed or replaced it
            continue


def _watch(
    child: int,
    channels: Channels,
    limits: Limits,
    started: float,
    client: int | None,
    directories: tuple[str, str],
) -> Ending:
    """Collect the program's output until it ends or exceeds a limit."""
    own, next_count = private_memory(os.getpid()), started + _COUNT_PROCESSES
    next_count_of_files = started + _COUNT_FILES
    while True:
        waiting = {channel.descriptor: channel for channel in channels.all() if channel.open}
        for descriptor in select.select(list(waiting), [], [], _LOOK_AROUND)[0]:
            waiting[descriptor].read()
        if client is not None and _has_hung_up(client):
            raise ClientGone
        too_much = _too_much_written(channels, limits)
        if too_much is not None:
            return too_much
        now = time.monotonic()
        if is_complete(channels.result):
            return Ending(Verdict.FINISHED)
        if now - started > limits.seconds:
            return Ending(Verdict.TIMEOUT, f"ran for more than {limits.seconds:g} seconds")
        if now >= next_count:
            next_count = now + _COUNT_PROCESSES
            ending = _too_much_in_sum(limits, own)
            if ending is not None:
                return ending
        if now >= next_count_of_files:
            next_count_of_files = now + _COUNT_FILES
            too_much = _too_much_in_files(limits, *directories)
            if too_much is not None:
                return too_much
        status = _status_if_ended(child)
        if status is not None:
            return Ending(Verdict.DIED, _status_in_words(status))


def _too_much_written(channels: Channels, limits: Limits) -> Ending | None:
    if channels.stdout.size + channels.stderr.size > limits.output:
        return Ending(Verdict.OUTPUT, f"wrote more than {limits.output} bytes")
    if channels.result.size > limits.observed:
        return _observed_too_often(limits)
    return None


def _too_much_in_files(limits: Limits, directory: str, journals: str) -> Ending | None:
    if bytes_below(directory) > limits.disk:
        return Ending(Verdict.OUTPUT, f"wrote files of more than {limits.disk} bytes")
    return _observed_too_often(limits) if bytes_below(journals) > limits.observed else None


def _observed_too_often(limits: Limits) -> Ending:
    return Ending(Verdict.OUTPUT, f"was observed at more than {limits.observed} bytes")


def _too_much_in_sum(limits: Limits, own: int) -> Ending | None:
    """What the processes exceed together, if anything; each may have inherited `own` bytes."""
    processes = descendants(os.getpid())
    if len(processes) > limits.processes:
        return Ending(Verdict.PROCESSES, f"had more than {limits.processes} processes")
    if memory_beyond(own, processes, limits.memory) > limits.memory:
        return Ending(Verdict.MEMORY, too_much_memory(limits))
    return None


def _has_hung_up(descriptor: int) -> bool:
    """Whether nobody has the other end of a pipe any more."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


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
    """End the program's process group, then every descendant, however it hid, and reap them.

    To look for those takes as long as the program's own process takes to end, behind which most have none.
    """
    _kill(-child)
    deadline = time.monotonic() + 30
    look_around = time.monotonic() + _END_SECONDS
    while time.monotonic() < deadline:
        try:
            while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                look_around = 0.0 if ended == child else look_around
        except ChildProcessError:
            return
        if time.monotonic() >= look_around:
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

"""The pipes through which a program tells what it did, and what its processes print."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field

_LEFT_BEHIND = 4 << 20
"""Bytes that ended processes may have left in a pipe; the system's own bound is lower."""
END = b"\n\n"
"""Behind the result of a program."""


@dataclass
class Channel:
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
        """What came out, as text: the first `limit` bytes of it."""
        return b"".join(self.chunks)[:limit].decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Channels:
    """What comes from a program: its own process's result, and what all of its processes print."""

    result: Channel
    stdout: Channel
    stderr: Channel

    def all(self) -> tuple[Channel, ...]:
        """All three."""
        return self.result, self.stdout, self.stderr


class WritingEnd:
    """The program's end of a pipe. It may close that, and a file of its own get the number."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pipe = _identity(descriptor)

    def write(self, message: bytes) -> None:
        """Write all of it. OSError if the program has closed the pipe."""
        while message:
            if _identity(self._descriptor) != self._pipe:
                raise OSError(errno.EBADF, "the program has closed what its result is sent through")
            message = message[os.write(self._descriptor, message) :]


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def is_complete(result: Channel) -> bool:
    """Whether the result of a program has come to its end."""
    return b"".join(filter(None, result.chunks[-3:])).endswith(END)


def drain(channels: Channels) -> None:
    """Read what the processes of a program had written before they ended."""
    for channel in channels.all():
        before, most = -1, channel.size + _LEFT_BEHIND
        while channel.open and before < channel.size < most:
            before = channel.size
            channel.read()

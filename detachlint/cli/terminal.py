"""The process's streams: colours, encodings, bytes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from typing import IO, Any, TextIO

import click

from detachlint.report.glyphs import visible


class Failure(click.ClickException):
    """The tool cannot do its work: one line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line as all complaints are printed."""
        complain(self.format_message())


def prepare_streams() -> None:
    """Make printing safe: what an output's encoding lacks becomes `?` instead of an error.

    Streams that were closed by whoever started the process are replaced by ones in memory.
    """
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BytesIO())
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace" if name == "stderr" else "replace")


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what goes to `stream`.

    `NO_COLOR` (https://no-color.org) and then `FORCE_COLOR` decide if they are set and not empty;
    otherwise only terminals get colours.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def encoding_of(stream: TextIO) -> str:
    """The encoding that `stream` writes."""
    return stream.encoding or "utf-8"


def read_standard_input() -> bytes:
    """All bytes of standard input."""
    return sys.stdin.buffer.read()


def write_bytes(data: bytes) -> None:
    """Bytes to standard output, after what was printed before."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write(text: str, stream: TextIO) -> None:
    """Text to a stream, at once: a reader that went away is noticed here, not at exit."""
    stream.write(text)
    stream.flush()


def discard(stream: TextIO) -> None:
    """Point a stream at nothing, or Python reports a broken one once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(message: str) -> None:
    """One line on standard error; if nobody can be told, the exit code has to do."""
    try:
        write(f"detachlint: {visible(message)}\n", sys.stderr)
    except OSError:
        discard(sys.stderr)

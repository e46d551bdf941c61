"""How far a long run has come: one line on a terminal, which is gone when there is more to say."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TextIO

PATIENCE = 1.0
"""Seconds that a run takes before anything is shown."""
_PAUSE = 0.1
_WIDTH = 30
_CLEAR = "\r\x1b[K"


class Progress:
    """Counts files, and shows the count on `stream` once it takes longer than `PATIENCE`.

    Nothing is ever shown where `shows_on` says no; a quiet or talkative run passes `wanted` False.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        wanted: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._shows = wanted and shows_on(self._stream)
        self._clock = clock
        self._due = clock() + PATIENCE
        self._visible = False
        self._done = 0
        self._total = 0

    def expect(self, total: int) -> None:
        """There are that many files."""
        self._total = total

    def step(self) -> None:
        """One more file is done."""
        self._done += 1
        if self._shows and self._clock() >= self._due:
            self._due = self._clock() + _PAUSE
            self._stream.write(_CLEAR + self._line())
            self._stream.flush()
            self._visible = True

    def clear(self) -> None:
        """Take the line away, before something else is printed."""
        if self._visible:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._visible = False

    def _line(self) -> str:
        filled = _WIDTH * self._done // max(self._total, self._done)
        return f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {self._done}/{self._total} files"


def shows_on(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a line can be taken back on this stream: on terminals, but for the dumbest."""
    return stream.isatty() and environment.get("TERM") != "dumb"

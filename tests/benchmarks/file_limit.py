"""A limit to the CPU seconds that one file may take; it needs POSIX timers, elsewhere none holds."""

from __future__ import annotations

import signal
import traceback
from types import FrameType, TracebackType

AGAIN = 1.0
"""CPU seconds until work that has lost the exception is stopped once more, if the limit is no longer."""


class TooSlow(BaseException):
    """The time of a file has passed. No `Exception`, or the tool would report it itself."""


class FileLimit:
    """Raises `TooSlow` inside after so many CPU seconds, and at the end if the work has lost it.

    Work can do that: what is raised where a class is made comes out as a `RuntimeError`, and in a
    finalizer nothing comes of it. `where` is the stack of the moment, innermost call last.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds if hasattr(signal, "setitimer") else 0.0
        self.where = ""

    def __enter__(self) -> FileLimit:
        if self.seconds:
            signal.signal(signal.SIGPROF, self._stop)
            signal.setitimer(signal.ITIMER_PROF, self.seconds, max(self.seconds, AGAIN))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if self.seconds:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if self.where and not isinstance(error, TooSlow):
            raise TooSlow from error

    def _stop(self, _: int, frame: FrameType | None) -> None:
        self.where = self.where or "".join(traceback.format_stack(frame)[-12:])
        raise TooSlow

"""A limit to the time a call takes that costs next to nothing: there are half a million guarded calls."""

from __future__ import annotations

import signal
import time
from types import TracebackType

WAITING = 10.0
"""Seconds by the clock after which is looked whether it takes any time of the processor at all: some calls
wait for what never comes."""

IDLE = 1e-3
"""What part of the time of the processor is as good as none. On a busy machine there may be little."""

_AT_ONCE = 1e-3
"""Seconds after which a timer goes off whose time is over."""


class OutOfTime(BaseException):
    """A call ran into its time limit. Not an `Exception`: operators must not swallow it."""


class TimeLimit:
    """Raises `OutOfTime` inside after so much time of the processor, or when nothing but waits goes on.

    Time of the processor is the same on a busy machine; what only waits takes none. One limit may
    stand inside another, which then goes on. The signals are taken once, and stay with this module.
    """

    __slots__ = ("_around", "_end", "_used")

    def __init__(self, seconds: float) -> None:
        self._end = seconds
        self._used = 0.0
        self._around: TimeLimit | None = None

    def __enter__(self) -> None:
        global _innermost
        if signal.getsignal(signal.SIGPROF) is not _expire:
            signal.signal(signal.SIGPROF, _expire)
            signal.signal(signal.SIGALRM, _look)
        self._around, _innermost = _innermost, self
        self._used = time.process_time()
        self._end += self._used
        self._start(self._used)

    def _start(self, now: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, max(self._end - now, _AT_ONCE))
        signal.setitimer(signal.ITIMER_REAL, WAITING, WAITING)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        global _innermost
        _innermost = self._around
        if _innermost is not None:
            _innermost._start(time.process_time())
        else:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def expire(self) -> None:
        """Raise `OutOfTime`; not yet where the signal was meant for a limit inside that is over."""
        now = time.process_time()
        if self._end - now < _AT_ONCE:
            raise OutOfTime
        self._start(now)

    def look(self) -> None:
        """Raise `OutOfTime` if next to no time of the processor was used since the last look."""
        before, self._used = self._used, time.process_time()
        if self._used - before < WAITING * IDLE:
            raise OutOfTime


_innermost: TimeLimit | None = None


def _expire(*_: object) -> None:
    if _innermost is not None:
        _innermost.expire()


def _look(*_: object) -> None:
    if _innermost is not None:
        _innermost.look()

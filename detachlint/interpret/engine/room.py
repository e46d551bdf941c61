"""Room for the frames of a deep recursion, asked for once.

Since 3.11, CPython keeps the frames of Python's functions in chunks of 16 KiB, and gives a chunk back
to the system when the first call in it returns. An interpreter that goes in and out of its functions at
such a border maps and clears the same pages again each time: on stable-baselines3, half a million times,
a sixth of its time. A frame that asks for more than that gets a chunk of its own, a power of two in
size, and all calls made from it find room in what is left there.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

T = TypeVar("T")

SLOT = 8
"""Bytes of one local variable or operand of a frame."""

ROOM = 4 << 20
"""Bytes that are left for other frames, some ten thousand of them. Nothing is written to what is not used,
so it takes no memory either."""


def with_room(run: Callable[[], T]) -> T:
    """What `run` gives, run where there is room for the calls that it makes."""
    result: T = _roomy(run)
    return result


def _call(run: Callable[[], Any]) -> Any:
    return run()


# One slot more than half of a chunk: then the chunk is twice as large as what the frame takes.
_roomy = FunctionType(_call.__code__.replace(co_stacksize=ROOM // SLOT + 1), {})

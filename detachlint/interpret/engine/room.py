"""Room for the frames of a deep recursion, asked for once.

CPython 3.11 keeps the frames of Python's functions in chunks of 16 KiB, and gives a chunk back to the
system when the first call in it returns. An interpreter that goes in and out of its functions at such a
border maps and clears the same pages again each time: on stable-baselines3, half a million times, a
sixth of its time. A frame that asks for more than that gets a chunk of its own, a power of two in size,
and all calls made from it find room in what is left there. Later releases may keep a chunk for the next
call; the frame costs them nothing.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

T = TypeVar("T")

SLOT = 8
"""Bytes of one local variable or operand of a frame."""

ROOM = 4 << 20
"""Bytes that are left for other frames, some ten thousand of them: half of the chunk, since the frame asks
for this much, and a frame's own fields come on top. Nothing is written to what is not used."""

PAYS = sys.version_info >= (3, 11) and not sysconfig.get_config_var("Py_GIL_DISABLED")
"""Before, each frame had memory of its own; without a global lock, frames are cleared as wholes."""


def with_room(run: Callable[[], T]) -> T:
    """What `run` gives, run where there is room for the calls that it makes."""
    result: T = _roomy(run) if PAYS else run()
    return result


def _call(run: Callable[[], Any]) -> Any:
    return run()


_roomy = FunctionType(_call.__code__.replace(co_stacksize=ROOM // SLOT), {})

"""Prints the exceptions of an observed program with the tracebacks that they would have unobserved."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from detachlint.harness import observer, rejections

_OWN_FILES = frozenset({observer.__file__, rejections.__file__})
"""Those whose functions stand between a program and PyTorch."""


def hide_observer_from_hooks() -> None:
    """Have this process's exception hooks, that of threads too, show the program's frames alone."""
    sys.excepthook = _before_showing(sys.excepthook, lambda arguments: arguments[1])
    threading.excepthook = _before_showing(
        threading.excepthook, lambda arguments: arguments[0].exc_value
    )


def _before_showing(
    show: Callable[..., object], exception_of: Callable[[tuple[Any, ...]], BaseException | None]
) -> Callable[..., object]:
    def hook(*arguments: Any) -> object:
        for error in _chain(exception_of(arguments)):
            _hide_observer(error.__traceback__)
        return show(*arguments)

    return hook


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that are printed with it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        error = waiting.pop()
        if error is not None and id(error) not in seen:
            seen.add(id(error))
            yield error
            waiting += [error.__cause__, error.__context__, *getattr(error, "exceptions", ())]


def _hide_observer(traceback: TracebackType | None) -> None:
    # In place: a hook is given the traceback by itself, too. The first entry is never the observer's.
    while traceback is not None:
        following = traceback.tb_next
        while following is not None and following.tb_frame.f_code.co_filename in _OWN_FILES:
            following = following.tb_next
        traceback.tb_next = following
        traceback = following

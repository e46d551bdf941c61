"""Gives a program's main file the text that it shall have, wherever Python would read the file.

Imported by observed processes before anything else is: imports no more than it must.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader as _Loader
from typing import Any


@contextmanager
def imported_as(filename: str, text: str) -> Iterator[None]:
    """While the file is imported as if it contained `text`."""
    original = _Loader.get_code
    import_as(filename, text)
    try:
        yield
    finally:
        _Loader.get_code = original  # type: ignore[method-assign]


def import_as(filename: str, text: str) -> None:
    """From now on, import the file as if it contained `text`."""
    original: Callable[..., types.CodeType | None] = _Loader.get_code

    def get_code(loader: Any, fullname: str) -> types.CodeType | None:
        return _code(filename, text) if loader.path == filename else original(loader, fullname)

    _Loader.get_code = get_code  # type: ignore[method-assign, assignment]


def run_as(filename: str, text: str) -> None:
    """From now on, have `runpy.run_path` run the file as if it contained `text`.

    So multiprocessing makes a program's main module again in the processes that it starts anew.
    """
    import runpy

    original: Callable[..., dict[str, Any]] = runpy.run_path

    def run_path(
        path_name: str, init_globals: dict[str, Any] | None = None, run_name: str | None = None
    ) -> dict[str, Any]:
        # What is relative has become absolute on the way, starting from another directory.
        if path_name != filename and not path_name.endswith(os.sep + filename):
            return original(path_name, init_globals, run_name)
        module = types.ModuleType(run_name or "<run_path>")
        module.__dict__.update(init_globals or {}, __file__=filename)
        exec(_code(filename, text), module.__dict__)
        return module.__dict__

    runpy.run_path = run_path


def _code(filename: str, text: str) -> types.CodeType:
    return compile(text, filename, "exec", dont_inherit=True)

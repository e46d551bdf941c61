"""The report formats: every module in `detachlint/report/formats`, under its own name.

A format is a function `render(report: Report) -> str`; the first line of its module's docstring
says what it is for.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from detachlint.report import formats
from detachlint.report.model import Report


def format_names() -> tuple[str, ...]:
    """The names of all formats, sorted."""
    return tuple(sorted(module.name for module in iter_modules(formats.__path__)))


def render(name: str, report: Report) -> str:
    """The report in the format of that name, ready to be printed: empty, or ending in a newline.

    Only the module of the format asked for is imported. Raises `KeyError` for an unknown name.
    """
    if name not in format_names():
        raise KeyError(name)
    module = import_module(f"detachlint.report.formats.{name}")
    return cast(str, module.render(report))

"""The report formats: every module in `detachlint/report/formats`, under its own name.

A format is a function `render(report: Report) -> str`; the first line of its module's docstring
says what it is for. A format that can show counts instead of findings has a `statistics` alike.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
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
    return cast(str, _format(name).render(report))


def render_statistics(name: str, report: Report) -> str:
    """How often each rule found something, in the format of that name.

    Raises `ValueError` if that format has no statistics, `KeyError` for an unknown name.
    """
    module = _format(name)
    if not hasattr(module, "statistics"):
        raise ValueError(f"the format {name} has no statistics")
    return cast(str, module.statistics(report))


def _format(name: str) -> ModuleType:
    if name not in format_names():
        raise KeyError(name)
    return import_module(f"detachlint.report.formats.{name}")

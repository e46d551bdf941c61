"""Real programs for tests: a sample of the standard library of the Python that runs them."""

from __future__ import annotations

import functools
import sysconfig
import tokenize
from pathlib import Path

_ROOT = Path(sysconfig.get_path("stdlib"))

_DENSE_IN_SYNTAX = [
    "test_async",
    "test_comprehensions",
    "test_exception_group",
    "test_fstring",
    "test_generators",
    "test_grammar",
    "test_named_expressions",
    "test_patma",
    "test_scope",
    "test_type_aliases",
    "test_type_params",
    "test_unpack_ex",
]
"""Tests of CPython's own, where they are installed."""


@functools.cache
def sample(count: int = 80) -> list[Path]:
    """About so many files: some evenly spread ones, and those with the oddest syntax."""
    everything = sorted(
        path
        for path in _ROOT.rglob("*.py")
        if not {"site-packages", "lib2to3", "idlelib", "test", "tests"}
        & set(path.relative_to(_ROOT).parts)
    )
    step = max(len(everything) // count, 1)
    dense = [path for name in _DENSE_IN_SYNTAX if (path := _ROOT / "test" / f"{name}.py").exists()]
    return [*everything[::step][:count], *dense]


def read(path: Path) -> str:
    """The text of a file, decoded as it says."""
    with tokenize.open(path) as file:
        return file.read()


def label(path: Path) -> str:
    """A short name for test reports."""
    return path.relative_to(_ROOT).as_posix()

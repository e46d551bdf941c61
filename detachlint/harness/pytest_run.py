"""Runs a file of tests by pytest in this process, with the text that it shall have."""

from __future__ import annotations

import importlib.util
from contextlib import AbstractContextManager
from importlib.machinery import SourceFileLoader
from types import CodeType
from unittest import mock

_OPTIONS = (
    # Whatever the project adds (coverage, several processes) would observe or hide the same things.
    *("-o", "addopts="),
    "--assert=plain",
    "--capture=no",
    *("-p", "no:terminal"),  # its output holds times
    *("-p", "no:cacheprovider"),
    *("-p", "no:xdist"),
)


def has_pytest() -> bool:
    """Whether pytest is installed."""
    return importlib.util.find_spec("pytest") is not None


def run_tests(text: str, filename: str) -> int:
    """Run the tests in the file, as if it contained `text`, and return pytest's exit code.

    The file is where it is: its `conftest.py`, its neighbours and its settings are found.
    """
    import pytest

    with _instead_of(filename, text):
        return int(pytest.main([filename, *_OPTIONS]))


def _instead_of(filename: str, text: str) -> AbstractContextManager[object]:
    """While `filename` is imported as if it contained `text`."""
    original = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if loader.path == filename:
            return compile(text, filename, "exec", dont_inherit=True)
        return original(loader, fullname)

    return mock.patch.object(SourceFileLoader, "get_code", get_code)

"""Runs a file of tests by pytest in this process, with the text that it shall have."""

from __future__ import annotations

import importlib.util

from detachlint.harness.main_text import imported_as

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

    with imported_as(filename, text):
        return int(pytest.main([filename, *_OPTIONS]))

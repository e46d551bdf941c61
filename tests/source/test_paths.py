"""Absolute paths that are made quickly are those of the standard library."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from detachlint.source.paths import absolute_from_here

NAMES = st.lists(st.sampled_from(["a", "b.py", ".", "..", "/", "//", ".c", "", "d."]), max_size=6)


@given(NAMES)
def test_paths_are_those_of_the_standard_library(parts: list[str]) -> None:
    name = "".join(parts)
    assert absolute_from_here()(name) == os.path.abspath(name)  # noqa: PTH100 (the question itself)


@given(NAMES)
def test_paths_of_parts_are_those_of_the_standard_library(parts: list[str]) -> None:
    name = "/".join(parts)
    assert absolute_from_here()(name) == os.path.abspath(name)  # noqa: PTH100 (the question itself)

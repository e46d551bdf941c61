"""Deep recursion finds room for its frames, without asking the system for it again and again."""

from __future__ import annotations

import sys

import pytest

from detachlint.interpret.engine.room import with_room

CALLS = 200
"""Of a small function, from each depth: where a chunk of frames ends, each of them maps a new one."""


def leaf() -> None:
    """A call more."""


def down(depth: int) -> int:
    """Recurse, and call a small function again and again from each depth."""
    for _ in range(CALLS):
        leaf()
    return down(depth - 1) + 1 if depth else 0


def pages_mapped_by_recursion(*, roomy: bool) -> int:
    """How many pages the system has had to map for it."""
    resource = pytest.importorskip("resource")
    before: int = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    depth = with_room(lambda: down(500)) if roomy else down(500)
    assert depth == 500
    after: int = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    return after - before


def test_it_gives_what_it_is_to_run() -> None:
    assert with_room(lambda: [1, 2]) == [1, 2]


def test_exceptions_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 // 0)


def test_there_is_room_inside_of_room() -> None:
    assert with_room(lambda: with_room(lambda: down(50))) == 50


@pytest.mark.skipif(
    sys.version_info < (3, 11) or sys.implementation.name != "cpython",
    reason="frames are not kept in chunks",
)
def test_calls_from_any_depth_find_their_room_mapped() -> None:
    outside = pages_mapped_by_recursion(roomy=False)
    inside = pages_mapped_by_recursion(roomy=True)
    assert outside > 5 * inside, f"{outside} pages outside, {inside} pages inside"

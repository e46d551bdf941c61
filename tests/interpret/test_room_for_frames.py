"""Deep recursion finds room for its frames, without asking the system for it again and again."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest

from detachlint.interpret import analyse_module, whole
from detachlint.interpret.engine.room import with_room
from detachlint.lower import lower_module

CALLS = 200
"""Of a small function, from each depth: where a chunk of frames ends, each of them may map a new one."""

MANY = 150
"""Pages that are mapped because of one such border, at least."""


def leaf() -> None:
    """A call more."""


def down(depth: int, again: Any) -> int:
    """Recurse, and call a small function again and again from each depth."""
    for _ in range(CALLS):
        leaf()
    return again(depth - 1, again) + 1 if depth else 0


def recursions() -> list[Callable[[int, Any], int]]:
    """The same with frames of several sizes: some of them end where a chunk does."""
    size = down.__code__.co_stacksize
    codes = (down.__code__.replace(co_stacksize=size + more) for more in range(8))
    return [FunctionType(code, {"leaf": leaf, "range": range, "CALLS": CALLS}) for code in codes]


def most_pages_mapped(*, roomy: bool) -> int:
    """How many pages the system has had to map for one of them."""
    resource = pytest.importorskip("resource")

    def pages() -> int:
        mapped: int = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        return mapped

    mapped: list[int] = []
    for recurse in recursions():
        before = pages()
        depth = with_room(lambda: recurse(300, recurse)) if roomy else recurse(300, recurse)  # noqa: B023  # called at once
        assert depth == 300
        mapped.append(pages() - before)
    return max(mapped)


def test_it_gives_what_it_is_to_run() -> None:
    assert with_room(lambda: [1, 2]) == [1, 2]


def test_exceptions_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 // 0)


def test_there_is_room_inside_of_room() -> None:
    assert with_room(lambda: with_room(lambda: down(50, down))) == 50


def test_calls_from_any_depth_find_their_room_mapped() -> None:
    assert most_pages_mapped(roomy=True) < MANY


@pytest.mark.skipif(
    sys.version_info[:2] not in {(3, 11), (3, 12)} or sys.implementation.name != "cpython",
    reason="frames have other places there, or chunks are kept",
)
def test_without_room_they_do_not() -> None:
    assert most_pages_mapped(roomy=False) > MANY


def test_an_analysis_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[object] = []

    def noted(run: Callable[[], object]) -> object:
        ran.append(result := with_room(run))
        return result

    monkeypatch.setattr(whole, "with_room", noted)
    analyse_module(lower_module(ast.parse("x = 1\n"), "program.py"), "program.py")
    assert ran == [None]

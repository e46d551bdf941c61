"""Finite lattices: the order their drawing generates, and drawings that are refused."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from join_laws import broken_laws

from detachlint.domain.lattice import FiniteLattice

CHAIN = [(0, 1), (1, 2), (2, 3)]
DIAMOND = [("bottom", "left"), ("bottom", "right"), ("left", "top"), ("right", "top")]
CUBE = [
    (low, low | {new}) for size in range(3) for low in map(frozenset, itertools.combinations("xyz", size))
    for new in set("xyz") - low
]  # fmt: skip


@pytest.mark.parametrize("edges", [CHAIN, DIAMOND, CUBE], ids=["chain", "diamond", "cube"])
def test_joins_of_a_right_drawing_keep_every_law(edges: list[tuple[object, object]]) -> None:
    lattice = FiniteLattice(edges)
    for a, b, c in itertools.product(lattice.elements, repeat=3):
        assert broken_laws(lattice.join, a, b, c) == []
        assert lattice.leq(a, lattice.join(a, b))
        if lattice.leq(a, c) and lattice.leq(b, c):
            assert lattice.leq(lattice.join(a, b), c), "the join is not the least upper bound"


@pytest.mark.parametrize("edges", [CHAIN, DIAMOND, CUBE], ids=["chain", "diamond", "cube"])
def test_the_order_is_partial_and_lies_between_bottom_and_top(
    edges: list[tuple[object, object]],
) -> None:
    lattice = FiniteLattice(edges)
    for a, b, c in itertools.product(lattice.elements, repeat=3):
        assert lattice.leq(lattice.bottom, a)
        assert lattice.leq(a, lattice.top)
        assert not (lattice.leq(a, b) and lattice.leq(b, a)) or a == b
        assert not (lattice.leq(a, b) and lattice.leq(b, c)) or lattice.leq(a, c)


def test_the_cube_is_the_lattice_of_subsets() -> None:
    lattice = FiniteLattice(CUBE)
    for a, b in itertools.product(lattice.elements, repeat=2):
        assert lattice.join(a, b) == a | b
        assert lattice.leq(a, b) == (a <= b)


@pytest.mark.parametrize(
    ("edges", "complaint"),
    [
        ([("a", "b"), ("b", "a")], "cycle"),
        ([("a", "b"), ("b", "c"), ("c", "b")], "cycle"),
        ([("a", "a")], "cycle"),
        ([("bottom", "a"), ("bottom", "b")], "least upper bound"),
        (
            [
                ("bottom", "a"), ("bottom", "b"), ("a", "c"), ("b", "c"), ("a", "d"), ("b", "d"),
                ("c", "top"), ("d", "top"),
            ],
            "least upper bound of a and b",
        ),
        ([("a", "top"), ("b", "top")], "bottom"),
        ([], "bottom"),
    ],
    ids=["cycle", "inner cycle", "loop", "two tops", "two least bounds", "two bottoms", "nothing"],
)  # fmt: skip
def test_a_wrong_drawing_cannot_be_built(edges: list[tuple[str, str]], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        FiniteLattice(edges)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8))
def test_any_drawing_is_a_lattice_or_refused(edges: list[tuple[int, int]]) -> None:
    try:
        lattice = FiniteLattice(edges)
    except ValueError:
        return
    for a, b, c in itertools.product(lattice.elements, repeat=3):
        assert broken_laws(lattice.join, a, b, c) == []

"""Ranks of arrays against NumPy's own arrays."""

from __future__ import annotations

import itertools

import pytest

from detachlint.domain.objects import Array
from detachlint.domain.rank import (
    RANK,
    Rank,
    broadcast,
    has_dimensions,
    is_array,
    of_dimensions,
    of_row,
)

np = pytest.importorskip("numpy")

SAMPLES = (np.float64(1.0), np.array(1.0), np.ones(2), np.ones((2, 2)), np.ones((2, 2, 2)))


def exact(value: object) -> Rank:
    """The lowest rank that says something true of a value."""
    if isinstance(value, np.ndarray):
        return of_dimensions(value.ndim)
    return Rank.SCALAR


def covers(rank: Rank, value: object) -> bool:
    return RANK.leq(exact(value), rank)


RANKS = [rank for rank in Rank if rank is not Rank.BOTTOM]


@pytest.mark.parametrize("rank", RANKS)
def test_what_is_certain_is_so_of_all_it_covers(rank: Rank) -> None:
    covered = [value for value in SAMPLES if covers(rank, value)]
    assert covered
    if is_array(rank):
        assert all(isinstance(value, np.ndarray) for value in covered)
    if has_dimensions(rank):
        assert all(value.ndim >= 1 for value in covered)


@pytest.mark.parametrize(("left", "right"), list(itertools.product(RANKS, RANKS)))
def test_results_of_arithmetic_are_covered(left: Rank, right: Rank) -> None:
    for one, other in itertools.product(SAMPLES, SAMPLES):
        if covers(left, one) and covers(right, other):
            assert covers(broadcast([left, right]), one * other), (one, other)


@pytest.mark.parametrize("rank", RANKS)
def test_rows_are_covered(rank: Rank) -> None:
    for value in SAMPLES:
        if covers(rank, value) and getattr(value, "ndim", 0) > 0:
            assert covers(of_row(rank), value[0])


def test_a_join_of_arrays_joins_their_ranks() -> None:
    assert Array(rank=Rank.ONE).join(Array(rank=Rank.MORE)).rank is Rank.SOME
    assert Array(rank=Rank.ONE).join(Array(rank=Rank.SCALAR)).rank is Rank.UNKNOWN

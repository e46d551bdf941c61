"""How many dimensions an array has, as far as it decides what NumPy does with a tensor beside it.

              ANY             a masked array or a matrix, perhaps: their operators do otherwise
               |
             UNKNOWN
            /       \\
        ARRAY        |      an ndarray; 0-d ones become scalars in arithmetic
          |          |
        SOME         |      one dimension or more, which arithmetic keeps
        /  \\         |
      ONE  MORE    SCALAR   `np.float64(2)` is no ndarray: a tensor beside it keeps its graph
        \\    |      /
           BOTTOM
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from detachlint.domain.lattice import FiniteLattice


class Rank(Enum):
    """What is known of the number of dimensions."""

    BOTTOM = "bottom"
    SCALAR = "scalar"
    ONE = "one"
    MORE = "more"
    SOME = "some"
    ARRAY = "array"
    UNKNOWN = "unknown"
    ANY = "any"


RANK: FiniteLattice[Rank] = FiniteLattice(
    [
        (Rank.BOTTOM, Rank.ONE),
        (Rank.BOTTOM, Rank.MORE),
        (Rank.BOTTOM, Rank.SCALAR),
        (Rank.ONE, Rank.SOME),
        (Rank.MORE, Rank.SOME),
        (Rank.SOME, Rank.ARRAY),
        (Rank.ARRAY, Rank.UNKNOWN),
        (Rank.SCALAR, Rank.UNKNOWN),
        (Rank.UNKNOWN, Rank.ANY),
    ]
)


def is_array(rank: Rank) -> bool:
    """Whether it is an ndarray for certain."""
    return RANK.leq(rank, Rank.ARRAY) and rank is not Rank.BOTTOM


def has_dimensions(rank: Rank) -> bool:
    """Whether it has one dimension or more for certain."""
    return RANK.leq(rank, Rank.SOME) and rank is not Rank.BOTTOM


def of_dimensions(count: int) -> Rank:
    """The rank of an array of `count` dimensions."""
    return (Rank.ARRAY, Rank.ONE)[count] if count < 2 else Rank.MORE


def of_row(rank: Rank) -> Rank:
    """The rank of one item of an array."""
    return _ROWS.get(rank, Rank.UNKNOWN)


_ROWS = {Rank.ONE: Rank.SCALAR, Rank.MORE: Rank.SOME, Rank.ANY: Rank.ANY}


def broadcast(ranks: Iterable[Rank]) -> Rank:
    """The rank of an elementwise result: that of the operand with most dimensions.

    A masked array among them masks the result, and a matrix makes it one (executed).
    """
    found = set(ranks)
    if Rank.ANY in found:
        return Rank.ANY
    if Rank.MORE in found:
        return Rank.MORE
    if found and found <= {Rank.SCALAR, Rank.ONE}:
        return Rank.ONE if Rank.ONE in found else Rank.SCALAR
    return Rank.SOME if any(map(has_dimensions, found)) else Rank.UNKNOWN

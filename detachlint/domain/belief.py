"""What the analysis believes of a yes-or-no question: does it require grad, is grad mode on.

    SOMETIMES        a path was seen on which it is YES; other paths differ or are unknown
     /     \\
  MAYBE     |        nothing is known
    |       |
    NO     YES
     \\     /
     BOTTOM          no execution gets here

A *missed alarm* hides in a plain three-valued join: a value that is YES on one branch and NO on the
other is not the same as a value nobody knows anything about. SOMETIMES keeps the witness.

Each question is answered twice (`Belief`): under PyTorch's defaults for all that is out of sight
(callers leave grad mode on, parameters are trainable), and whatever the unseen code does.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import NamedTuple

from detachlint.domain.lattice import FiniteLattice


class Truth(Enum):
    """One answer. Displayed as NO, YES or MAYBE (which covers SOMETIMES)."""

    BOTTOM = "BOTTOM"
    NO = "NO"
    YES = "YES"
    MAYBE = "MAYBE"
    SOMETIMES = "SOMETIMES"

    __hash__ = object.__hash__  # Enum's own is written in Python, and asked for all the time


TRUTH: FiniteLattice[Truth] = FiniteLattice(
    [
        (Truth.BOTTOM, Truth.NO),
        (Truth.BOTTOM, Truth.YES),
        (Truth.NO, Truth.MAYBE),
        (Truth.MAYBE, Truth.SOMETIMES),
        (Truth.YES, Truth.SOMETIMES),
    ]
)

# From weakest to strongest claim of a YES, for the two connectives below.
_OR_ORDER = (Truth.NO, Truth.MAYBE, Truth.SOMETIMES, Truth.YES)
_AND_TABLE = {
    (Truth.YES, Truth.YES): Truth.YES,
    (Truth.YES, Truth.SOMETIMES): Truth.SOMETIMES,
    (Truth.SOMETIMES, Truth.YES): Truth.SOMETIMES,
    (Truth.SOMETIMES, Truth.SOMETIMES): Truth.SOMETIMES,
}


def truth_and(left: Truth, right: Truth) -> Truth:
    """Both hold. Strict in BOTTOM; NO wins over everything else."""
    if Truth.BOTTOM in (left, right):
        return Truth.BOTTOM
    if Truth.NO in (left, right):
        return Truth.NO
    return _AND_TABLE.get((left, right), Truth.MAYBE)


def truth_or(left: Truth, right: Truth) -> Truth:
    """At least one holds. Strict in BOTTOM; YES wins over everything else."""
    if Truth.BOTTOM in (left, right):
        return Truth.BOTTOM
    return max(left, right, key=_OR_ORDER.index)


def truth_not(truth: Truth) -> Truth:
    """The opposite. SOMETIMES has no known NO, so its opposite is MAYBE."""
    return {Truth.NO: Truth.YES, Truth.YES: Truth.NO, Truth.BOTTOM: Truth.BOTTOM}.get(
        truth, Truth.MAYBE
    )


class Belief(NamedTuple):
    """The two answers to one question; all operations work on each by itself."""

    usual: Truth
    """Under PyTorch's defaults for everything out of sight."""
    sure: Truth
    """Whatever the code out of sight does."""

    def join(self, other: Belief) -> Belief:
        """Either execution may have happened."""
        return _join(self, other)

    def leq(self, other: Belief) -> bool:
        """Whether `other` covers all that this believes."""
        return TRUTH.leq(self.usual, other.usual) and TRUTH.leq(self.sure, other.sure)

    def both(self, other: Belief) -> Belief:
        """This and the other hold."""
        return _both(self, other)

    def either(self, other: Belief) -> Belief:
        """This or the other holds."""
        return _either(self, other)

    def opposite(self) -> Belief:
        """The negation."""
        return Belief(truth_not(self.usual), truth_not(self.sure))

    def in_unseen_hands(self) -> Belief:
        """The same under the defaults, but code out of sight may have changed it."""
        if self.sure in (Truth.BOTTOM, Truth.MAYBE, Truth.SOMETIMES):
            return self
        return Belief(self.usual, Truth.MAYBE)

    @property
    def seen(self) -> bool:
        """Whether a path was seen on which it holds, under the defaults."""
        return self.usual in (Truth.YES, Truth.SOMETIMES)

    @property
    def shown(self) -> str:
        """`YES`, `NO` or `MAYBE`, as people read it: certain answers only, under the defaults."""
        if self.usual in (Truth.YES, Truth.NO):
            return str(self.usual.value)
        return "MAYBE"


# Few beliefs exist, and their pairs are asked for all the time.


@cache
def _join(left: Belief, right: Belief) -> Belief:
    return Belief(TRUTH.join(left.usual, right.usual), TRUTH.join(left.sure, right.sure))


@cache
def _both(left: Belief, right: Belief) -> Belief:
    return Belief(truth_and(left.usual, right.usual), truth_and(left.sure, right.sure))


@cache
def _either(left: Belief, right: Belief) -> Belief:
    return Belief(truth_or(left.usual, right.usual), truth_or(left.sure, right.sure))


BOTTOM = Belief(Truth.BOTTOM, Truth.BOTTOM)
NO = Belief(Truth.NO, Truth.NO)
YES = Belief(Truth.YES, Truth.YES)
MAYBE = Belief(Truth.MAYBE, Truth.MAYBE)
SOMETIMES = Belief(Truth.SOMETIMES, Truth.SOMETIMES)
BY_DEFAULT = Belief(Truth.YES, Truth.MAYBE)
"""YES by PyTorch's defaults, for all we see: grad mode at an unseen entry, an unseen parameter."""


def known(truth: bool) -> Belief:
    """The belief in a fact."""
    return YES if truth else NO


def join_beliefs(beliefs: Iterable[Belief]) -> Belief:
    """The join (BOTTOM of none)."""
    joined = BOTTOM
    for belief in beliefs:
        joined = joined.join(belief)
    return joined

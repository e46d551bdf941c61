"""Truth and Belief: joins, the connectives, and what they mean."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from domain_elements import beliefs
from hypothesis import given
from join_laws import broken_laws

from detachlint.domain import belief
from detachlint.domain.belief import (
    TRUTH,
    Belief,
    Truth,
    known,
    truth_and,
    truth_not,
    truth_or,
)

MEANING = {
    Truth.BOTTOM: set(),
    Truth.NO: {False},
    Truth.YES: {True},
    Truth.MAYBE: {False, True},
    Truth.SOMETIMES: {False, True},
}
"""The answers that executions may give."""

Connective = Callable[[Truth, Truth], Truth]
BINARY = [(truth_and, lambda x, y: x and y), (truth_or, lambda x, y: x or y)]


def below(element: Truth) -> list[Truth]:
    return [other for other in Truth if TRUTH.leq(other, element)]


@given(beliefs, beliefs, beliefs)
def test_joins_of_beliefs_keep_every_law(a: Belief, b: Belief, c: Belief) -> None:
    assert broken_laws(Belief.join, a, b, c) == []
    assert a.leq(a.join(b))
    assert b.leq(a.join(b))
    if a.leq(c) and b.leq(c):
        assert a.join(b).leq(c)


def test_every_truth_has_its_place_in_the_lattice() -> None:
    assert set(TRUTH.elements) == set(Truth)
    assert TRUTH.bottom is Truth.BOTTOM
    assert TRUTH.top is Truth.SOMETIMES


@pytest.mark.parametrize("element", Truth)
def test_going_up_means_more_executions(element: Truth) -> None:
    for lower in below(element):
        assert MEANING[lower] <= MEANING[element]


def test_yes_on_one_path_is_never_lost_in_a_join() -> None:
    for other in set(Truth) - {Truth.YES, Truth.BOTTOM}:
        assert TRUTH.join(Truth.YES, other) is Truth.SOMETIMES
    assert TRUTH.join(Truth.NO, Truth.MAYBE) is Truth.MAYBE


@pytest.mark.parametrize(("connective", "concrete"), BINARY, ids=["and", "or"])
def test_connectives_cover_every_execution(
    connective: Connective, concrete: Callable[[bool, bool], bool]
) -> None:
    for left, right in itertools.product(Truth, repeat=2):
        answers = {concrete(x, y) for x in MEANING[left] for y in MEANING[right]}
        assert answers <= MEANING[connective(left, right)], (left, right)


@pytest.mark.parametrize("connective", [truth_and, truth_or])
def test_connectives_are_monotone(connective: Connective) -> None:
    for left, right in itertools.product(Truth, repeat=2):
        for smaller in below(left):
            assert TRUTH.leq(connective(smaller, right), connective(left, right)), (smaller, left)


@pytest.mark.parametrize("connective", [truth_and, truth_or])
def test_connectives_are_commutative_and_associative(connective: Connective) -> None:
    for a, b, c in itertools.product(Truth, repeat=3):
        assert connective(a, b) is connective(b, a)
        assert connective(connective(a, b), c) is connective(a, connective(b, c))


@pytest.mark.parametrize("connective", [truth_and, truth_or])
def test_connectives_are_strict_in_bottom(connective: Connective) -> None:
    for other in Truth:
        assert connective(Truth.BOTTOM, other) is Truth.BOTTOM


def test_a_decided_operand_decides() -> None:
    for other in set(Truth) - {Truth.BOTTOM}:
        assert truth_and(Truth.NO, other) is Truth.NO
        assert truth_and(Truth.YES, other) is other
        assert truth_or(Truth.YES, other) is Truth.YES
        assert truth_or(Truth.NO, other) is other


def test_the_opposite_covers_every_execution() -> None:
    for truth in Truth:
        assert {not answer for answer in MEANING[truth]} <= MEANING[truth_not(truth)]
    assert all(truth_not(truth_not(t)) is t for t in (Truth.NO, Truth.YES, Truth.BOTTOM))


def test_the_opposite_is_monotone_but_above_no() -> None:
    # A NO grows into "unknown", which has no witness of a YES, while its opposite had one: the witness
    # is forgotten. Nothing may take a fixpoint over an opposite.
    broken = {
        (lower, upper)
        for upper in Truth
        for lower in below(upper)
        if not TRUTH.leq(truth_not(lower), truth_not(upper))
    }
    assert broken == {(Truth.NO, Truth.MAYBE), (Truth.NO, Truth.SOMETIMES)}


@given(beliefs, beliefs)
def test_both_answers_are_computed_apart(a: Belief, b: Belief) -> None:
    assert a.both(b) == (truth_and(a.usual, b.usual), truth_and(a.sure, b.sure))
    assert a.either(b) == (truth_or(a.usual, b.usual), truth_or(a.sure, b.sure))
    assert a.opposite() == (truth_not(a.usual), truth_not(a.sure))


@given(beliefs)
def test_unseen_hands_take_certainty_and_leave_the_defaults(a: Belief) -> None:
    after = a.in_unseen_hands()
    assert after.usual is a.usual
    assert after.sure not in (Truth.YES, Truth.NO)
    assert MEANING[a.sure] <= MEANING[after.sure]
    assert after.in_unseen_hands() == after


def test_beliefs_are_shown_under_the_defaults() -> None:
    shown = {name: getattr(belief, name).shown for name in ("YES", "NO", "MAYBE", "SOMETIMES")}
    assert shown == {"YES": "YES", "NO": "NO", "MAYBE": "MAYBE", "SOMETIMES": "MAYBE"}
    assert belief.BY_DEFAULT.shown == "YES"
    assert belief.BY_DEFAULT.sure is Truth.MAYBE
    assert (known(True), known(False)) == (belief.YES, belief.NO)

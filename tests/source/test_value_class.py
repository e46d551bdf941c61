"""Values that are quick to make are still values."""

from __future__ import annotations

import dataclasses
from dataclasses import field

import pytest

from detachlint.source.value_class import replace, value_class


@value_class(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
    note: str = field(default="", compare=False)


@value_class(frozen=True, slots=True, eq=False)
class Place:
    x: int


def test_values_are_compared_and_hashed_by_their_fields() -> None:
    assert Point(1, 2, "here") == Point(1, 2, "there")
    assert hash(Point(1, 2, "here")) == hash(Point(1, 2, "there"))
    assert Point(1, 2) != Point(2, 1)
    assert len({Point(1), Point(1, 0), Point(1, 1)}) == 2


def test_values_that_are_no_equals_are_compared_by_identity() -> None:
    place = Place(1)
    assert place != Place(1)
    assert len({place, place, Place(1)}) == 2


def test_what_is_not_to_be_shown_is_not() -> None:
    """Sets come in another order in each process, and what is shown tells values apart."""

    @value_class(frozen=True, slots=True)
    class Word:
        text: str
        letters: frozenset[str] = field(repr=False)

    assert repr(Word("ab", frozenset("ab"))).endswith(".Word(text='ab')")


def test_a_value_is_changed_by_making_another() -> None:
    first = Point(1, 2, "here")
    assert replace(first, y=3) == Point(1, 3)
    assert (first.y, replace(first, y=3).note) == (2, "here")


def test_any_field_can_be_another_and_is_not_written_into_the_first() -> None:
    first = Point(1, 2, "here")
    for changes in ({}, {"x": 5}, {"y": 7, "note": "there"}, {"x": 0, "y": 0, "note": ""}):
        changed = replace(first, **changes)
        assert changed is not first
        assert dataclasses.astuple(changed) == dataclasses.astuple(
            dataclasses.replace(first, **changes)
        )
    assert dataclasses.astuple(first) == (1, 2, "here")


def test_a_value_of_a_single_field_is_changed_too() -> None:
    assert replace(Place(1), x=2).x == 2


def test_another_dataclass_is_changed_as_python_does() -> None:
    @dataclasses.dataclass
    class Plain:
        x: int
        twice: int = field(init=False)

        def __post_init__(self) -> None:
            self.twice = 2 * self.x

    assert replace(Plain(1), x=4).twice == 8


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(AttributeError):
        replace(Point(1), z=1)  # type: ignore[call-arg]  # that there is none is what is tested


def test_a_value_has_its_fields_and_no_others() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 1  # type: ignore[attr-defined]  # that there is none is what is tested


def test_a_value_shows_its_fields_unless_it_has_a_way_of_its_own() -> None:
    @value_class(frozen=True, slots=True)
    class Own:
        x: int

        def __repr__(self) -> str:
            return f"<{self.x}>"

    assert repr(Point(1, note="a")) == "Point(x=1, y=0, note='a')"
    assert repr(Own(1)) == "<1>"


def test_a_value_that_holds_itself_can_be_shown() -> None:
    @value_class(frozen=True, slots=True)
    class Holder:
        held: list[object]

    holder = Holder([])
    holder.held.append(holder)
    assert repr(holder).endswith("Holder(held=[...])")

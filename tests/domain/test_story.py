"""Stories: told origin first, bounded, and outside equality."""

from __future__ import annotations

import dataclasses
import typing

import pytest
from domain_elements import SPANS, at_one_address, field_types, heap_objects, stories
from hypothesis import given, settings
from hypothesis import strategies as st

from detachlint.domain.belief import YES
from detachlint.domain.objects import HeapObject, Tensor, Unknown
from detachlint.domain.story import LONGEST, Story, begin, then
from detachlint.source.span import Span

FEW = settings(max_examples=40, deadline=None)
FIRST, SECOND, THIRD = SPANS
TELLING = [cls for cls in typing.get_args(HeapObject) if "story" in field_types(cls)]


def test_steps_are_told_origin_first() -> None:
    story = then(then(begin(FIRST, "born"), SECOND, "kept"), THIRD, "returned")
    assert story is not None
    assert [step.message for step in story.steps()] == ["born", "kept", "returned"]
    assert [step.span for step in story.steps()] == SPANS
    assert story.length == 3


def test_a_step_at_the_place_of_the_last_one_adds_nothing() -> None:
    story = begin(FIRST, "born")
    assert then(story, FIRST, "again") is story
    assert then(None, FIRST, "nothing to go on from") is None


def test_a_story_stops_growing() -> None:
    story: Story | None = begin(Span(0, 0, 0, 1), "born")
    for line in range(1, 3 * LONGEST):
        story = then(story, Span(line, 0, line, 1), "on and on")
    assert story is not None
    assert story.length == len(story.steps()) == LONGEST
    assert story.steps()[0].message == "born"


def test_stories_are_compared_by_identity_only() -> None:
    assert begin(FIRST, "born") != begin(FIRST, "born")


@pytest.mark.parametrize("cls", TELLING)
@FEW
@given(data=st.data())
def test_objects_are_equal_whatever_their_story(cls: type, data: st.DataObject) -> None:
    thing = data.draw(heap_objects(cls))
    other = dataclasses.replace(thing, story=data.draw(stories))
    assert thing == other


@pytest.mark.parametrize("cls", TELLING)
@FEW
@given(data=st.data())
def test_a_join_keeps_a_story_if_either_side_has_one(cls: type, data: st.DataObject) -> None:
    first, second, _ = data.draw(at_one_address(cls))
    joined = first.join(second)
    assert joined.story in (first.story, second.story)
    assert (joined.story is None) == (first.story is None and second.story is None)


def test_both_kinds_of_values_that_require_grad_can_tell_why() -> None:
    assert [Tensor, Unknown] == TELLING
    assert Tensor(YES, story=begin(FIRST, "x")) == Tensor(YES)

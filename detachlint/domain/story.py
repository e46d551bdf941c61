"""The trace of a value: how it came to require grad.

A story travels beside an abstract value and is no part of it: it is outside equality and order, or no
fixpoint would be reached.
"""

from __future__ import annotations

from detachlint.source.span import Span
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True, eq=False)
class Story:
    """The latest step, and what came before it."""

    span: Span
    message: str
    earlier: Story | None = None
    length: int = 1

    def steps(self) -> list[Story]:
        """All steps, origin first."""
        steps: list[Story] = []
        current: Story | None = self
        while current is not None:
            steps.append(current)
            current = current.earlier
        steps.reverse()
        return steps


LONGEST = 40
"""Steps kept. A loop-carried value would otherwise grow its story with each iteration."""


def then(story: Story | None, span: Span, message: str) -> Story | None:
    """The story with one more step; repeating a place the story has just been at adds nothing."""
    if story is None or story.length >= LONGEST:
        return story
    if story.span == span:
        return story
    return Story(span, message, story, story.length + 1)


def begin(span: Span, message: str) -> Story:
    """A story's origin."""
    return Story(span, message)

"""DTL103: a container of tensors that require grad is handed to NumPy or to a library."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Crossing, Facts
from detachlint.knowledge.gates import WANTING_ARRAYS, WANTING_DIMENSIONS, Gate
from detachlint.rules.contexts import place_of
from detachlint.rules.finding import Confidence, Finding, Remedy
from detachlint.rules.implicit import afterthought, finding_of, is_container, taker
from detachlint.rules.visits import Raising, crossings_of

CODE = "DTL103"
NAME = "array-of-grad-tensors"

UNCURED = WANTING_ARRAYS | {Gate.UNFIT}
"""Where it is no cure to detach each of them."""


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each argument that holds such a tensor in some context."""
    for raising in crossings_of(facts, is_container):
        remedy = Remedy.NONE if raising.worst.gate in UNCURED else Remedy.DETACH_EACH
        yield finding_of(facts, CODE, NAME, raising, _message(raising), remedy)


def _message(raising: Raising) -> str:
    doubtful = raising.confidence is Confidence.POSSIBLE and raising.converts == "converts"
    verb = "may require" if doubtful else "require"
    what = f"{taker(raising.worst)} {raising.converts} tensors that {verb} grad, one by one"
    return what + raising.suffix + afterthought(raising) + _where_kept(raising)


def _where_kept(raising: Raising) -> str:
    """The place to keep numbers at, where they may do: nobody knows how many elements a tensor has."""
    place = _append_place(raising.worst)
    if place is None or raising.needed or raising.worst.function in WANTING_DIMENSIONS:
        return ""
    return (
        f"; if each is a single number and no more is needed, keep that, with `.item()` at {place}"
    )


def _append_place(visit: Crossing) -> str | None:
    """Where the tensors are put into their container, if the story tells it."""
    for step in reversed(visit.story.steps() if visit.story is not None else []):
        if step.message.startswith("kept by "):
            return place_of(visit.span, step.span)
    return None

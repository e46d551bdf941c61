"""What the rules about crossings share: how sure the visits to one make its finding, and its trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from detachlint.domain.belief import Truth
from detachlint.domain.story import Story
from detachlint.domain.traits import Check, raised_for
from detachlint.interpret.facts import CallSite, Crossing, Facts
from detachlint.knowledge.names import CONVERSIONS
from detachlint.rules.contexts import Contexts, contexts_of, place_of
from detachlint.rules.finding import (
    BECAUSE,
    BECAUSE_UNKNOWN,
    Confidence,
    Parts,
    Remedy,
    TraceStep,
)
from detachlint.rules.refusals import Refusal, belief, confidence_of, is_handled, refusal
from detachlint.source.span import Span

HANDLED = " (where that is refused, the `except` of its `try` does it otherwise)"
"""A remark where the author has thought of it."""


class Raising(NamedTuple):
    """A crossing that raises: all visits, the one that shows it best, and how sure it is."""

    span: Span
    visits: list[Crossing]
    worst: Crossing
    confidence: Confidence
    needed: bool
    """Whether the program still wants the gradient behind it."""
    returns: Span | None
    """Where its value comes back into what is backpropagated, which has a gradient of its own."""
    refusal: Refusal

    @property
    def parts(self) -> Parts | None:
        """Which items of a container are to be cured, where not all of them are; none if who knows."""
        worst = self.worst
        if not worst.container or all(visit.flat for visit in self.visits):
            return None
        alike = all(visit.parts == worst.parts for visit in self.visits)
        return worst.parts if alike and worst.parts is not None else ()

    @property
    def edited_alike(self) -> bool:
        """Whether what is written at the place itself does for all visits."""
        return all(v.located and v.number == self.worst.number for v in self.visits)

    @property
    def others(self) -> bool:
        """Whether numbers, arrays or lists come there as well, which have no methods of tensors."""
        return not is_method(self.worst) and any(
            visit.others or visit.container is not self.worst.container for visit in self.visits
        )

    def remedy(self, wanted: Remedy) -> Remedy:
        """What of the remedy that is wanted can be had by an edit at the place of the crossing."""
        return wanted if self.edited_alike else Remedy.NONE

    @property
    def doubtful(self) -> bool:
        """Whether the program may do something else once this is cured, beside not to raise here."""
        if self.returns is not None:
            return True
        if is_method(self.worst):
            return False
        # As the switches are set, something that is no tensor may come to the same place.
        mixed = not self.worst.container and any(visit.mixed for visit in self.visits)
        return mixed or any(visit.supposed for visit in self.visits)

    @property
    def subject(self) -> str:
        """What is handed over: `a tensor that requires grad`, as sure as it is."""
        if self.confidence is Confidence.POSSIBLE and self.worst.grad.usual is not Truth.YES:
            return "a tensor that may require grad"
        if self.confidence is Confidence.LIKELY and self.worst.grad.usual is Truth.SOMETIMES:
            return "a tensor that requires grad on some paths"
        return "a tensor that requires grad"

    @property
    def because(self) -> str:
        """What the trace explains, as its heading."""
        return BECAUSE if self.worst.story is not None else BECAUSE_UNKNOWN

    @property
    def converts(self) -> str:
        """`converts`, as sure as that is where it is sure that it requires grad."""
        unsure = self.confidence is Confidence.POSSIBLE and self.worst.grad.usual is Truth.YES
        unsure = unsure and not is_handled(self.worst, self.refusal.check)
        return "may convert" if unsure else "converts"

    @property
    def contexts(self) -> Contexts:
        """The callers that tell where it raises from where it does not."""
        check = self.refusal.check
        sure = [(confidence_of(belief(visit, check)), visit) for visit in self.visits]
        fine = [visit for confidence, visit in sure if confidence is None]
        surest = confidence_of(belief(self.worst, check))
        raising = [visit for confidence, visit in sure if confidence is surest]
        return contexts_of([self.worst, *raising], fine)

    @property
    def suffix(self) -> str:
        """From where it is called when it raises, and when it does not; what has to be set for it."""
        called = "" if self.worst.unseen else self.contexts.said_from(self.worst.span)
        return self._where_set + called

    @property
    def _where_set(self) -> str:
        """The switches that have to be set the other way."""
        told = [
            f"`{one.name}` is {one.then} ({place_of(self.worst.span, one.span)})"
            for one in self.worst.supposed
        ]
        return f" where {' and '.join(told)}" if told else ""

    @property
    def to_blame(self) -> CallSite | None:
        """The call whose grad mode is to blame, all others being under `no_grad`."""
        contexts = self.contexts
        return contexts.to_blame if contexts.by_mode and not self.worst.unseen else None

    @property
    def aftermath(self) -> str:
        """What comes of the value: whether somebody wants the gradient that a detached one does not have."""
        if self.needed:
            return "; detaching is no cure here, because the gradient is still wanted behind it"
        if self.returns is None:
            return ""
        where = place_of(self.worst.span, self.returns)
        return f"; {where} trains with its value: detach it only if nothing behind it is to learn from that"

    @property
    def swallowed(self) -> str:
        """A remark where the error does not reach the user."""
        if is_handled(self.worst, self.refusal.check):
            return HANDLED
        caught = raised_for(self.refusal.check) in self.worst.swallowed
        return " (the error is caught by a `try`)" if caught else ""


def crossings_of(facts: Facts, belongs: Callable[[Crossing], bool]) -> Iterator[Raising]:
    """The crossings refused for the gradient above all, whose surest visit belongs to the rule."""
    for raising in refused_in(facts):
        if raising.refusal.check is Check.GRAD and belongs(raising.worst):
            yield raising


def refused_in(facts: Facts) -> Iterator[Raising]:
    """The crossings that raise in some context."""
    for span, visits in facts.crossings.items():
        found = refusal(visits)
        if found is not None:
            lost = Check.GRAD in found.all
            needed = lost and span in facts.needed
            returns = facts.returns.get(span) if lost and not needed else None
            yield Raising(span, visits, found.worst, found.confidence, needed, returns, found)


def is_method(visit: Crossing) -> bool:
    """Whether the program converts the tensor itself, with `.numpy()` or `.__array__()`."""
    return visit.form in CONVERSIONS


def trace_of(
    filename: str, raising: Raising, last: str, origin: Story | None
) -> tuple[TraceStep, ...]:
    """The way from the origin to the crossing; `last` says what happens there.

    Where one call is to blame, it starts with that call.
    """
    worst, blamed = raising.worst, raising.to_blame
    steps: list[TraceStep] = []
    for switch in worst.supposed:
        said = (
            f"`{switch.name}` is {switch.here} here: this is what happens where it is {switch.then}"
        )
        steps.append(_step(filename, switch.span, said))
    if blamed is not None:
        said = f"`{blamed.callee}` is called here, while grad mode is on"
        steps.append(_step(filename, blamed.span, said))
    if origin is not None:
        steps += [_step(filename, s.span, s.message) for s in _shown(origin, worst)]
    for site in worst.calls:
        if not worst.unseen and site != blamed:
            steps.append(_step(filename, site.span, f"`{site.callee}` is called here"))
    steps.append(_step(filename, worst.span, last))
    return tuple(steps)


def _step(filename: str, span: Span, message: str) -> TraceStep:
    return TraceStep(span.file or filename, span.alone(), message)


LONGEST_TRACE = 8


def _shown(story: Story, visit: Crossing) -> list[Story]:
    """The story, without its middle if it is long, and without what is said by the crossing itself."""
    steps = story.steps()
    kept = [step for step in steps if step.span != visit.span] or steps
    if len(kept) <= LONGEST_TRACE:
        return kept
    return [*kept[: LONGEST_TRACE // 2], *kept[-LONGEST_TRACE // 2 :]]


def mode_of(visit: Crossing) -> str:
    """What is known of the grad mode, as the end of a sentence."""
    if visit.mode.sure is Truth.YES:
        return ", while grad mode is on"
    if visit.unseen:
        return "; grad mode is on unless the caller has switched it off"
    return ", while grad mode may be on"

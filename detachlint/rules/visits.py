"""What the rules about crossings share: how sure the visits to one make its finding, and its trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from detachlint.domain.belief import Truth
from detachlint.domain.objects import Device
from detachlint.domain.story import Story
from detachlint.interpret.facts import Crossing, Facts
from detachlint.knowledge.model import Gate
from detachlint.rules.finding import Confidence, TraceStep
from detachlint.source.span import Span


class Raising(NamedTuple):
    """A crossing that raises: all visits, the one that shows it best, and how sure it is."""

    span: Span
    visits: list[Crossing]
    worst: Crossing
    confidence: Confidence
    needed: bool
    """Whether the program still wants the gradient behind it."""

    @property
    def subject(self) -> str:
        """What is handed over: `a tensor that requires grad`, as sure as it is."""
        if self.confidence is Confidence.POSSIBLE:
            return "a tensor that may require grad"
        if self.confidence is Confidence.LIKELY and self.worst.grad.usual is Truth.SOMETIMES:
            return "a tensor that requires grad on some paths"
        return "a tensor that requires grad"

    @property
    def suffix(self) -> str:
        """From where it is called, and whether anyone would see the error."""
        text = ""
        harmless = any(confidence_of(visit) is None for visit in self.visits)
        if self.worst.calls and harmless and not self.worst.unseen:
            text += f" when called from line {self.worst.calls[-1].span.line}"
        return text

    @property
    def swallowed(self) -> str:
        """A remark where the error does not reach the user."""
        return " (the error is caught by a `try`)" if self.worst.swallowed else ""


def crossings_of(facts: Facts, belongs: Callable[[Crossing], bool]) -> Iterator[Raising]:
    """The crossings that raise in some context, and whose surest context belongs to the rule."""
    for span, visits in facts.crossings.items():
        raising = [v for v in visits if confidence_of(v) is not None and not _other_error(v)]
        if not raising:
            continue
        worst = max(raising, key=_rank)
        if belongs(worst):
            confidence = _overall(visits, raising)
            yield Raising(span, visits, worst, confidence, span in facts.needed)


def is_method(visit: Crossing) -> bool:
    """Whether the program converts the tensor itself, with `.numpy()` or `.__array__()`."""
    return visit.form in ("numpy", "__array__")


def is_rejected(visit: Crossing) -> bool:
    """Whether it is refused whether or not it requires grad."""
    return visit.gate is Gate.REJECTS


def confidence_of(visit: Crossing) -> Confidence | None:
    """How sure one context is; None if it does not raise there."""
    if visit.raises.sure is Truth.YES:
        return Confidence.CERTAIN
    if visit.raises.usual in (Truth.YES, Truth.SOMETIMES):
        return Confidence.LIKELY
    if visit.raises.usual is Truth.MAYBE:
        return Confidence.POSSIBLE
    return None


def _other_error(visit: Crossing) -> bool:
    """Whether PyTorch complains about something else first (device, layout: checked before grad)."""
    return visit.device is Device.OTHER or not visit.strided


def _overall(visits: list[Crossing], raising: list[Crossing]) -> Confidence:
    """Certain if every context is, those of unseen callers among them; else the best of them."""
    all_certain = all(confidence_of(visit) is Confidence.CERTAIN for visit in visits)
    unseen_count = any(visit.unseen for visit in visits) or not any(v.public for v in visits)
    if all_certain and unseen_count and all(visit.tensor_for_sure for visit in visits):
        return Confidence.CERTAIN
    found = {confidence_of(visit) for visit in raising}
    if Confidence.CERTAIN in found or Confidence.LIKELY in found:
        return Confidence.LIKELY
    return Confidence.POSSIBLE


def _rank(visit: Crossing) -> tuple[int, bool, int]:
    confidence = confidence_of(visit)
    order = list(Confidence).index(confidence) if confidence is not None else -1
    return order, not visit.unseen, visit.story.length if visit.story is not None else 0


def trace_of(filename: str, worst: Crossing, last: str) -> tuple[TraceStep, ...]:
    """The way from the origin to the crossing; `last` says what happens there."""
    steps: list[TraceStep] = []
    if worst.story is not None:
        steps += [TraceStep(filename, s.span, s.message) for s in _shown(worst)]
    for site in worst.calls:
        if not worst.unseen:
            steps.append(TraceStep(filename, site.span, f"`{site.callee}` is called here"))
    steps.append(TraceStep(filename, worst.span, last))
    return tuple(steps)


LONGEST_TRACE = 8


def _shown(visit: Crossing) -> list[Story]:
    """The story, without its middle if it is long, and without what is said by the crossing itself."""
    steps = visit.story.steps() if visit.story is not None else []
    kept = [step for step in steps if step.span != visit.span]
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

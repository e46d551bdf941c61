"""DTL101: `.numpy()` or `.__array__()` on a tensor that requires grad while grad mode is on."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.domain.belief import Truth
from detachlint.domain.objects import Device, Dtype
from detachlint.domain.story import Story
from detachlint.interpret.facts import Crossing, Facts
from detachlint.rules.finding import Applicability, Confidence, Finding, Fix, TraceStep
from detachlint.source.span import Span

CODE = "DTL101"
NAME = "numpy-on-grad-tensor"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each crossing that raises in some context, with the surest context's trace."""
    for span, visits in facts.crossings.items():
        raising = [v for v in visits if _confidence(v) is not None and not _other_error(v)]
        if not raising:
            continue
        confidence = _overall(visits, raising)
        worst = max(raising, key=_rank)
        yield Finding(
            code=CODE,
            name=NAME,
            message=_message(worst, visits, confidence, needed=span in facts.needed),
            filename=facts.filename,
            span=span.alone(),
            confidence=confidence,
            trace=_trace(facts.filename, worst),
            fix=_advice() if span in facts.needed else None,
        )


def _confidence(visit: Crossing) -> Confidence | None:
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
    all_certain = all(_confidence(visit) is Confidence.CERTAIN for visit in visits)
    unseen_count = any(visit.unseen for visit in visits) or not any(v.public for v in visits)
    if all_certain and unseen_count and all(visit.tensor_for_sure for visit in visits):
        return Confidence.CERTAIN
    found = {_confidence(visit) for visit in raising}
    if Confidence.CERTAIN in found or Confidence.LIKELY in found:
        return Confidence.LIKELY
    return Confidence.POSSIBLE


def _rank(visit: Crossing) -> tuple[int, bool, int]:
    confidence = _confidence(visit)
    order = list(Confidence).index(confidence) if confidence is not None else -1
    return order, not visit.unseen, visit.story.length if visit.story is not None else 0


def _message(
    worst: Crossing, visits: list[Crossing], confidence: Confidence, *, needed: bool
) -> str:
    call = f"`.{worst.form}()`"
    if confidence is Confidence.POSSIBLE:
        text = f"{call} on a tensor that may require grad"
    else:
        text = f"{call} on a tensor that requires grad"
    if confidence is Confidence.LIKELY and worst.grad.usual is Truth.SOMETIMES:
        text = f"{call} on a tensor that requires grad on some paths"
    harmless = sum(1 for visit in visits if _confidence(visit) is None)
    if worst.calls and harmless and not worst.unseen:
        site = worst.calls[-1]
        text += f" when called from {_place(worst.span, site.span)}"
    if needed:
        text += "; detaching is no cure here, because the gradient is still wanted behind it"
    elif worst.dtype is Dtype.NARROW:
        text += "; once detached, NumPy has no such dtype either: cast with `.float()`"
    if worst.swallowed:
        text += " (the error is caught by a `try`)"
    return text


def _trace(filename: str, worst: Crossing) -> tuple[TraceStep, ...]:
    steps: list[TraceStep] = []
    if worst.story is not None:
        steps += [_step(filename, s.span, s.message) for s in _shown(worst)]
    for site in worst.calls:
        if not worst.unseen:
            steps.append(_step(filename, site.span, f"`{site.callee}` is called here"))
    mode = _mode(worst)
    steps.append(_step(filename, worst.span, f"converted to NumPy here{mode}"))
    return tuple(steps)


def _step(filename: str, span: Span, message: str) -> TraceStep:
    return TraceStep(span.file or filename, span.alone(), message)


def _place(crossing: Span, call: Span) -> str:
    """Where a call stands, as seen from the crossing."""
    if call.file == crossing.file:
        return f"line {call.line}"
    return f"{call.file}:{call.line}"


LONGEST_TRACE = 8


def _shown(visit: Crossing) -> list[Story]:
    """The story, without its middle if it is long, and without what is said by the crossing itself."""
    steps = visit.story.steps() if visit.story is not None else []
    kept = [step for step in steps if step.span != visit.span]
    if len(kept) <= LONGEST_TRACE:
        return kept
    return [*kept[: LONGEST_TRACE // 2], *kept[-LONGEST_TRACE // 2 :]]


def _mode(visit: Crossing) -> str:
    if visit.mode.sure is Truth.YES:
        return ", while grad mode is on"
    if visit.unseen:
        return "; grad mode is on unless the caller has switched it off"
    return ", while grad mode may be on"


def _advice() -> Fix:
    return Fix(
        "compute this with PyTorch's own functions: a detached value has no gradient to pass back",
        Applicability.DISPLAY_ONLY,
        (),
    )

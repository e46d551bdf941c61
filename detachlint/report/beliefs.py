"""What the analysis believes at a crossing, in words: the answer to "why did you (not) report this?"."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.domain.belief import Belief, Truth
from detachlint.domain.traits import Check
from detachlint.interpret.facts import Bound, Crossing, Facts
from detachlint.rules.finding import Finding
from detachlint.rules.implicit import taker
from detachlint.rules.refusals import belief, confidence_of
from detachlint.rules.visits import is_method
from detachlint.source.span import Span

WORDS = {
    Truth.BOTTOM: "never computed",
    Truth.NO: "no",
    Truth.YES: "yes",
    Truth.MAYBE: "unknown",
    Truth.SOMETIMES: "on some paths",
}


def explain(facts: Facts, findings: list[Finding], line: int) -> str:
    """What is believed at the crossings that stand on a line, and why, also where nothing is reported.

    `findings` are those about the file, of every confidence. Where no crossing is on the line, the
    nearest ones are named; what the analysis gave up in the file is said at the end.
    """
    here = sorted(span for span in facts.crossings if span.line <= line <= span.end_line)
    lines: list[str] = []
    for span in here:
        lines += _crossing(facts, findings, span)
    if not here:
        lines += _nothing_at(facts, line)
    lines += [_bound(facts, bound, count) for bound, count in sorted(facts.gave_up.items())]
    return "\n".join(lines) + "\n"


def _bound(facts: Facts, bound: Bound, count: int) -> str:
    place = f"{bound.span.file or facts.filename}:{bound.span.line}"
    return f"gave up: {bound.reason} at {place} ({count})"


def _nothing_at(facts: Facts, line: int) -> Iterator[str]:
    yield f"{facts.filename}:{line}: no crossing was seen here"
    known = sorted({span.line for span in facts.crossings})
    if known:
        yield f"crossings of this file are on line {', '.join(map(str, known))}"
    else:
        yield "no crossing was seen in this file: nothing runs it, or nothing becomes an array"


def _crossing(facts: Facts, findings: list[Finding], span: Span) -> Iterator[str]:
    visits = facts.crossings[span]
    form = visits[0].form
    shown = f"`.{form}()`" if is_method(visits[0]) else taker(visits[0])
    yield f"{facts.filename}:{span.line}:{span.column + 1}: {shown}"
    said = [finding for finding in findings if finding.span == span.alone()]
    for finding in said:
        yield f"  reported: {finding.code} ({finding.confidence.value}): {finding.message}"
    if not said:
        yield "  not reported"
    if span in facts.needed:
        yield "  the gradient is still wanted behind it"
    for number, visit in enumerate(_distinct(visits), 1):
        yield from _visit(facts, visit, number)


def _distinct(visits: list[Crossing]) -> list[Crossing]:
    """The visits that differ in what is shown of them."""
    return list({(v.calls, v.unseen, v.grad, v.mode, v.raises): v for v in visits}.values())


def _visit(facts: Facts, visit: Crossing, number: int) -> Iterator[str]:
    yield f"  context {number}: {_context(facts, visit)}"
    yield f"    the tensor requires grad: {_words(visit.grad)}"
    yield f"    grad mode is on: {_words(visit.mode)}"
    for check in Check:
        refused = belief(visit, check)
        if confidence_of(refused) is not None:
            cause = "its gradient" if check is Check.GRAD else f"its {check.name.lower()}"
            yield f"    refused for {cause}: {_words(refused)}"
    if not visit.tensor_for_sure:
        yield "    it may be something else than a tensor"
    for step in visit.story.steps() if visit.story is not None else ():
        yield f"    {step.span.file or facts.filename}:{step.span.line}: {step.message}"


def _context(facts: Facts, visit: Crossing) -> str:
    calls = [
        f"`{site.callee}` from {site.span.file or facts.filename}:{site.span.line}"
        for site in visit.calls
        if not (visit.unseen and site is visit.calls[0])
    ]
    start = "called by code out of sight" if visit.unseen else "the module's own code"
    return ", ".join([start, *calls])


def _words(belief: Belief) -> str:
    usual, sure = WORDS[belief.usual], WORDS[belief.sure]
    return usual if usual == sure else f"{usual} by default, {sure} whatever unseen code does"

"""What the analysis believes at a crossing, in words: the answer to "why did you (not) report this?"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from detachlint.config.silence import Verdict
from detachlint.domain.belief import Belief, Truth
from detachlint.domain.traits import Check
from detachlint.interpret.facts import Bound, CallSite, Crossing, Facts
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

CAUSES = {
    Check.UNINITIALIZED: "it is uninitialized",
    Check.SUBCLASS: "of its class",
    Check.LAYOUT: "of its layout",
    Check.DEVICE: "of its device",
    Check.GRAD: "of its gradient",
    Check.CONJUGATE: "its conjugation is pending",
    Check.NEGATIVE: "its change of sign is pending",
    Check.DTYPE: "of its dtype",
    Check.STORAGE: "it has no memory of its own",
    Check.TENSOR: "no tensor is taken, with or without grad",
}
"""What follows "refused because"."""

PlaceOf = Callable[[Span], str]
"""How a place is written: `file:line`, or `file:cell 3:line`."""


def explain(facts: Facts, verdicts: Sequence[Verdict], rows: range, place_of: PlaceOf) -> str:
    """What is believed at the crossings that stand in some rows, and why, also where nothing is reported;
    empty where none does. `verdicts` are those on all findings about the file."""
    lines: list[str] = []
    for span in sorted(facts.crossings):
        if span.line < rows.stop and span.end_line >= rows.start:
            lines += _crossing(facts, verdicts, span, place_of)
    return "".join(f"{each}\n" for each in lines)


def given_up(facts: Facts, place_of: PlaceOf) -> str:
    """Where the analysis gave up in a file, a line each."""
    bounds = sorted(facts.gave_up.items())
    return "".join(f"{_bound(bound, count, place_of)}\n" for bound, count in bounds)


def _bound(bound: Bound, count: int, place_of: PlaceOf) -> str:
    times = f" ({count} times)" if count > 1 else ""
    return f"the analysis gave up at {place_of(bound.span)}: {bound.reason}{times}"


def _crossing(
    facts: Facts, verdicts: Sequence[Verdict], span: Span, place_of: PlaceOf
) -> Iterator[str]:
    visits = facts.crossings[span]
    form = visits[0].form
    shown = f"`.{form}()`" if is_method(visits[0]) else taker(visits[0])
    yield f"{place_of(span)}:{span.column + 1}: {shown}"
    said = [verdict for verdict in verdicts if verdict.finding.span == span.alone()]
    for finding, why_not in said:
        words = f"{finding.code} ({finding.confidence.value}): {finding.message}"
        yield f"  {'found' if why_not else 'reported'}: {words}"
        yield from [f"  not reported because {why_not}"] if why_not else []
    if not said:
        yield f"  not reported: {_why_fine(visits)}"
    if span in facts.needed:
        yield "  the gradient is still wanted behind it"
    elif span in facts.returns:
        yield f"  its value comes back into what is trained at {place_of(facts.returns[span])}"
    for number, visit in enumerate(_distinct(visits), 1):
        yield from _visit(visit, number, place_of)


def _why_fine(visits: list[Crossing]) -> str:
    """Why no finding came of a crossing."""
    if all(visit.grad.usual is Truth.NO for visit in visits):
        return "the tensor never requires grad"
    if all(visit.mode.usual is Truth.NO for visit in visits):
        return "grad mode is off each time"
    if all(Truth.NO in (visit.grad.usual, visit.mode.usual) for visit in visits):
        return "grad mode is off whenever the tensor requires grad"
    return "nothing is known to be refused"


def _distinct(visits: list[Crossing]) -> list[Crossing]:
    """The visits that differ in what is shown of them."""
    return list({(v.calls, v.unseen, v.grad, v.mode, v.refused): v for v in visits}.values())


def _visit(visit: Crossing, number: int, place_of: PlaceOf) -> Iterator[str]:
    yield f"  context {number}: {', '.join(_context(visit, place_of))}"
    if not visit.tensor_for_sure:
        yield "    it is not known to be a tensor"
    yield f"    the tensor requires grad: {_words(visit.grad)}"
    yield f"    grad mode is on: {_words(visit.mode)}"
    for check in Check:
        refused = belief(visit, check)
        if confidence_of(refused) is not None:
            yield f"    refused because {CAUSES[check]}: {_words(refused)}"
    steps = visit.story.steps() if visit.story is not None else []
    yield from ["    requires grad because:"] if steps else []
    yield from (f"      {place_of(step.span)}: {step.message}" for step in steps)


def _context(visit: Crossing, place_of: PlaceOf) -> Iterator[str]:
    """The way to a crossing, step by step."""
    calls: tuple[CallSite, ...] = visit.calls
    if visit.unseen:
        # The first of the calls stands for one that nobody sees.
        callee = f" calls `{calls[0].callee}`" if calls else " runs this"
        yield f"code out of sight{callee}"
        calls = calls[1:]
    else:
        yield "the module is run"
    yield from (f"{place_of(site.span)} calls `{site.callee}`" for site in calls)
    for switch in visit.supposed:
        yield f"where `{switch.name}` is {switch.then}, which {place_of(switch.span)} would have to say"


def _words(belief: Belief) -> str:
    usual, sure = WORDS[belief.usual], WORDS[belief.sure]
    if usual == sure:
        return usual
    if belief.sure is Truth.MAYBE:
        return f"{usual} by default, but code out of sight may change that"
    return f"{usual} by default, {sure} whatever code out of sight does"

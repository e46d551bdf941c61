"""Holds findings against what happened when their program ran.

Findings and events are joined by place and by the kind of error: a finding's code says which kind
it is about, an exception's message which kind it is. New rules of the two families need no change.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, TypeVar

from detachlint.harness.observation import Crossing, Uncaught, is_grad_refusal
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.span import Span


class Claim(Enum):
    """The kinds of errors that findings are about."""

    GRAD = "DTL10"
    """PyTorch refuses the tensor because it requires grad."""
    OTHER = "DTL11"
    """It refuses it for something else: device, dtype, layout, or a function that takes none."""


def claim_of(finding: Finding) -> Claim | None:
    """What error a finding predicts, by the family of its code; None if it predicts none."""
    return next((claim for claim in Claim if finding.code.startswith(claim.value)), None)


class Status(Enum):
    """What became of a finding in a run."""

    CONFIRMED = "confirmed"
    """PyTorch raised what the finding says."""
    REFUTED = "refuted"
    """A certain finding's place was reached, and nothing was raised."""
    NOT_RAISED = "not raised"
    """A likely finding's place was reached, but not with what the finding is about."""
    NOT_REACHED = "not reached"


Event: TypeAlias = Crossing | Uncaught
_InFile = TypeVar("_InFile", Finding, Crossing)


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, what became of it, and the events at its place."""

    finding: Finding
    status: Status
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """Findings with what became of them; `missed` are failures that no finding speaks of."""

    judged: tuple[Judged, ...]
    missed: tuple[Event, ...]


def join(findings: Iterable[Finding], events: Iterable[Event]) -> Joined:
    """Join the findings that predict an error with crossings and exceptions of the same program.

    A finding at whose very place there is a crossing is not about one that merely encloses it. File
    names are compared as paths. An exception that left the program at the place of a crossing
    that raised is that crossing's, and no event of its own.
    """
    findings = [finding for finding in findings if claim_of(finding) is not None]
    events = list(events)
    crossings = [event for event in events if isinstance(event, Crossing)]
    uncaught = [e for e in events if isinstance(e, Uncaught) and not _is_of_crossing(e, crossings)]
    spoken_of = _spoken_of(findings, crossings)
    by_file = _by_file(findings)
    for error in uncaught:
        # An exception from elsewhere in a statement says nothing about a finding in it.
        near = _nearest(by_file.get(_path(error.filename), ()), error)
        spoken_of.append((error, [finding for finding in near if _bears_out(finding, error)]))
    at_place: defaultdict[Finding, list[Event]] = defaultdict(list)
    for event, about in spoken_of:
        for finding in about:
            at_place[finding].append(event)
    missed = [e for e, about in spoken_of if isinstance(e, Crossing) and not _is_expected(e, about)]
    judged = (Judged(f, _status(f, at_place[f]), tuple(at_place[f])) for f in findings)
    return Joined(tuple(judged), tuple(missed))


def _spoken_of(
    findings: Sequence[Finding], crossings: Sequence[Crossing]
) -> list[tuple[Event, list[Finding]]]:
    """The crossings in their order, each with the findings about it."""
    found, crossed = _by_file(findings), _by_file(crossings)
    joined: list[tuple[Event, list[Finding]]] = []
    for crossing in crossings:
        path = _path(crossing.filename)
        taken = {each.span for each in crossed[path]} - {crossing.span}
        own = [each for each in found.get(path, ()) if each.span.alone() not in taken]
        joined.append((crossing, _nearest(own, crossing)))
    known = {id(finding) for _, about in joined for finding in about}
    left = _by_file(finding for finding in findings if id(finding) not in known)
    return [
        (event, about or _value_behind(left.get(_path(event.filename), ()), event))
        for event, about in joined
    ]


def _value_behind(findings: Iterable[Finding], event: Event) -> list[Finding]:
    """The findings on the value of an assignment `array[:] = tensor`.

    What converts the tensor is the storing, and what Python knows of that is the target's place.
    """
    if event.span is None:
        return []
    end = (event.span.end_line, event.span.end_column)
    behind = [
        (finding.span.alone()[:2], finding)
        for finding in findings
        if finding.span.line == event.span.end_line and finding.span.alone()[:2] >= end
    ]
    first = min((start for start, _ in behind), default=None)
    return [finding for start, finding in behind if start == first]


def failed(event: Event) -> bool:
    """Whether something was raised there."""
    return isinstance(event, Uncaught) or event.outcome != "ok"


def _by_file(things: Iterable[_InFile]) -> Mapping[str, Sequence[_InFile]]:
    grouped: defaultdict[str, list[_InFile]] = defaultdict(list)
    for thing in things:
        grouped[_path(thing.filename)].append(thing)
    return grouped


def _path(filename: str) -> str:
    return os.path.realpath(filename)


def _is_of_crossing(uncaught: Uncaught, crossings: Iterable[Crossing]) -> bool:
    return any(
        failed(crossing)
        and (crossing.filename, crossing.outcome) == (uncaught.filename, uncaught.type)
        # Python words some exceptions only after the tensor has been asked.
        and (crossing.message == uncaught.message or crossing.line == uncaught.line)
        for crossing in crossings
    )


def _is_expected(crossing: Crossing, findings: Iterable[Finding]) -> bool:
    """Whether nothing was raised at a crossing but what one of the findings says."""
    return not failed(crossing) or any(_bears_out(finding, crossing) for finding in findings)


def _bears_out(finding: Finding, event: Event) -> bool:
    if not failed(event):
        return False
    if isinstance(event, Crossing) and event.requires_grad and event.grad_mode:
        # What PyTorch looks at before grad (the device) is raised first; grad would be next.
        if claim_of(finding) is Claim.GRAD:
            return True
    is_grad = is_grad_refusal(event.message)
    return claim_of(finding) is (Claim.GRAD if is_grad else Claim.OTHER)


def _status(finding: Finding, events: Sequence[Event]) -> Status:
    if not events:
        return Status.NOT_REACHED
    if any(_bears_out(finding, event) for event in events):
        return Status.CONFIRMED
    if any(failed(event) for event in events):
        return Status.NOT_RAISED  # another error was in the way
    sure = finding.confidence is Confidence.CERTAIN
    return Status.REFUTED if sure else Status.NOT_RAISED


def _nearest(findings: Iterable[Finding], event: Event) -> list[Finding]:
    """The findings whose place is that of the event: more than one for rules that agree on it."""
    fits = [(fit, finding) for finding in findings if (fit := _fit(finding.span.alone(), event))]
    best = min((fit for fit, _ in fits), default=None)
    return [finding for fit, finding in fits if fit == best]


def _fit(found: Span, event: Event) -> tuple[int, int, int] | None:
    """How well the places agree, smaller is better; None if they do not."""
    seen = event.span
    size = (found.end_line - found.line, found.end_column - found.column)
    if seen is None:  # Python 3.10 knows the line alone
        return (4, *size) if found.line <= event.line <= found.end_line else None
    if seen == found:
        return (0, *size)
    if found.contains(seen):
        # A chain of calls over several lines has the position of its last attribute and on.
        return (1 if seen[2:] == found[2:] else 2, *size)
    return (3, *size) if seen.contains(found) else None

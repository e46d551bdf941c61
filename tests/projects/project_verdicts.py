"""Compares what the runs of a mini-project showed with what it claims and with the findings.

Each function returns complaints, one line each and each with the name of the file; none means
agreement.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mini_projects import Place, Project

from detachlint.harness.observation import Crossing, Observation, Verdict
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.span import Span

_GRAD_RULES = {"DTL101", "DTL102", "DTL103"}
"""The rules about what PyTorch refuses because of autograd, and not for a device, say."""


def complaints_of_runs(project: Project, runs: Sequence[Observation]) -> Iterator[str]:
    """What is wrong with a project itself: runs that fail, crossings that no run comes to."""
    for entry, run in zip(project.entries, runs, strict=True):
        if run.verdict is not Verdict.FINISHED or run.error is not None:
            yield f"{entry.command}: {run.detail} {run.error} {run.stderr}"
    reached = [crossing for run in runs for crossing in run.crossings]
    for place in sorted(set(project.places())):
        stated = str(place) in project.unreached
        if stated == any(_is_at(project, place, crossing) for crossing in reached):
            yield f"{place}: {'reached, said to be not' if stated else 'never reached'}"
    for crossing in reached:
        explicit = any(_is_at(project, place, crossing) for place in project.places())
        if crossing.refused_for_grad and not explicit and not project.implicit:
            yield f"{crossing.filename}:{crossing.line}: refused, but no explicit crossing"


def complaints_of_findings(
    project: Project, runs: Sequence[Observation], findings: Iterable[Finding]
) -> Iterator[str]:
    """Missed and false alarms; `findings` are of any confidence."""
    outcomes: dict[_Site, list[bool]] = defaultdict(list)
    for crossing in (crossing for run in runs for crossing in run.crossings):
        outcomes[_site(project, crossing)].append(crossing.refused_for_grad)
    alarms = [
        finding
        for finding in findings
        if finding.code in _GRAD_RULES and finding.confidence.at_least(Confidence.LIKELY)
    ]
    found = {site for alarm in alarms for site in outcomes if _meets(project, alarm, site)}
    for site in sorted(outcomes.keys() - found):
        if any(outcomes[site]):
            yield f"{site.filename}: missed alarm at line {site.line}"
    for alarm in alarms:
        seen = [outcomes[site] for site in outcomes if _meets(project, alarm, site)]
        where = f"{_relative(project, alarm.filename)}: false alarm at line {alarm.span.line}"
        if not any(map(any, seen)):
            yield f"{where}: {alarm.message}"
        elif alarm.confidence is Confidence.CERTAIN and not any(map(all, seen)):
            yield f"{where}: certain, and it passes, too"


class _Site(NamedTuple):
    """A crossing as the interpreter places it; all it knows before Python 3.11 is the line."""

    filename: str
    line: int
    start: tuple[int, int]
    end: tuple[int, int]


def _site(project: Project, crossing: Crossing) -> _Site:
    filename, line, span = _relative(project, crossing.filename), crossing.line, crossing.span
    if span is None:
        return _Site(filename, line, (line, 0), (line + 1, 0))
    return _Site(filename, line, *_ends(span))


def _ends(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return (span.line, span.column), (span.end_line, span.end_column)


def _meets(project: Project, alarm: Finding, site: _Site) -> bool:
    start, end = _ends(alarm.span)
    overlap = start < site.end and site.start < end
    # A store has the place of its target, the finding that of the value.
    overlap = overlap or (alarm.code != "DTL101" and alarm.span.line == site.line)
    return overlap and site.filename == _relative(project, alarm.filename)


def _is_at(project: Project, place: Place, crossing: Crossing) -> bool:
    inside = place.line <= crossing.line <= place.end_line
    return inside and place.filename == _relative(project, crossing.filename)


def _relative(project: Project, filename: str) -> str:
    # A program that looks for its modules in "scripts/.." has them from there.
    return os.path.normpath(filename).removeprefix(f"{project.root.as_posix()}/")

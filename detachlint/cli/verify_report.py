"""What `detachlint verify` prints."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from detachlint.harness.join import Event
from detachlint.harness.units import Unit
from detachlint.harness.verify import UnitResult, Verified
from detachlint.report.glyphs import visible
from detachlint.report.style import Style
from detachlint.report.summary import counted
from detachlint.source.span import Span


def result_text(result: UnitResult, *, colour: bool) -> str:
    """A line for each finding of a program, with what speaks against it under it."""
    return "".join(f"{line}\n" for line in _lines(result, Style(colour)))


def summary(results: Sequence[UnitResult]) -> str:
    """How many findings and fixes came to what, in one line."""
    verified = [each for result in results for each in result.verified]
    statuses = [each.judged.status.value for each in verified]
    fixes = [each.fix.value for each in verified]
    details = "; ".join(_tally(words) for words in (statuses, fixes) if words)
    return f"Verified {counted(len(verified))}{': ' if details else ''}{details}.\n"


def _tally(words: Sequence[str]) -> str:
    return ", ".join(f"{number} {word}" for word, number in sorted(Counter(words).items()))


def json_report(results: Sequence[UnitResult]) -> str:
    """An array with one object for each program that has a finding or could not be run."""
    shown = [result for result in results if result.verified or result.problem]
    return json.dumps([_result(result) for result in shown], indent=2) + "\n"


def _lines(result: UnitResult, style: Style) -> Iterator[str]:
    unit = result.unit
    for each in result.verified:
        finding = each.finding
        words = f"{each.judged.status.value}, {each.fix.value}"
        shown = style.red(words) if each.refuted else words
        place = style.bold(_place(unit, finding.span))
        yield f"{place}: {style.red(finding.code)} ({finding.confidence.value}) {shown}"
        yield from (f"  {visible(objection)}" for objection in each.objections)
    for where, event in result.missed:
        place = style.bold(_place(where, _span(event)))
        yield f"{place}: missed by the static analysis: {visible(event.message)}"
    if result.problem is not None and (result.verified or result.problem.startswith("not run")):
        yield f"{style.bold(visible(unit.filename))}: {visible(result.problem)}"


def _place(unit: Unit, span: Span) -> str:
    place = unit.place(span)
    cell = "" if place.cell is None else f"cell {place.cell}:"
    return f"{visible(unit.filename)}:{cell}{place.start.row}:{place.start.column}"


def _result(result: UnitResult) -> dict[str, Any]:
    return {
        "filename": result.unit.filename,
        "kind": result.unit.kind.value,
        "problem": result.problem,
        "findings": [_finding(result.unit, each) for each in result.verified],
        "missed": [_missed(where, event) for where, event in result.missed],
    }


def _finding(unit: Unit, each: Verified) -> dict[str, Any]:
    finding = each.finding
    start, end, cell = unit.place(finding.span)
    return {
        "code": finding.code,
        "message": finding.message,
        "confidence": finding.confidence.value,
        "cell": cell,
        "location": start._asdict(),
        "end_location": end._asdict(),
        "status": each.judged.status.value,
        "fix": each.fix.value,
        "objections": list(each.objections),
    }


def _missed(unit: Unit, event: Event) -> dict[str, Any]:
    place = unit.place(_span(event))
    return {
        "filename": unit.filename,
        "cell": place.cell,
        "line": place.start.row,
        "message": event.message,
    }


def _span(event: Event) -> Span:
    return event.span or Span(event.line, 0, event.line, 0)

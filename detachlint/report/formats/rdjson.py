"""Reviewdog's JSON: comments on a merge request, with the fix as a suggestion to accept."""

from __future__ import annotations

import json
from typing import Any

from detachlint.report.explanation import explanation
from detachlint.report.model import Report
from detachlint.rules.finding import Applicability, Confidence, Finding
from detachlint.source.span import Span

_SEVERITIES = {
    Confidence.CERTAIN: "ERROR",
    Confidence.LIKELY: "WARNING",
    Confidence.POSSIBLE: "INFO",
}


def render(report: Report) -> str:
    """One `DiagnosticResult`. Columns count UTF-8 bytes from 1, as reviewdog defines them."""
    diagnostics = [_diagnostic(report, finding) for finding in report.findings]
    result = {"source": {"name": "detachlint"}, "diagnostics": diagnostics}
    return json.dumps(result, indent=2) + "\n"


def _diagnostic(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "message": "\n".join([finding.message, *explanation(report, finding)]),
        "location": {
            "path": finding.filename,
            "range": _range(report.stored_span(finding.filename, finding.span)),
        },
        "severity": _SEVERITIES[finding.confidence],
        "code": {"value": finding.code},
        "suggestions": _suggestions(report, finding),
    }


def _range(span: Span) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": span.column + 1},
        "end": {"line": span.end_line, "column": span.end_column + 1},
    }


def _suggestions(report: Report, finding: Finding) -> list[dict[str, Any]]:
    """At most one: reviewdog takes each suggestion for a fix of its own.

    So the edits of a fix are made one edit, from the first to the last, out of the text between
    them. None where that text is not at hand or somebody has to look at the fix first.
    """
    source = report.sources.get(finding.filename)
    edits = sorted(report.stored_edits(finding), key=lambda edit: edit.span)
    unsafe = finding.fix is None or finding.fix.applicability is not Applicability.SAFE
    if source is None or not edits or unsafe:
        return []
    parts, before = [], edits[0].span
    for edit in edits:
        gap = Span(before.end_line, before.end_column, edit.span.line, edit.span.column)
        parts += [source.stored.slice(gap), edit.content]
        before = edit.span
    # The first gap runs from the end of the first edit to its start, and is empty.
    whole = Span(edits[0].span.line, edits[0].span.column, before.end_line, before.end_column)
    return [{"range": _range(whole), "text": "".join(parts)}]

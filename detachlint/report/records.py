"""Findings as plain data for other programs, with the field names of ruff's JSON."""

from __future__ import annotations

from typing import Any

from detachlint.report.model import Report
from detachlint.rules.finding import Edit, Finding, Fix, TraceStep
from detachlint.source.span import Span


def record(report: Report, finding: Finding) -> dict[str, Any]:
    """What can be known of a finding, ready for `json.dumps`.

    Rows and columns count from 1, columns in characters; in a notebook, rows are those of the cell
    whose number is `cell` (from 1, over cells of all kinds). Ends are exclusive.
    """
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "filename": finding.filename,
        **_place(report, finding.filename, finding.span),
        "confidence": finding.confidence.value,
        "trace": [_step(report, step) for step in finding.trace],
        "fix": _fix(report, finding.filename, finding.fix) if finding.fix else None,
        "url": None,
    }


def _place(report: Report, filename: str, span: Span) -> dict[str, Any]:
    place = report.place(filename, span)
    return {
        "cell": place.cell,
        "location": place.start._asdict(),
        "end_location": place.end._asdict(),
    }


def _step(report: Report, step: TraceStep) -> dict[str, Any]:
    place = _place(report, step.filename, step.span)
    return {"filename": step.filename, **place, "message": step.message}


def _fix(report: Report, filename: str, fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [_edit(report, filename, edit) for edit in fix.edits],
    }


def _edit(report: Report, filename: str, edit: Edit) -> dict[str, Any]:
    return {"content": edit.content, **_place(report, filename, edit.span)}

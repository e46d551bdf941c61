"""The trace of a finding as lines of text."""

from __future__ import annotations

from detachlint.report.glyphs import visible
from detachlint.report.model import Report
from detachlint.rules.finding import Finding


def explanation(report: Report, finding: Finding) -> list[str]:
    """A heading and one line for each step, with its place; no lines without a trace."""
    if not finding.trace:
        return []
    steps = (
        f"  {report.label(step.filename, step.span)}: {visible(step.message)}"
        for step in finding.trace
    )
    return [f"{finding.because}:", *steps]

"""Workflow commands that GitHub Actions shows as annotations beside the code."""

from __future__ import annotations

from detachlint.report.explanation import explanation
from detachlint.report.model import Report
from detachlint.rules.finding import Confidence, Finding

_COMMANDS = {
    Confidence.CERTAIN: "error",
    Confidence.LIKELY: "warning",
    Confidence.POSSIBLE: "notice",
}


def render(report: Report) -> str:
    """One command a line. Rows are those of the stored file, which is what GitHub shows."""
    return "".join(f"{_command(report, finding)}\n" for finding in report.findings)


def _command(report: Report, finding: Finding) -> str:
    start, end, _ = report.stored_place(finding.filename, finding.span)
    properties = {
        "title": f"detachlint ({finding.code})",
        "file": finding.filename,
        "line": start.row,
        "col": start.column,
        "endLine": end.row,
        "endColumn": end.column,
    }
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    place = report.label(finding.filename, finding.span)
    text = "\n".join([f"{place}: {finding.code} {finding.message}", *explanation(report, finding)])
    return f"::{_COMMANDS[finding.confidence]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    """The escapes of GitHub's own toolkit: nothing else may end the command early."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""One JSON object a line for each finding, for programs that read as the lines come."""

from __future__ import annotations

import json

from detachlint.report.model import Report
from detachlint.report.records import record
from detachlint.report.statistics import counts


def render(report: Report) -> str:
    """The objects of the `json` format, each on a line of its own; nothing without findings."""
    return "".join(f"{json.dumps(record(report, finding))}\n" for finding in report.findings)


def statistics(report: Report) -> str:
    """The objects of the `json` format's statistics, each on a line of its own."""
    return "".join(f"{json.dumps(row)}\n" for row in counts(report))

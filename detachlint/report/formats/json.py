"""A JSON array of findings for other programs, with the field names of ruff's JSON."""

from __future__ import annotations

import json

from detachlint.report.model import Report
from detachlint.report.records import record
from detachlint.report.statistics import counts


def render(report: Report) -> str:
    """All findings as one array (see `records`).

    Non-ASCII characters are escaped, so that the output is the same in every locale.
    """
    return json.dumps([record(report, finding) for finding in report.findings], indent=2) + "\n"


def statistics(report: Report) -> str:
    """An array of the rules that found something, with their counts."""
    return json.dumps(counts(report), indent=2) + "\n"

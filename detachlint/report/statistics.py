"""Findings counted by rule."""

from __future__ import annotations

from collections import Counter
from typing import Any

from detachlint.report.model import Report
from detachlint.report.style import Style
from detachlint.report.summary import summary
from detachlint.rules.finding import Applicability


def counts(report: Report) -> list[dict[str, Any]]:
    """Code, name, and the number of findings and of safe fixes; the most frequent rule first."""
    found = Counter((finding.code, finding.name) for finding in report.findings)
    fixable = Counter(
        finding.code
        for finding in report.findings
        if finding.fix and finding.fix.applicability is Applicability.SAFE
    )
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"code": code, "name": name, "count": count, "fixable": fixable[code]}
        for (code, name), count in ordered
    ]


def table(report: Report) -> str:
    """A line for each rule, `[*]` if some of its findings can be fixed; then the summary."""
    style = Style(report.colour)
    rows = counts(report)
    width = max((len(str(row["count"])) for row in rows), default=0)
    lines = [
        f"{row['count']:>{width}}  {style.red(row['code'])}  "
        f"[{style.cyan('*') if row['fixable'] else ' '}]  {row['name']}"
        for row in rows
    ]
    return "".join(f"{line}\n" for line in (*lines, *summary(report)))

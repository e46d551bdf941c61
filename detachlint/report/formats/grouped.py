"""Findings under the name of their file, for reading file by file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from detachlint.report.glyphs import visible
from detachlint.report.model import Report
from detachlint.report.statistics import table as statistics
from detachlint.report.style import Style
from detachlint.report.summary import fix_mark, summary
from detachlint.rules.finding import Finding

__all__ = ["render", "statistics"]


def render(report: Report) -> str:
    """A paragraph for each file, its places in one column, then the summary."""
    style = Style(report.colour)
    lines: list[str] = []
    for filename, findings in groupby(report.findings, key=lambda finding: finding.filename):
        lines += [f"{style.bold(visible(filename))}:", *_table(report, list(findings), style), ""]
    return "".join(f"{line}\n" for line in (*lines, *summary(report)))


def _table(report: Report, findings: list[Finding], style: Style) -> Iterator[str]:
    prefixes = [visible(finding.filename) + ":" for finding in findings]
    labels = [report.label(finding.filename, finding.span) for finding in findings]
    places = [label.removeprefix(name) for label, name in zip(labels, prefixes, strict=True)]
    width = max(map(len, places))
    for place, finding in zip(places, findings, strict=True):
        what = f"{style.red(finding.code)} {fix_mark(finding, style)}{visible(finding.message)}"
        yield f"  {place:<{width}}  {what}"

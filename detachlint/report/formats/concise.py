"""One line for each finding, as compilers print them."""

from __future__ import annotations

from detachlint.report.glyphs import visible
from detachlint.report.model import Report
from detachlint.report.statistics import table as statistics
from detachlint.report.style import Style
from detachlint.report.summary import fix_mark, summary
from detachlint.rules.finding import Finding

__all__ = ["render", "statistics"]


def render(report: Report) -> str:
    """`file:row:column: CODE [*] message` for each finding, then the summary."""
    style = Style(report.colour)
    lines = [_line(report, finding, style) for finding in report.findings]
    return "".join(f"{line}\n" for line in (*lines, *summary(report)))


def _line(report: Report, finding: Finding, style: Style) -> str:
    name = visible(finding.filename)
    place = report.label(finding.filename, finding.span).removeprefix(name)
    code = style.red(finding.code)
    return f"{style.bold(name)}{place}: {code} {fix_mark(finding, style)}{visible(finding.message)}"

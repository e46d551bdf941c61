"""One line for each finding, as compilers print them."""

from __future__ import annotations

from detachlint.report.glyphs import visible
from detachlint.report.model import Report
from detachlint.report.style import Style
from detachlint.report.summary import fix_mark, summary
from detachlint.rules.finding import Finding


def render(report: Report) -> str:
    """`file:row:column: CODE [*] message` for each finding, then the summary."""
    style = Style(report.colour)
    lines = [_line(report, finding, style) for finding in report.findings]
    return "".join(f"{line}\n" for line in (*lines, *summary(report)))


def _line(report: Report, finding: Finding, style: Style) -> str:
    start, _ = report.location(finding.filename, finding.span)
    place = f"{style.bold(visible(finding.filename))}:{start.row}:{start.column}"
    code = style.red(finding.code)
    return f"{place}: {code} {fix_mark(finding, style)}{visible(finding.message)}"

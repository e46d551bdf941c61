"""Each finding with its code, the reasons why it is one, and what to do (the default)."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.report.frame import code_frame
from detachlint.report.glyphs import visible
from detachlint.report.model import Report
from detachlint.report.style import Style
from detachlint.report.summary import fix_mark, summary
from detachlint.rules.finding import Applicability, Finding, TraceStep


def render(report: Report) -> str:
    """Findings as paragraphs, then the summary."""
    style = Style(report.colour)
    paragraphs = ["\n".join(_paragraph(report, finding, style)) for finding in report.findings]
    paragraphs += summary(report)
    return "".join(f"{paragraph}\n" for paragraph in paragraphs)


def _paragraph(report: Report, finding: Finding, style: Style) -> Iterator[str]:
    yield f"{style.red(finding.code)} {fix_mark(finding, style)}{visible(finding.message)}"
    start, _ = report.location(finding.filename, finding.span)
    place = f"{visible(finding.filename)}:{start.row}:{start.column}"
    yield f" {style.blue('-->')} {place} ({finding.confidence.value})"
    source = report.sources.get(finding.filename)
    if source is not None:
        yield from code_frame(source, finding.span, style, report.encoding)
    if finding.trace:
        yield style.bold("requires grad because")
        yield from (_step(report, step) for step in finding.trace)
    if finding.fix:
        unsafe = finding.fix.applicability is Applicability.UNSAFE
        label = "help (unsafe):" if unsafe else "help:"
        yield f"{style.cyan(label)} {visible(finding.fix.message)}"
    yield ""


def _step(report: Report, step: TraceStep) -> str:
    start, _ = report.location(step.filename, step.span)
    return f"  {visible(step.filename)}:{start.row}: {visible(step.message)}"

"""Each finding with its code, the reasons why it is one, and what to do (the default)."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.report.frame import CONTEXT_LINES, code_frame
from detachlint.report.glyphs import visible
from detachlint.report.model import Report
from detachlint.report.statistics import table as statistics
from detachlint.report.style import Style
from detachlint.report.summary import fix_mark, summary
from detachlint.rules.finding import Applicability, Finding, TraceStep
from detachlint.source.span import Span

__all__ = ["render", "statistics"]


def render(report: Report) -> str:
    """Findings as paragraphs, then the summary."""
    style = Style(report.colour)
    paragraphs = ["\n".join(_paragraph(report, finding, style)) for finding in report.findings]
    paragraphs += summary(report)
    return "".join(f"{paragraph}\n" for paragraph in paragraphs)


def _paragraph(report: Report, finding: Finding, style: Style) -> Iterator[str]:
    yield f"{style.red(finding.code)} {fix_mark(finding, style)}{visible(finding.message)}"
    place = report.label(finding.filename, finding.span)
    yield f" {style.blue('-->')} {place} ({finding.confidence.value})"
    yield from _frame(report, finding.filename, finding.span, style, CONTEXT_LINES)
    if finding.trace:
        yield style.bold(finding.because)
        for step in finding.trace:
            yield from _step(report, step, finding.filename, style)
    if finding.fix:
        unsafe = finding.fix.applicability is Applicability.UNSAFE
        label = "help (unsafe):" if unsafe else "help:"
        yield f"{style.cyan(label)} {visible(finding.fix.message)}"
    yield ""


def _step(report: Report, step: TraceStep, filename: str, style: Style) -> Iterator[str]:
    """A line; and the first line of the code (of a function, say), where that stands in another file than
    the one the reader has open."""
    place, _, _ = report.label(step.filename, step.span).rpartition(":")
    yield f"  {place}: {visible(step.message)}"
    if step.filename != filename:
        frame = _frame(report, step.filename, _first_line(report, step), style, context=0)
        yield from (f"  {line}" for line in frame)


def _first_line(report: Report, step: TraceStep) -> Span:
    source = report.sources.get(step.filename)
    span = step.span
    if source is None or span.line == span.end_line:
        return span
    width = len(source.line(span.line).encode("utf-8", "surrogatepass"))
    return span._replace(end_line=span.line, end_column=width)


def _frame(report: Report, filename: str, span: Span, style: Style, context: int) -> list[str]:
    source = report.sources.get(filename)
    if source is None:
        return []
    shown, inside, _ = source.excerpt(span)
    return code_frame(shown, inside, style, report.encoding, context)

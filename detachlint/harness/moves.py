"""Where places of a text are after it was fixed."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.rules.finding import Finding
from detachlint.source.span import Span
from detachlint.source.text import SourceText


class Moves:
    """The way from places in `source` to places in `fixed`, which has the findings' fixes in it."""

    def __init__(self, source: SourceText, fixed: SourceText, findings: Iterable[Finding]) -> None:
        self._source = source
        self._fixed = fixed
        edits = {edit for finding in findings if finding.fix for edit in finding.fix.edits}
        self._shifts: list[tuple[int, int]] = []
        for edit in edits:
            start = source.offset(edit.span.line, edit.span.column)
            end = source.offset(edit.span.end_line, edit.span.end_column)
            self._shifts.append((start, len(edit.content) - (end - start)))

    def span(self, span: Span) -> Span:
        """The same expression. What is inserted right before or behind it is no part of it."""
        start = self._source.offset(span.line, span.column)
        end = self._source.offset(span.end_line, span.end_column)
        # An insertion at the very start opens a parenthesis that is closed inside.
        return self._fixed.span(self._moved(start), self._moved(end))

    def line(self, line: int) -> int:
        """The line that ends as that one did: what is inserted in front is of other lines."""
        end = self._moved(self._source.offset(line, 0) + len(self._source.line(line)))
        return self._fixed.span(end, end).line

    def line_name(self, line: int) -> str:
        """What people call a line of the fixed text."""
        return self._fixed.line_name(line)

    def _moved(self, index: int) -> int:
        return index + sum(shift for start, shift in self._shifts if start < index)

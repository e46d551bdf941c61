"""Where something stands in a source text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A half-open region of a source text, in the coordinates that Python's parser hands out.

    Lines count from 1. Columns count UTF-8 *bytes* from 0: turning them into characters is left
    to the few places that show something (see `SourceText.location`), since nearly all spans
    are never shown.
    """

    line: int
    column: int
    end_line: int
    end_column: int

    def contains(self, other: Span) -> bool:
        """Whether `other` lies inside this span (or is equal to it)."""
        return (self.line, self.column) <= (other.line, other.column) and (
            other.end_line,
            other.end_column,
        ) <= (self.end_line, self.end_column)

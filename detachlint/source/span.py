"""Where something stands in a source text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A half-open region of a source text, in the coordinates that Python's parser hands out.

    Lines count from 1. Columns count UTF-8 *bytes* from 0: turning them into characters is left
    to the few places that show something (see `SourceText.location`), since nearly all spans
    are never shown.

    `file` names the file in an analysis of several; it is empty where only one is looked at.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    file: str = ""

    def contains(self, other: Span) -> bool:
        """Whether `other` lies inside this span (or is equal to it)."""
        return (
            self.file == other.file
            and (self.line, self.column) <= (other.line, other.column)
            and (
                other.end_line,
                other.end_column,
            )
            <= (self.end_line, self.end_column)
        )

    def alone(self) -> Span:
        """The same place, for readers that know which file is meant."""
        return self._replace(file="") if self.file else self

"""Code frames: the lines around a span, with carets under it."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.report.glyphs import Glyph, glyphs
from detachlint.report.style import Style
from detachlint.source.span import Span
from detachlint.source.text import Location, SourceText
from detachlint.source.value_class import value_class

CONTEXT_LINES = 2
"""Lines shown before and after the span of a finding."""
MAXIMUM_LINES = 8
"""Lines of a span that are shown; of a longer one, the middle is left out."""
MAXIMUM_WIDTH = 140
"""Columns of a line that are shown; of a longer one, the part around the span."""
_LEAD = 40


def code_frame(
    source: SourceText,
    span: Span,
    style: Style,
    encoding: str = "utf-8",
    context: int = CONTEXT_LINES,
) -> list[str]:
    """The frame as lines without line breaks: a gutter with row numbers, code, carets.

    `context` is the number of lines shown before and after the span.
    """
    start, end = source.location(span)
    if end.column == 1 and end.row > start.row:
        # The span ends with a line break: the line after it does not belong to it.
        end = Location(end.row - 1, len(source.line(end.row - 1)) + 1)
    first, last = _context(source, start.row, end.row, context)
    margin = _Margin(len(str(last)), style)
    lines = [margin.beside("")]
    for row in _rows(first, start.row, end.row, last):
        if row is None:
            lines.append(margin.beside("..."))
            continue
        code, carets = _line(source.line(row), _part(source, row, start, end), encoding)
        lines.append(margin.beside(code, row))
        if carets:
            lines.append(margin.beside(_painted(carets, style)))
    return [*lines, margin.beside("")]


@value_class(frozen=True, slots=True)
class _Margin:
    """The column of row numbers."""

    width: int
    style: Style

    def beside(self, content: str, row: int | None = None) -> str:
        number = "" if row is None else str(row)
        return f"{self.style.blue(f'{number:>{self.width}} |')} {content}".rstrip()


def _context(source: SourceText, first: int, last: int, context: int) -> tuple[int, int]:
    """The rows to show around these, without blank lines at the edges."""
    top = max(1, first - context)
    while top < first and not source.line(top).strip():
        top += 1
    bottom = min(source.line_count, last + context)
    while bottom > last and not source.line(bottom).strip():
        bottom -= 1
    return top, bottom


def _rows(top: int, first: int, last: int, bottom: int) -> Iterator[int | None]:
    """Rows to show; None stands for those left out."""
    if last - first < MAXIMUM_LINES:
        yield from range(top, bottom + 1)
        return
    half = MAXIMUM_LINES // 2
    yield from range(top, first + half)
    yield None
    yield from range(last - half + 1, bottom + 1)


def _part(source: SourceText, row: int, start: Location, end: Location) -> tuple[int, int] | None:
    """Which characters of this row lie in the span, as a half-open range of indices."""
    if not start.row <= row <= end.row:
        return None
    line = source.line(row)
    begin = start.column - 1 if row == start.row else len(line) - len(line.lstrip())
    stop = end.column - 1 if row == end.row else len(line.rstrip())
    if row == start.row == end.row:
        # An empty span is a place: one caret shows it.
        return begin, max(stop, begin + 1)
    return (begin, stop) if begin < stop else None


def _line(line: str, part: tuple[int, int] | None, encoding: str) -> tuple[str, str]:
    """The code as shown and the carets under it (empty without a part)."""
    if len(line) <= MAXIMUM_WIDTH and line.isascii() and line.isprintable():
        return line, "" if part is None else _carets(*(min(at, len(line)) for at in part))
    shown = glyphs(line, encoding)
    begin, stop = part or (0, 0)
    skipped = _skipped(shown, begin)
    shown, begin, stop = shown[skipped:], begin - skipped, stop - skipped
    if skipped:
        shown, begin, stop = [Glyph("...", 3), *shown], begin + 1, stop + 1
    shown = _cut(shown)
    code = "".join(glyph.text for glyph in shown)
    if part is None:
        return code, ""
    before, inside = shown[:begin], shown[begin:stop]
    column = sum(glyph.width for glyph in before)
    return code, _carets(column, column + sum(glyph.width for glyph in inside))


def _carets(begin: int, stop: int) -> str:
    return " " * begin + "^" * max(stop - begin, 1)


def _skipped(shown: list[Glyph], begin: int) -> int:
    """How many glyphs to leave out on the left, so that the span's begin is in sight."""
    width = sum(glyph.width for glyph in shown)
    before = sum(glyph.width for glyph in shown[:begin])
    if width <= MAXIMUM_WIDTH or before <= _LEAD:
        return 0
    return max(0, begin - _LEAD)


def _cut(shown: list[Glyph]) -> list[Glyph]:
    width = 0
    for index, glyph in enumerate(shown):
        width += glyph.width
        if width > MAXIMUM_WIDTH:
            return [*shown[:index], Glyph("...", 3)]
    return shown


def _painted(carets: str, style: Style) -> str:
    marks = carets.lstrip()
    return " " * (len(carets) - len(marks)) + style.red(marks)

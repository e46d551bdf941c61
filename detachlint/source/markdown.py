"""Python blocks in Markdown: each is a program of its own.

A block is fenced by backticks or tildes, as CommonMark says, and called `python`, `python3` or `py`
by its first word. Its program has the rows that it has in the file, with nothing in the rows around
it, so that only columns differ, and those only where the block is indented.

The `{code-cell}`s of MyST are cells of a notebook: together they are one program, in which all other
rows, from the first cell to the last, are comments. Blocks between them are programs of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from detachlint.source.magics import cover_magics
from detachlint.source.span import Span
from detachlint.source.text import SourceText

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^\r\n]*)")
_PYTHON = re.compile(r"\s*\{?\s*\.?(?:python3?|py)(?![\w.+-])", re.IGNORECASE)
_DIRECTIVE = re.compile(r"\s*\{(?:code|code-block|sourcecode)\}(?=\s)", re.IGNORECASE)
_CELL = re.compile(r"\s*\{code-cell\}(?:\s+i?python3?)?\s*", re.IGNORECASE)
_OPTION = re.compile(r":[\w-]+:")
_OPTIONS_MARK = "---"
_COVER = "#\ue000"
"""The beginning of a comment that stands for a row that is no Python. Of private use in Unicode."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True)
class Block:
    """A block of Python, or the cells of a notebook with all that is between them (`of_cells`).

    `indents` is what is taken off each of its rows, from `row` on. Of cells, the program has other
    rows than the file for what is no code.
    """

    source: SourceText
    row: int
    indents: tuple[str, ...]
    of_cells: bool = False

    def outer(self, span: Span) -> Span:
        """Where a span of the block's program is in the file."""
        return span._replace(
            column=span.column + self._shift(span.line),
            end_column=span.end_column + self._shift(span.end_line),
        )

    def _shift(self, row: int) -> int:
        index = row - self.row
        return len(self.indents[index]) if 0 <= index < len(self.indents) else 0

    @property
    def rows(self) -> slice:
        """Its rows among the lines of the file."""
        return slice(self.row - 1, self.row - 1 + len(self.indents))

    def stored(self, program: str, rows: Sequence[str]) -> str:
        """What is in the file instead of the rows of this block if its program is changed to this one."""
        lines = _lines(program)[self.row - 1 :]
        if self.of_cells:
            return "".join(self._restored(lines, rows))
        indents: Sequence[str] = self.indents
        if len(lines) != len(indents):
            indents = [max(indents, default="", key=len)] * len(lines)
        pairs = zip(indents, lines, strict=True)
        return "".join(indent + line if line.strip() else line for indent, line in pairs)

    def _restored(self, lines: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
        """The changed rows, and of all others what the file has for them."""
        known: dict[str, list[str]] = {}
        for shown, stored in zip(_lines(self.source.text)[self.row - 1 :], rows, strict=True):
            known.setdefault(shown, []).append(stored)
        for line in lines:
            yield known[line].pop(0) if known.get(line) else line


@dataclass(frozen=True)
class MarkdownText(SourceText):
    """The text of a Markdown file. It is no Python itself, its blocks are."""

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of Python, in order."""
        return tuple(_blocks(self))

    def with_programs(self, programs: Sequence[str]) -> MarkdownText:
        """The file with its blocks' programs, in order, changed to these."""
        lines = _lines(self.text)
        # Those between the cells of a notebook stand in rows of that, which come from `lines`.
        pairs = zip(self.blocks, programs, strict=True)
        for block, program in sorted(pairs, key=lambda pair: pair[0].of_cells):
            if program != block.source.text:
                rows = lines[block.rows]
                lines[block.rows] = [block.stored(program, rows), *[""] * (len(rows) - 1)]
        return MarkdownText("".join(lines), self.filename, self.encoding, self.has_bom)


def _lines(text: str) -> list[str]:
    """The lines with their breaks; not the empty one behind the last break."""
    return [match.group() for match in _LINE.finditer(text) if match.group()]


class _Fence(NamedTuple):
    """A fenced block: its rows are those from `first` on, before `last` (both from 0)."""

    info: str
    indent: int
    first: int
    last: int

    @property
    def is_cell(self) -> bool:
        return self.indent == 0 and _CELL.fullmatch(self.info) is not None

    @property
    def is_python(self) -> bool:
        directive = _DIRECTIVE.match(self.info)
        return _PYTHON.match(self.info, directive.end() if directive else 0) is not None


def _fences(lines: Sequence[str]) -> Iterator[_Fence]:
    index = 0
    while index < len(lines):
        opening = _FENCE.match(lines[index])
        index += 1
        if opening is None or (opening["fence"][0] == "`" and "`" in opening["info"]):
            continue
        first = index
        while index < len(lines) and not _closes(lines[index], opening["fence"]):
            index += 1
        yield _Fence(opening["info"], len(opening["indent"]), first, index)
        index += 1


def _blocks(source: SourceText) -> Iterator[Block]:
    lines = _lines(source.text)
    fences = list(_fences(lines))
    cells = [fence for fence in fences if fence.is_cell]
    for fence in fences:
        if fence.is_cell:
            if fence is cells[0]:
                yield _notebook(source, lines, cells)
        elif fence.is_python:
            yield _block(source, fence.first, lines[fence.first : fence.last], fence.indent)


def _notebook(source: SourceText, lines: Sequence[str], cells: Sequence[_Fence]) -> Block:
    """The cells as one program."""
    first, last = cells[0].first, cells[-1].last
    shown = [f"{_COVER}{row}{_break_of(lines[row])}" for row in range(last)]
    for cell in cells:
        start = _behind_options(lines, cell)
        shown[start : cell.last] = _lines(cover_magics("".join(lines[start : cell.last])))
    program = SourceText("\n" * first + "".join(shown[first:]), source.filename)
    return Block(program, first + 1, ("",) * (last - first), of_cells=True)


def _behind_options(lines: Sequence[str], cell: _Fence) -> int:
    """The first row of a cell that is code: in front there may be options, in one of two forms."""
    row = cell.first
    if row < cell.last and lines[row].strip() == _OPTIONS_MARK:
        rest = range(row + 1, cell.last)
        return next((n + 1 for n in rest if lines[n].strip() == _OPTIONS_MARK), row)
    while row < cell.last and _OPTION.match(lines[row]):
        row += 1
    return row


def _break_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _closes(line: str, fence: str) -> bool:
    content = line.strip()
    return len(content) >= len(fence) and set(content) == {fence[0]}


def _block(source: SourceText, rows_before: int, lines: Sequence[str], indent: int) -> Block:
    indents = [line[: min(indent, len(line) - len(line.lstrip(" \t")))] for line in lines]
    code = "".join(line[len(own) :] for line, own in zip(lines, indents, strict=True))
    program = SourceText("\n" * rows_before + code, source.filename)
    return Block(program, rows_before + 1, tuple(indents))

"""Python blocks in Markdown: each is a program of its own.

A block is fenced by backticks or tildes, as CommonMark says, and called `python`, `python3` or `py`
by its first word. Its program has the rows that it has in the file, with nothing in the rows around
it, so that only columns differ, and those only where the block is indented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from detachlint.source.span import Span
from detachlint.source.text import SourceText

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^\r\n]*)")
_PYTHON = re.compile(r"\s*\{?\s*\.?(?:python3?|py)(?![\w.+-])", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True)
class Block:
    """A block of Python. `indents` is what is taken off each of its rows, from `row` on."""

    source: SourceText
    row: int
    indents: tuple[str, ...]

    def outer(self, span: Span) -> Span:
        """Where a span of the block's program is in the file."""
        return span._replace(
            column=span.column + self._shift(span.line),
            end_column=span.end_column + self._shift(span.end_line),
        )

    def _shift(self, row: int) -> int:
        index = row - self.row
        return len(self.indents[index]) if 0 <= index < len(self.indents) else 0

    def indented(self, program: str) -> str:
        """The rows of the block in the file, if its program is changed to this one."""
        lines = _lines(program)[self.row - 1 :]
        indents: Sequence[str] = self.indents
        if len(lines) != len(indents):
            indents = [max(indents, default="", key=len)] * len(lines)
        pairs = zip(indents, lines, strict=True)
        return "".join(indent + line if line.strip() else line for indent, line in pairs)


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
        parts: list[str] = []
        row = 1
        for block, program in zip(self.blocks, programs, strict=True):
            parts += lines[row - 1 : block.row - 1]
            row = block.row + len(block.indents)
            unchanged = program == block.source.text
            parts += lines[block.row - 1 : row - 1] if unchanged else [block.indented(program)]
        text = "".join([*parts, *lines[row - 1 :]])
        return MarkdownText(text, self.filename, self.encoding, self.has_bom)


def _lines(text: str) -> list[str]:
    """The lines with their breaks; not the empty one behind the last break."""
    return [match.group() for match in _LINE.finditer(text) if match.group()]


def _blocks(source: SourceText) -> Iterator[Block]:
    lines = _lines(source.text)
    index = 0
    while index < len(lines):
        opening = _FENCE.match(lines[index])
        index += 1
        if opening is None or (opening["fence"][0] == "`" and "`" in opening["info"]):
            continue
        first = index
        while index < len(lines) and not _closes(lines[index], opening["fence"]):
            index += 1
        if _PYTHON.match(opening["info"]):
            yield _block(source, first, lines[first:index], len(opening["indent"]))
        index += 1


def _closes(line: str, fence: str) -> bool:
    content = line.strip()
    return len(content) >= len(fence) and set(content) == {fence[0]}


def _block(source: SourceText, rows_before: int, lines: Sequence[str], indent: int) -> Block:
    indents = [line[: min(indent, len(line) - len(line.lstrip(" \t")))] for line in lines]
    code = "".join(line[len(own) :] for line, own in zip(lines, indents, strict=True))
    program = SourceText("\n" * rows_before + code, source.filename)
    return Block(program, rows_before + 1, tuple(indents))

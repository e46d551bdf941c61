"""The text of one file, and the way back to its exact bytes."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from detachlint.source.change import Change, splice
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.source.markdown import Block

# What Python's parser counts. `str.splitlines` also breaks at form feeds, U+2028 and others.
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_LINE_OF_BYTES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Undecodable(Exception):
    """The bytes are not the text of a Python program.

    `line` counts from 1, `column` counts bytes of the file from 0; both are where the trouble is.
    """

    def __init__(self, message: str, line: int = 1, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Unencodable(Exception):
    """A changed text cannot be written in the file's encoding without touching other bytes."""


class Location(NamedTuple):
    """A place as people and editors count it: row and column in characters, both from 1."""

    row: int
    column: int


class Place(NamedTuple):
    """Start and exclusive end of something, in the cell of that number if the file has cells.

    Cells count from 1 over cells of all kinds, and rows count in the cell then.
    """

    start: Location
    end: Location
    cell: int | None = None


@dataclass(frozen=True)
class SourceText:
    """The decoded text of one file. Line breaks are kept as they are; the BOM is not in `text`."""

    text: str
    filename: str
    encoding: str = "utf-8"
    has_bom: bool = False
    original: bytes | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_text(cls, text: str, filename: str) -> SourceText:
        """The source for a text that is already decoded; a leading BOM character is taken off.

        Raises `Undecodable` for what no Python program can contain (NUL, lone surrogates).
        """
        has_bom = text.startswith("\ufeff")
        source = cls(text.removeprefix("\ufeff"), filename, has_bom=has_bom)
        _refuse_impossible_characters(source)
        return source

    def encode(self, text: str) -> bytes:
        """The bytes of the file with `text` as its content; the original bytes for its own text.

        Raises `Unencodable` where the encoding lacks a character of `text`, or where encoding would
        change bytes that belong to unchanged text (some stateful encodings have several spellings).
        """
        if text == self.text and self.original is not None:
            return self.original
        try:
            encoded = self._encode(text)
            faithful = self.original is None or self._encode(self.text) == self.original
        except (UnicodeError, LookupError) as error:
            raise Unencodable(f"the new text cannot be encoded as {self.encoding}") from error
        if not faithful:
            raise Unencodable(f"{self.encoding} text cannot be changed without side effects")
        return encoded

    def _encode(self, text: str) -> bytes:
        mark = codecs.BOM_UTF8 if self.has_bom else b""
        return mark + text.encode(self.encoding)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    @property
    def line_count(self) -> int:
        """The number of lines; what follows the last line break counts, even when empty."""
        return len(self._line_starts)

    def line(self, row: int) -> str:
        """The text of line `row` (from 1) without its line break; empty for rows out of range."""
        if not 1 <= row <= self.line_count:
            return ""
        return self._line_with_break(row).rstrip("\r\n")

    def _line_with_break(self, row: int) -> str:
        starts = self._line_starts
        return self.text[starts[row - 1] : starts[row] if row < len(starts) else len(self.text)]

    def offset(self, line: int, column: int) -> int:
        """The index into `text` of a parser position: line from 1, column in UTF-8 bytes from 0.

        Positions outside the text are moved to its nearest place: Python before 3.12 gives wrong
        ones inside f-strings, and showing a finding there must not fail.
        """
        if line < 1:
            return 0
        if line > self.line_count:
            return len(self.text)
        content = self._line_with_break(line)
        if not content.isascii():
            content = content.encode("utf-8")[: max(column, 0)].decode("utf-8", "ignore")
            return self._line_starts[line - 1] + len(content)
        return self._line_starts[line - 1] + min(max(column, 0), len(content))

    def slice(self, span: Span) -> str:
        """The text at `span`."""
        start = self.offset(span.line, span.column)
        return self.text[start : self.offset(span.end_line, span.end_column)]

    def location(self, span: Span) -> tuple[Location, Location]:
        """Start and end of `span` in characters. The end is exclusive."""
        start = self.offset(span.line, span.column)
        end = self.offset(span.end_line, span.end_column)
        return self._location_at(start), self._location_at(end)

    @property
    def blocks(self) -> tuple[Block, ...] | None:
        """The programs in a text that is none itself; None for a program."""
        return None

    def with_programs(self, programs: Sequence[str]) -> SourceText:
        """The text with the programs of its blocks, in order, changed to these."""
        return self

    @property
    def troubles(self) -> tuple[Undecodable, ...]:
        """What could not be read of the text, where the rest of it can be."""
        return ()

    def excerpt(self, span: Span) -> tuple[SourceText, Span, int | None]:
        """What to show of this text around `span`, the span in that, and the number of its cell."""
        return self, span, None

    def place(self, span: Span) -> Place:
        """Where `span` is for a person who has the file open in an editor."""
        shown, inside, cell = self.excerpt(span)
        return Place(*shown.location(inside), cell)

    def line_name(self, row: int) -> str:
        """What people call that line of the program."""
        return f"line {row}"

    def line_label(self, row: int) -> str:
        """What stands behind the file's name for that line of the program."""
        return str(row)

    def line_in_cell(self, cell: int, row: int) -> int | None:
        """The line of the program that is that row of the cell of that number; None if none is."""
        return None

    def cell_rows(self, row: int) -> range | None:
        """The lines of the program that are in one cell with this one; None if there are no cells."""
        return None

    def edited(self, changes: Sequence[Change]) -> SourceText:
        """The text with these changes made, which are sorted and do not overlap."""
        return replace(self, text=splice(self.text, changes), original=None)

    def with_content_of(self, other: SourceText) -> bytes:
        """The bytes of the file once it holds what `other`, made by `edited`, holds.

        Raises `Unencodable`, as `encode` does.
        """
        return self.encode(other.text)

    @property
    def stored(self) -> SourceText:
        """The text of the file itself, as a program sees it that knows nothing of cells."""
        return self

    def stored_span(self, span: Span) -> Span:
        """Where `span` is in `stored`."""
        return span

    def stored_content(self, content: str) -> str:
        """How `content` is to be written into `stored` by an edit."""
        return content

    def _location_at(self, index: int) -> Location:
        row = bisect_right(self._line_starts, index)
        return Location(row, index - self._line_starts[row - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """The inverse of `offset`: the span of `text[start:end]`."""
        return Span(*self._position_at(start), *self._position_at(end))

    def _position_at(self, index: int) -> tuple[int, int]:
        row = bisect_right(self._line_starts, index)
        return row, len(self.text[self._line_starts[row - 1] : index].encode("utf-8"))


def decode(data: bytes, filename: str) -> SourceText:
    """The text of a Python file, decoded as Python does it: BOM, then PEP 263 cookie, then UTF-8.

    Raises `Undecodable`. For every result, `source.encode(source.text) == data`.
    """
    _refuse_binary(data)
    encoding, has_bom = _encoding_of(data)
    body = data[len(codecs.BOM_UTF8) :] if has_bom else data
    source = SourceText(_decoded(body, encoding), filename, encoding, has_bom, data)
    if encoding != "utf-8":
        _refuse_impossible_characters(source)
    return source


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = _place(body, error.start)
        byte = body[error.start]
        raise Undecodable(f"byte 0x{byte:02x} is not {encoding} text", line, column) from error
    except (UnicodeError, LookupError) as error:
        raise Undecodable(f"the file cannot be decoded as {encoding}: {error}") from error


def decode_utf8(data: bytes, filename: str) -> SourceText:
    """The text of a file that is no Python: UTF-8, whatever it says. Raises `Undecodable`."""
    _refuse_binary(data)
    has_bom = data.startswith(codecs.BOM_UTF8)
    body = data.removeprefix(codecs.BOM_UTF8)
    return SourceText(_decoded(body, "utf-8"), filename, has_bom=has_bom, original=data)


def _refuse_binary(data: bytes) -> None:
    if data.startswith(_UTF16_MARKS):
        raise Undecodable("the file is UTF-16, which Python does not read")
    index = data.find(b"\0")
    if index >= 0:
        raise Undecodable("the file contains a NUL byte", *_place(data, index))


def _refuse_impossible_characters(source: SourceText) -> None:
    """NUL and lone surrogates: Python's parser raises other errors than SyntaxError for these."""
    index = source.text.find("\0")
    if index >= 0:
        raise Undecodable("the text contains a NUL character", *source._position_at(index))
    try:
        source.text.encode("utf-8")
    except UnicodeEncodeError as error:
        line, column = source._position_at(error.start)
        raise Undecodable("the text contains a lone surrogate", line, column) from error


def _encoding_of(data: bytes) -> tuple[str, bool]:
    """The encoding by PEP 263, and whether a UTF-8 byte order mark stands in front."""
    has_bom = data.startswith(codecs.BOM_UTF8)
    # The cookie stands in one of the first two lines; nearly no file has one.
    first = [match.group() for match, _ in zip(_LINE_OF_BYTES.finditer(data), "12", strict=False)]
    if not any(b"coding" in line for line in first):
        return "utf-8", has_bom
    # Imported late: few files need it.
    from tokenize import detect_encoding

    lines = [re.sub(rb"\r\n?$", b"\n", line) for line in first]
    try:
        encoding, _ = detect_encoding(iter(lines).__next__)
    except SyntaxError as error:
        raise Undecodable(str(error)) from error
    return ("utf-8", True) if has_bom else (encoding, False)


def _place(data: bytes, index: int) -> tuple[int, int]:
    """Line (from 1) and byte column (from 0) of the byte at `index`."""
    before = data[:index]
    breaks = list(re.finditer(rb"\r\n|\r|\n", before))
    return len(breaks) + 1, index - (breaks[-1].end() if breaks else 0)

"""Jupyter notebooks: the code cells in order are one program, edited where it stands in the JSON.

A `NotebookText` is the text of that program, with all that lies outside of Python covered (see
`magics`), and the way back: a place in it to a cell for people, and to the stored JSON for other
programs and for edits. An edit changes the spelling of the characters it touches; every other byte
of the file stays.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from detachlint.source.change import Change, splice
from detachlint.source.json_strings import items, members, separator, spelled, spellings
from detachlint.source.magics import cover_all, cover_magics
from detachlint.source.span import Span
from detachlint.source.text import SourceText, Undecodable, decode_utf8

OLDEST_FORMAT = 4
"""Notebooks of older formats have other names for everything; Jupyter itself converts them."""

_PYTHON = frozenset({"python", "ipython", "python3", "ipython3"})
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DECODER = json.JSONDecoder()
_INDENTED = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*[ \t]+[^\s#]")
_OPENING = "if 1:\n"


@dataclass(frozen=True)
class Cell:
    """One code cell. `number` counts cells of all kinds from 1, as people count them on the screen.

    `text` is what stands in the cell, and in the program from `start` on. `raw` is how it is
    spelled in the JSON, from `raw_start` on, between the first quote and the last. `separator` is
    what stands between two lines where they are a list, and empty where the cell is one string.
    `opening` stands before the cell in the program: Jupyter runs a cell that is indented as a whole.
    """

    number: int
    text: str
    start: int
    raw: str
    raw_start: int
    separator: str
    opening: str = ""

    @property
    def end(self) -> int:
        """The index in the program behind the last character of the cell."""
        return self.start + len(self.text)

    @cached_property
    def spellings(self) -> tuple[str, list[str]]:
        """`spellings` of `raw`: one for each character of `text`."""
        return spellings(self.raw)

    def raw_index(self, index: int) -> int:
        """Where in the JSON the character at `index` of the program stands."""
        leading, characters = self.spellings
        before = characters[: max(index - self.start, 0)]
        return self.raw_start + len(leading) + sum(map(len, before))


class BrokenCell(NamedTuple):
    """Why the cell of that number is no Python. `line` and `column` are in the cell, as in spans."""

    number: int
    line: int
    column: int
    message: str


@dataclass(frozen=True)
class NotebookText(SourceText):
    """The program in a notebook. Its `location` is a place in the program, `place` one in a cell."""

    cells: tuple[Cell, ...] = ()
    broken: tuple[BrokenCell, ...] = ()
    json: SourceText = field(default_factory=lambda: SourceText("", ""), repr=False)

    @property
    def stored(self) -> SourceText:
        """The JSON text."""
        return self.json

    @cached_property
    def _starts(self) -> list[int]:
        return [cell.start for cell in self.cells]

    def cell_at(self, index: int) -> Cell | None:
        """The cell that holds that character of the program; None without any cells."""
        if not self.cells:
            return None
        return self.cells[max(bisect_right(self._starts, index) - 1, 0)]

    def excerpt(self, span: Span) -> tuple[SourceText, Span, int | None]:
        """The cell, the span in it, and its number. A span ends with the cell it begins in."""
        start = self.offset(span.line, span.column)
        cell = self.cell_at(start)
        if cell is None:
            return self, span, None
        end = min(self.offset(span.end_line, span.end_column), cell.end)
        shown = SourceText(cell.text, self.filename)
        return shown, shown.span(start - cell.start, end - cell.start), cell.number

    def line_name(self, row: int) -> str:
        """The line in its cell, and the cell."""
        place = self.place(Span(row, 0, row, 0))
        return f"line {place.start.row} of cell {place.cell}"

    def line_label(self, row: int) -> str:
        """The cell, and the line in it."""
        place = self.place(Span(row, 0, row, 0))
        return f"cell {place.cell}:{place.start.row}"

    def line_in_cell(self, cell: int, row: int) -> int | None:
        """The line of the program that is that row of the cell of that number; None if none is."""
        for each in self.cells:
            region = self.span(each.start, each.end)
            if each.number == cell and 1 <= row <= region.end_line - region.line + 1:
                return region.line + row - 1
        return None

    def cell_rows(self, row: int) -> range | None:
        """The lines of the program that are in one cell with this one."""
        cell = self.cell_at(self.offset(row, 0))
        if cell is None:
            return None
        region = self.span(cell.start, cell.end)
        return range(region.line, region.end_line + 1)

    def stored_span(self, span: Span) -> Span:
        """Where `span` is in the JSON text."""
        start = self.offset(span.line, span.column)
        end = self.offset(span.end_line, span.end_column)
        first, last = self.cell_at(start), self.cell_at(end)
        if first is None or last is None:
            return span
        return self.json.span(first.raw_index(start), last.raw_index(end))

    def stored_content(self, content: str) -> str:
        """`content` as it is spelled in a JSON string."""
        return "".join(spelled(content, ascii_only=self.json.text.isascii()))

    def edited(self, changes: Sequence[Change]) -> SourceText:
        """The notebook with these changes made in its program.

        A change stays in the cell it begins in: the line breaks between cells are not in the file.
        """
        regions: list[Change] = []
        for cell in self.cells:
            own = [change for change in changes if self.cell_at(change.start) is cell]
            if own:
                raw = self._respelled(cell, own)
                regions.append(Change(cell.raw_start, cell.raw_start + len(cell.raw), raw))
        text = splice(self.json.text, regions)
        return _read(SourceText(text, self.filename, has_bom=self.json.has_bom), self.broken)

    def without(self, broken: Sequence[BrokenCell]) -> NotebookText:
        """The same notebook, these cells left out of the program."""
        return _read(self.json, tuple(broken))

    @property
    def troubles(self) -> tuple[Undecodable, ...]:
        """What keeps the broken cells from being read, placed in the program."""
        rows = {cell.number: self.span(cell.start, cell.start).line for cell in self.cells}
        return tuple(
            Undecodable(each.message, rows[each.number] + each.line - 1, each.column)
            for each in self.broken
        )

    def _respelled(self, cell: Cell, changes: Sequence[Change]) -> str:
        leading, characters = cell.spellings
        parts: list[str] = []
        index = 0
        for change in changes:
            start, end = change.start - cell.start, min(change.end, cell.end) - cell.start
            new = self._spelled(cell, change.content)
            kept = [separator(each) for each in characters[start:end] if each[:2] != "\\n"]
            parts += [*characters[index:start], *new, *kept]
            index = end
        return leading + "".join([*parts, *characters[index:]])

    def _spelled(self, cell: Cell, content: str) -> list[str]:
        return [
            each + cell.separator if each == "\\n" else each
            for each in spelled(content, ascii_only=self.json.text.isascii())
        ]

    def with_content_of(self, other: SourceText) -> bytes:
        """The bytes of the file once it holds what `other`, made by `edited`, holds."""
        return other.stored.encode(other.stored.text)


def decode_notebook(data: bytes, filename: str) -> NotebookText:
    """The program in the notebook with this content; an empty one if it is not for Python.

    Raises `Undecodable`, placed in the JSON text, for what is no notebook.
    """
    return _read(decode_utf8(data, filename))


def _read(source: SourceText, broken: tuple[BrokenCell, ...] = ()) -> NotebookText:
    try:
        notebook = json.loads(source.text)
        _refuse_what_is_no_notebook(notebook)
        found = _code_cells(source) if _is_python(notebook) else []
    except json.JSONDecodeError as error:
        width = len(source.line(error.lineno)[: error.colno - 1].encode("utf-8"))
        raise Undecodable(f"invalid JSON: {error.msg}", error.lineno, width) from error
    except RecursionError as error:
        raise Undecodable("invalid JSON: nested too deeply") from error
    except ValueError as error:  # a number that is too long for Python
        raise Undecodable(f"invalid JSON: {error}") from error
    left_out = {each.number for each in broken}
    cells: list[Cell] = []
    program = ""
    for cell in found:
        covered = cover_all(cell.text) if cell.number in left_out else cover_magics(cell.text)
        opening = _OPENING if _INDENTED.match(covered) else ""
        between = "\n" if cells else ""
        start = len(program) + len(between) + len(opening)
        cells.append(replace(cell, start=start, opening=opening))
        program += between + opening + covered
    return NotebookText(
        program,
        source.filename,
        original=source.original,
        cells=tuple(cells),
        broken=broken,
        json=source,
    )


def _refuse_what_is_no_notebook(notebook: Any) -> None:
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if not isinstance(version, int):
        raise Undecodable("not a notebook: `nbformat` is missing")
    if version < OLDEST_FORMAT:
        advice = "convert it with `jupyter nbconvert --to notebook`"
        raise Undecodable(f"notebooks of format {version} are not read: {advice}")
    if not isinstance(notebook.get("cells"), list):
        raise Undecodable("not a notebook: `cells` is missing")


def _is_python(notebook: dict[str, Any]) -> bool:
    """By the kernel, and for want of that by what the kernel said of itself; Python if in doubt."""
    metadata = notebook.get("metadata")
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        language = part.get(name) if isinstance(part, dict) else None
        if isinstance(language, str):
            return language.lower() in _PYTHON
    return True


def _code_cells(source: SourceText) -> list[Cell]:
    """The cells of the program, all of them with `start` 0."""
    text = source.text
    # The last of several members of the same name is the one that counts, here as for `json`.
    top = {key: (value, index) for key, value, index in members(text, text.index("{"))}
    cells: list[Cell] = []
    for number, (value, place) in enumerate(items(text, top["cells"][1]), 1):
        if isinstance(value, dict) and value.get("cell_type") == "code" and _may_be_python(value):
            parts = {key: start for key, _, start in members(text, place)}
            # A list without a line in it has no place for any.
            if "source" in parts and value["source"] != []:
                cells.append(_cell(source, number, value["source"], parts["source"]))
    return cells


def _may_be_python(cell: dict[str, Any]) -> bool:
    """Editors let a cell have a language of its own."""
    metadata = cell.get("metadata")
    editor = metadata.get("vscode") if isinstance(metadata, dict) else None
    language = editor.get("languageId", "python") if isinstance(editor, dict) else "python"
    return language in _PYTHON


def _cell(source: SourceText, number: int, value: Any, index: int) -> Cell:
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        position = source.span(index, index)
        message = f"the source of cell {number} is no text"
        raise Undecodable(message, position.line, position.column)
    text = "".join(lines)
    if "\0" in text or _SURROGATE.search(text):
        position = source.span(index, index)
        message = f"cell {number} contains a character that no program can contain"
        raise Undecodable(message, position.line, position.column)
    end = _DECODER.raw_decode(source.text, index)[1]
    first = source.text.find('"', index, end)
    last = source.text.rfind('"', index, end)
    raw = source.text[first + 1 : last]
    separator = "" if isinstance(value, str) else _separator(raw, source.text[index + 1 : first])
    return Cell(number, text, 0, raw, first + 1, separator)


def _separator(raw: str, space: str) -> str:
    """What stands between two items of a list of lines; `space` stands before the first."""
    found = (separator(spelling) for spelling in spellings(raw)[1])
    return next(filter(None, found), f'",{space or " "}"')

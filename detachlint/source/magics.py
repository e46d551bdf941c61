"""IPython's additions to Python, covered up so that Python's own parser can read a cell.

The text of a cell keeps its length and its lines, and so the place of everything in it:

- a *line magic* or shell command at the start of a statement becomes a comment, `%cd x` `#cd x`, or
  where a block may need a statement, a number and a comment, `  !ls` `  0#s`;
- one that runs a statement (`%time f(x)`) leaves that statement;
- what is assigned (`files = !ls`) is the unknown value of IPython's own name `_`;
- a request for help (`model?`) is no statement;
- a *cell magic* that runs Python (`%%time`) is covered alone, any other (`%%bash`) with its cell.

IPython looks for these at the start of a *logical line* only: `%` in the middle of an expression is
an operator, also at the start of a line.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

PYTHON_CELL_MAGICS = frozenset({"time", "capture", "prun", "memit", "mprun", "lprun"})
"""Cell magics that run their cell as Python, in the notebook's own namespace."""

_PYTHON_LINE_MAGICS = frozenset({"time", "prun", "memit"})
_EXPRESSION_MAGICS = frozenset({"timeit"})
"""They run code in a namespace of its own: what is assigned there is gone afterwards."""

_SUSPECT = re.compile(r"^[ \t]*[%!?,;/]|\?[ \t]*$|=[ \t]*[%!]", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\s*^(?P<line>%%(?P<name>[^\W\d][\w.]*)[^\r\n]*)", re.MULTILINE)
_ESCAPED = re.compile(r"[ \t]*(?P<escaped>[%!?,;/])")
_ASSIGNED = re.compile(
    r"[ \t]*[^\s#'\"=\[\]](?:[^#'\"=\r\n\[\]]|\[[^\]\r\n]*\])*?(?<![!<>=:+\-*/%&|^@~])="
    r"[ \t]*(?P<value>[%!][^\r\n]*)"
)
_RUNNING = re.compile(
    r"%(?P<name>[^\W\d]\w*)[ \t]+(?:-\w+(?:[ \t]*\d+)?[ \t]+)*(?P<code>[^\s-][^\r\n]*)"
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_TOKEN = re.compile(
    r"""(?P<quotes>\"{3}|'{3})
      | "(?:\\.|[^"\\\r\n])*" | '(?:\\.|[^'\\\r\n])*' | \\(?:\r\n|.)
      | (?P<comment>\#[^\r\n]*)
      | (?P<open>[(\[{]) | (?P<close>[)\]}])
      | (?P<end>\r\n|\r|\n)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {quotes: re.compile(rf"(?:\\.|[^\\])*?{quotes}", re.DOTALL) for quotes in ("'''", '"""')}


class Cover(NamedTuple):
    """`text[start:end]` is to be read as `content`, which is as long."""

    start: int
    end: int
    content: str


def cover_magics(cell: str) -> str:
    """The text of a code cell as Python reads it; of the same length, with the same line breaks."""
    return _covered(cell, _covers(cell)) if _SUSPECT.search(cell) else cell


def cover_all(cell: str) -> str:
    """The same for a cell that is no Python at all: nothing but comments is left of it."""
    return _covered(cell, _commented(cell, 0, len(cell)))


def _covered(cell: str, covers: Iterator[Cover]) -> str:
    start = 0
    parts: list[str] = []
    for cover in covers:
        parts += [cell[start : cover.start], cover.content]
        start = cover.end
    return "".join([*parts, cell[start:]])


def _covers(cell: str) -> Iterator[Cover]:
    index = 0
    magic = _CELL_MAGIC.match(cell)
    if magic is not None:
        index = magic.end()
        if not _runs_python(magic["name"], cell[index:]):
            yield from _commented(cell, 0, len(cell))
            return
        yield from _commented(cell, *magic.span("line"))
    while index < len(cell):
        escaped = _ESCAPED.match(cell, index)
        assigned = None if escaped else _ASSIGNED.match(cell, index)
        if escaped:
            end = _end_of_continued_line(cell, index)
            yield from _escaped_line(cell, escaped.start("escaped"), end)
        elif assigned:
            end = _end_of_continued_line(cell, index)
            yield from _assigned(cell, assigned.start("value"), end)
        else:
            end = _end_of_logical_line(cell, index)
            yield from _help(cell, index, end)
        index = end


def _runs_python(name: str, body: str) -> bool:
    return name in PYTHON_CELL_MAGICS or (name == "timeit" and _keeps_no_name(body))


def _keeps_no_name(code: str) -> bool:
    """Whether nothing is assigned by this code, so that it may as well run where names stay."""
    statements = _statements(code)
    return bool(statements) and all(isinstance(each, ast.Expr) for each in statements)


def _statements(code: str) -> list[ast.stmt]:
    """What Python reads in this code; nothing if it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code.lstrip(" \t")).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


# --- logical lines -----------------------------------------------------------------------------


def _end_of_logical_line(cell: str, index: int) -> int:
    """Behind the line break that ends the statement which begins at `index`."""
    depth = 0
    while (token := _TOKEN.search(cell, index)) is not None:
        index = token.end()
        if token["quotes"]:
            closing = _CLOSING[token["quotes"]].match(cell, index)
            index = closing.end() if closing else len(cell)
        elif token["open"]:
            depth += 1
        elif token["close"]:
            depth = max(depth - 1, 0)
        elif token["end"] and not depth:
            return index
    return len(cell)


def _end_of_continued_line(cell: str, index: int) -> int:
    """Behind the line break of a magic: brackets mean nothing to it, a backslash continues it."""
    while index < len(cell):
        line = _line(cell, index)
        index += len(line)
        if not line.rstrip("\r\n").endswith("\\"):
            break
    return index


def _line(cell: str, index: int) -> str:
    match = _LINE.match(cell, index)
    return match.group() if match else ""


# --- covers ------------------------------------------------------------------------------------


def _commented(cell: str, start: int, end: int) -> Iterator[Cover]:
    """Each line a comment."""
    while start < end:
        line = _line(cell, start)[: end - start]
        content = line.rstrip("\r\n")
        code = content.lstrip(" \t")
        begin = start + len(content) - len(code)
        if code:
            yield Cover(begin, begin + 1, "#")
        start += len(line)


def _without_effect(cell: str, start: int, end: int) -> Iterator[Cover]:
    """The same for one command; where it is indented, with a statement in front."""
    covers = list(_commented(cell, start, end))
    first, *others = covers
    if first.start > start:
        width = min(2, len(_line(cell, first.start).rstrip("\r\n")))
        first = Cover(first.start, first.start + width, "0#"[:width])
    yield from (first, *others)


def _escaped_line(cell: str, start: int, end: int) -> Iterator[Cover]:
    running = _RUNNING.match(cell, start, end)
    if running is None or not _is_run_here(running["name"], running["code"]):
        yield from _without_effect(cell, _line_start(cell, start), end)
        return
    length = running.start("code") - start
    yield Cover(start, start + length, "0;" + " " * (length - 2))


def _line_start(cell: str, index: int) -> int:
    return max(cell.rfind("\n", 0, index), cell.rfind("\r", 0, index)) + 1


def _is_run_here(name: str, code: str) -> bool:
    if name in _PYTHON_LINE_MAGICS:
        return bool(_statements(code))
    return name in _EXPRESSION_MAGICS and _keeps_no_name(code)


def _assigned(cell: str, start: int, end: int) -> Iterator[Cover]:
    running = _RUNNING.match(cell, start, end)
    if running is not None and running["name"] in _PYTHON_LINE_MAGICS:
        yield Cover(start, running.start("code"), " " * (running.start("code") - start))
        return
    first = _line(cell, start)[: end - start]
    value = first.rstrip("\r\n")
    yield Cover(start, start + len(value), ("_#" + value[2:])[: len(value)])
    yield from _commented(cell, start + len(first), end)


def _help(cell: str, start: int, end: int) -> Iterator[Cover]:
    line = cell[start:end].rstrip("\r\n \t")
    if line.endswith("?") and "\n" not in line and "\r" not in line:
        hidden = any(token["comment"] for token in _TOKEN.finditer(line))
        if not hidden:
            yield from _without_effect(cell, start, end)

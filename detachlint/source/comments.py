"""The comments of a module, and which lines belong together.

Python's tokenizer says what is a comment: `"# noqa"` in a string is none. It also says where a
statement that is written on several lines begins and ends.
"""

from __future__ import annotations

import token as kinds
from collections.abc import Callable, Iterable
from typing import NamedTuple

from detachlint.source.text import SourceText
from detachlint.source.value_class import value_class

_NO_CODE = frozenset(
    {kinds.NL, kinds.COMMENT, kinds.INDENT, kinds.DEDENT, kinds.ENDMARKER, kinds.NEWLINE}
)


class Comment(NamedTuple):
    """A comment from its `#` on. `start` is an index into the text; `alone`: no code before it."""

    row: int
    start: int
    text: str
    alone: bool

    @property
    def end(self) -> int:
        """The index behind the last character."""
        return self.start + len(self.text)


class Rows(NamedTuple):
    """Rows from `first` to `last`, both included."""

    first: int
    last: int


@value_class(frozen=True, slots=True)
class Comments:
    """The comments of a text, by position, and what its rows belong to.

    `statements` holds the *logical line* of each row that has one: a whole simple statement, or a
    compound one up to its colon. `unbroken` holds the rows which only a string or a backslash
    joins: no comment can stand between them, and flake8 takes them for one.
    """

    comments: tuple[Comment, ...]
    statements: dict[int, Rows]
    unbroken: dict[int, Rows]

    def statement(self, row: int) -> Rows:
        """The rows of the logical line that a row is part of; the row itself outside of one."""
        return self.statements.get(row, Rows(row, row))

    def line(self, row: int) -> Rows:
        """The rows that share the end-of-line comment of a row."""
        return self.unbroken.get(row, Rows(row, row))


def read_comments(source: SourceText) -> Comments:
    """The comments of a text; where it cannot be tokenized, those up to that place."""
    # Imported late: most files hold no comment that matters.
    import tokenize

    comments: list[Comment] = []
    statements: dict[int, Rows] = {}
    unbroken: dict[int, Rows] = {}
    begin: int | None = None
    low, code_row = 0, 0
    try:
        for token in tokenize.generate_tokens(line_reader(source)):
            (row, column), (last, _) = token.start, token.end
            low = low or row
            if token.type == kinds.COMMENT:
                index = source.offset(row, 0) + column
                comments.append(Comment(row, index, token.string, row != code_row))
            elif token.type not in _NO_CODE:
                begin = begin or row
                code_row = last
            if token.type in (kinds.NL, kinds.NEWLINE):
                _put(unbroken, low, row)
                low = 0
            if token.type == kinds.NEWLINE:
                _put(statements, begin or row, row)
                begin = None
    except (tokenize.TokenError, SyntaxError):
        pass
    return Comments(tuple(comments), statements, unbroken)


def line_reader(source: SourceText) -> Callable[[], str]:
    """Python's lines, which are not those of `str.splitlines`, all ending alike: for `tokenize`."""
    rows = iter(range(1, source.line_count + 1))
    return lambda: source.line(next(rows)) + "\n"


def _put(table: dict[int, Rows], first: int, last: int) -> None:
    # A row of its own is the default: only what is longer is kept.
    if first < last:
        rows: Iterable[int] = range(first, last + 1)
        table.update(dict.fromkeys(rows, Rows(first, last)))

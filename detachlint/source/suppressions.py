"""Comments that silence findings.

`# noqa` silences every finding of its line, `# noqa: DTL101` (codes or their beginnings) those of a
code, as in flake8; `# detachlint: ignore[DTL101] reason` says the same to this tool alone. What is
true of flake8's own comment for a file, `# flake8: noqa`, is true of it here, and
`# detachlint: skip-file` leaves a file out for this tool alone, `# detachlint: skip-cell` the cell of
a notebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from detachlint.source.comments import Comment, Comments, read_comments
from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.source.value_class import value_class

_CODE_LIST = r"[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*"
_DIRECTIVE = rf"""\#\s*(?:
        (?P<file>flake8[:=]\s*noqa)\b (?: :\s*(?P<file_codes>{_CODE_LIST}) )?
      | (?P<noqa>noqa) (?: :\s?(?P<codes>{_CODE_LIST}) )?
      | detachlint:\s* (?:
            (?P<skip>skip-file)\b
          | (?P<cell>skip-cell)\b
          | (?P<own>ignore)\b (?: \[(?P<own_codes>[^\]\#]*[^\]\#,\s][^\]\#]*)\] | (?![-\[(]) )
          | (?P<wrong>(?:ignore|skip)[^\s\#]*)
        )
    )"""
_CODE = r"[^,\s]+"
_HINT = re.compile(r"#\s*(?:noqa|flake8[:=]\s*noqa|detachlint:)", re.IGNORECASE)


class NamedCode(NamedTuple):
    """A code in capitals, and where it stands in the text."""

    code: str
    start: int
    end: int


@value_class(frozen=True, slots=True)
class Suppression:
    """One directive in a comment. Without `codes` it silences all.

    `start` and `end` (exclusive) are indices of the directive in the text, without a reason behind
    it. `whole_file`: it stands on a line of its own and means the file. `own`: written for this tool.
    `rows` are those of the cell that it means, if it means one.
    """

    comment: Comment
    start: int
    end: int
    codes: tuple[NamedCode, ...]
    whole_file: bool
    own: bool
    rows: range | None = None

    def names(self, code: str) -> list[NamedCode]:
        """Those of its codes that stand for `code`: the code itself, or a beginning of it."""
        return [named for named in self.codes if code.startswith(named.code)]

    def silences(self, code: str) -> bool:
        """Whether it silences findings of that code, where it applies."""
        return not self.codes or bool(self.names(code))


@dataclass(frozen=True)
class Suppressions:
    """All suppressions of a text, by position.

    `mistakes` are directives to this tool that say nothing it knows, by start and end.
    """

    entries: tuple[Suppression, ...]
    skips_file: bool
    mistakes: tuple[tuple[int, int], ...]
    comments: Comments

    @cached_property
    def _by_row(self) -> dict[int, list[Suppression]]:
        rows: dict[int, list[Suppression]] = {}
        for entry in self.entries:
            if not entry.whole_file and entry.rows is None:
                rows.setdefault(entry.comment.row, []).append(entry)
        return rows

    def at(self, span: Span) -> Iterator[Suppression]:
        """Those that apply to a finding at `span`.

        They stand at the end of one of its own lines, or of the first or last line of the statement
        that it begins in; a line is what strings and backslashes make of it, as for flake8.
        """
        for entry in self.entries:
            if entry.whole_file or (entry.rows is not None and span.line in entry.rows):
                yield entry
        statement = self.comments.statement(span.line)
        own = range(span.line, max(span.line, span.end_line) + 1)
        rows: set[int] = set()
        for row in (*own, *statement):
            first, last = self.comments.line(row)
            rows |= {first, last}
        for row in sorted(rows):
            yield from self._by_row.get(row, ())


NOTHING = Suppressions((), False, (), Comments((), {}, {}))


def mentions_suppression(text: str) -> bool:
    """Whether a text may hold a suppression at all; False is a proof."""
    return _HINT.search(text) is not None


def read_suppressions(source: SourceText, *, own_only: bool = False) -> Suppressions:
    """The suppressions of a text, or those in it for this tool alone.

    A text that mentions none is not even tokenized.
    """
    if not mentions_suppression(source.text):
        return NOTHING
    comments = read_comments(source)
    entries: list[Suppression] = []
    mistakes: list[tuple[int, int]] = []
    skips = False
    for comment in comments.comments:
        for match in re.finditer(_DIRECTIVE, comment.text, re.IGNORECASE | re.VERBOSE):
            for_file = match["skip"] or (match["file"] and not match["file_codes"])
            if own_only and (match["noqa"] or match["file"]):
                continue
            rows = source.cell_rows(comment.row) if match["cell"] else None
            misplaced = (match["skip"] or match["cell"]) and not comment.alone
            if match["wrong"] or misplaced or (match["cell"] and rows is None):
                mistakes.append((comment.start + match.start(), comment.start + match.end()))
            elif for_file:
                skips = skips or comment.alone
            else:
                entries.append(_entry(comment, match, rows))
    return Suppressions(tuple(entries), skips, tuple(mistakes), comments)


def _entry(comment: Comment, match: re.Match[str], rows: range | None) -> Suppression:
    group = next((name for name in ("codes", "own_codes", "file_codes") if match[name]), None)
    codes: tuple[NamedCode, ...] = ()
    if group is not None:
        begin = comment.start + match.start(group)
        codes = tuple(
            NamedCode(code.group().upper(), begin + code.start(), begin + code.end())
            for code in re.finditer(_CODE, match[group])
        )
    start, end = (comment.start + index for index in match.span())
    whole_file = comment.alone and bool(match["file"])
    own = bool(match["own"] or match["cell"])
    return Suppression(comment, start, end, codes, whole_file, own, rows)

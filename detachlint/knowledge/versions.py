"""How the facts differ in other versions of PyTorch than the one that the tables are about.

A row is `name⇥first..last: words⇥…`: in the executed versions from `first` to `last` the row was
`words` (cells joined by ` | `, without the evidence), or there was none (`absent`). Whatever is not
mentioned is as the tables say in all executed versions, which the first line of the file names.
"""

from __future__ import annotations

from functools import cache

from detachlint.knowledge.rows import MalformedRow
from detachlint.knowledge.table import Table
from detachlint.source.value_class import value_class

ABSENT = "absent"
"""What stands for the row of something that a version does not have."""

VERSIONS = Table("torch/versions.tsv")
TABLES = Table("torch/calls.tsv")


@value_class(frozen=True, slots=True)
class Span:
    """Versions, one after the other, in which a row was otherwise, and how it was."""

    first: str
    last: str
    words: str

    def __contains__(self, version: str) -> bool:
        return order(self.first) <= order(version) <= order(self.last)


def order(version: str) -> tuple[int, ...]:
    """What to sort versions by: `2.10.0` comes after `2.9.1`."""
    return tuple(int(part) for part in version.split("."))


def executed() -> tuple[str, ...]:
    """The versions that were executed, oldest first."""
    return tuple(VERSIONS.version.removeprefix("torch ").split(" "))


@cache
def spans(name: str) -> tuple[Span, ...]:
    """Where the row of `name` was otherwise, oldest first. Raises `MalformedRow`."""
    row = VERSIONS.row(name)
    return () if row is None else parse_spans(name, row)


def parse_spans(name: str, row: str) -> tuple[Span, ...]:
    """The spans in `row`, which `format_spans` writes. Raises `MalformedRow`."""
    found = []
    for cell in row.split("\t"):
        versions, colon, words = cell.partition(": ")
        first, dots, last = versions.partition("..")
        if not (colon and dots and words):
            raise MalformedRow(f"{name}: no such span of versions: {cell!r}")
        found.append(Span(first, last, words))
    return tuple(found)


def format_spans(found: tuple[Span, ...]) -> str:
    """The row of some spans."""
    return "\t".join(f"{span.first}..{span.last}: {span.words}" for span in found)


def behaviour(row: str | None) -> str:
    """The words of a row of a table, without the evidence; `ABSENT` for None."""
    if row is None:
        return ABSENT
    cells = row.split("\t")
    return " | ".join(cells[:-1] if len(cells) > 1 else cells)


def since(name: str) -> str:
    """The oldest executed version from which on the row of `name` holds; `""` where that is all."""
    present = TABLES.version.removeprefix("torch ")
    return first_with_the_row(spans(name), executed(), present)


def first_with_the_row(found: tuple[Span, ...], versions: tuple[str, ...], present: str) -> str:
    """The version after the last span before `present`, of the executed `versions`."""
    earlier = [span for span in found if order(span.last) < order(present)]
    if not earlier:
        return ""
    changed = order(earlier[-1].last)
    return next(version for version in versions if order(version) > changed)

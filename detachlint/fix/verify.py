"""Makes sure that a fixed text is the old program with the edits in it, and nothing else."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import replace

from detachlint.source.change import Change, splice
from detachlint.source.comments import line_reader
from detachlint.source.text import SourceText
from detachlint.syntax.parse import Unparsable, parse_module


def only_edits_differ(source: SourceText, changes: Sequence[Change]) -> bool:
    """Whether the changed text parses, and each change is a run of whole tokens of its own.

    A change that ends up in a string or comment, or that melts into a neighbouring token, alters a
    token outside of it. `changes` are sorted and do not overlap.
    """
    after = replace(source, text=splice(source.text, changes), original=None)
    try:
        parse_module(after.text, source.filename)
        old = _tokens_outside(source, [(change.start, change.end) for change in changes])
        new = _tokens_outside(after, _inserted_ranges(changes))
        return list(old) == list(new)
    except (Unparsable, _Straddling, tokenize.TokenError, SyntaxError):
        return False


class _Straddling(Exception):
    """A token begins on one side of the border of a change and ends on the other."""


def _inserted_ranges(changes: Sequence[Change]) -> list[tuple[int, int]]:
    """Where the contents of the changes stand in the changed text."""
    ranges, shift = [], 0
    for change in changes:
        start = change.start + shift
        ranges.append((start, start + len(change.content)))
        shift += len(change.content) - (change.end - change.start)
    return ranges


def _tokens_outside(
    source: SourceText, ranges: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, str]]:
    """Type and text of the tokens that are not in one of the sorted `ranges`."""
    beyond = (len(source.text) + 1, len(source.text) + 1)
    pending = iter(ranges)
    low, high = next(pending, beyond)
    for token in tokenize.generate_tokens(line_reader(source)):
        start = source.offset(token.start[0], 0) + token.start[1]
        end = source.offset(token.end[0], 0) + token.end[1]
        while start >= high:
            low, high = next(pending, beyond)
        if end <= low:
            yield token.type, token.string
        elif start < low or end > high:
            raise _Straddling

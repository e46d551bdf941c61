"""Changes of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Change(NamedTuple):
    """Replace `text[start:end]` by `content`; positions are character indices."""

    start: int
    end: int
    content: str


def splice(text: str, changes: Sequence[Change]) -> str:
    """The text with the changes made, which are sorted and do not overlap."""
    parts, index = [], 0
    for change in changes:
        parts += [text[index : change.start], change.content]
        index = change.end
    return "".join([*parts, text[index:]])

"""How source text looks on a terminal: widths, tabs, and nothing that could control it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

TAB_STOP = 4
"""Columns between the tab stops of a code frame."""

# Characters that reorder what follows: shown as they are, code would not be what it seems to be.
_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


class Glyph(NamedTuple):
    """What is printed for one character of the source, and the terminal columns it takes."""

    text: str
    width: int


def glyphs(line: str, encoding: str) -> list[Glyph]:
    """One glyph for each character of a line, as an output of this encoding can show it."""
    return list(_glyphs(line, encoding))


def _glyphs(line: str, encoding: str) -> Iterator[Glyph]:
    column = 0
    for character in line:
        if character == "\t":
            spaces = TAB_STOP - column % TAB_STOP
            glyph = Glyph(" " * spaces, spaces)
        else:
            glyph = _glyph(character, encoding)
        column += glyph.width
        yield glyph


def _glyph(character: str, encoding: str) -> Glyph:
    if " " <= character <= "~":
        return Glyph(character, 1)
    if not _is_harmless(character):
        character = _picture(character)
    if not _encodable(character, encoding):
        return Glyph("?", 1)
    if unicodedata.east_asian_width(character) in "WF":
        return Glyph(character, 2)
    zero = unicodedata.category(character) in ("Mn", "Me", "Cf")
    return Glyph(character, 0 if zero else 1)


def _is_harmless(character: str) -> bool:
    category = unicodedata.category(character)
    return category not in ("Cc", "Cs", "Zl", "Zp") and character not in _BIDIRECTIONAL


def _picture(character: str) -> str:
    """The symbol for a control character, as far as Unicode has one."""
    if character < " ":
        return chr(0x2400 + ord(character))
    return "\u2421" if character == "\x7f" else "\ufffd"


def _encodable(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def visible(text: str) -> str:
    """A message or file name on one line, with control characters and the like escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if _is_harmless(character) else ascii(character)[1:-1] for character in text
    )

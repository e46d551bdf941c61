"""Where strings stand in a JSON text, and how each of their characters is spelled there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_SEPARATOR = r'(?:"[ \t\r\n]*,[ \t\r\n]*")'
_SPELLING = re.compile(
    rf"""(?: \\u[dD][89abAB][0-9a-fA-F]{{2}}\\u[dD][c-fC-F][0-9a-fA-F]{{2}}
           | \\u[0-9a-fA-F]{{4}} | \\. | [^"\\] )
         {_SEPARATOR}*""".replace("[ \\t\\r\\n]", "[\\ \\t\\r\\n]"),
    re.VERBOSE | re.DOTALL,
)
_LEADING = re.compile(rf"{_SEPARATOR}*")


def members(text: str, index: int) -> Iterator[tuple[str, Any, int]]:
    """Key, value and index of the value of each member of the object at `index`.

    `text` is valid JSON and `index` is at the opening brace.
    """
    index = _skip(text, index + 1)
    while text[index] != "}":
        key, index = _DECODER.raw_decode(text, index)
        start = _skip(text, _skip(text, index) + 1)
        value, index = _DECODER.raw_decode(text, start)
        yield key, value, start
        index = _next(text, index)


def items(text: str, index: int) -> Iterator[tuple[Any, int]]:
    """Value and index of each item of the array at `index`; as for `members`."""
    index = _skip(text, index + 1)
    while text[index] != "]":
        start = index
        value, index = _DECODER.raw_decode(text, start)
        yield value, start
        index = _next(text, index)


def _next(text: str, index: int) -> int:
    index = _skip(text, index)
    return _skip(text, index + 1) if text[index] == "," else index


def _skip(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


def spellings(raw: str) -> tuple[str, list[str]]:
    """How the characters of a string, or of several in an array, are spelled.

    `raw` is what stands between the first quote and the last one. The separators of an array are
    part of the spelling of the character before them, so that the spellings joined are `raw` again;
    the first part of the result holds separators that no character stands before.
    """
    leading = _LEADING.match(raw)
    start = leading.end() if leading else 0
    return raw[:start], _SPELLING.findall(raw, start)


def separator(spelling: str) -> str:
    """The separators in the spelling of a character; nearly always none."""
    quote = spelling.find('"', 2 if spelling.startswith("\\") else 1)
    return spelling[quote:] if quote >= 0 else ""


def spelled(text: str, *, ascii_only: bool) -> list[str]:
    """How the characters of a new text are spelled in a JSON string."""
    return [json.dumps(character, ensure_ascii=ascii_only)[1:-1] for character in text]

"""Which files are worth parsing: a scan of bytes that only ever says no for certain.

What a "no" relies on: a crossing needs its word somewhere in the file (as an attribute, or as the
string of a `getattr`). A word that the program spells in pieces (`"num" + "py"`, `"num\\x70y"`) is the
one thing this gives up on. A file need not mention torch: `loss.backward()` says enough of a loss.

Where nothing is called by such a word, what converts is a library. It has to be imported, and
something has to say that there are tensors: PyTorch's name, or what only tensors with a graph have.
Of several files that are one program, any may say so.
"""

from __future__ import annotations

import re

from detachlint.source.words import (
    ADDRESSES,
    COLLECTIONS,
    CROSSING_WORDS,
    LIBRARIES,
    NAMES,
    PARTS,
)

# `import numpy as np` names no attribute: a keyword on the same line stands right before the word.
_CROSSING = re.compile(r"numpy(?<!import numpy)(?<!from numpy)|__array__")

_IMPORT = re.compile(
    rf"(?:import|from)[ \t\\][^\n]*\b(?:{'|'.join((*LIBRARIES, *NAMES, *COLLECTIONS))})\b",
    re.MULTILINE,
)
_SIGNS_OF_TENSORS = ("torch", "fastai", "backward", "requires_grad")

_FIRST_TWO_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?[^\r\n]*")
_COOKIE = re.compile(rb"coding[:=][ \t]*([-\w.]+)")
_PLAIN_ENCODINGS = {b"utf-8", b"utf8", b"ascii", b"us-ascii"}


def may_hold_crossing(data: bytes) -> bool:
    """Whether a file with these bytes has to be parsed. False is a proof, True is a suspicion.

    Bytes in which ASCII words may be hidden (UTF-16, a NUL, an encoding other than UTF-8) are
    suspect; identifiers of compatibility characters are folded into ASCII ones as Python does it.
    """
    if b"\0" in data or _declares_other_encoding(data):
        return True
    return text_may_hold_crossing(data.decode("utf-8", "replace"))


def text_may_hold_crossing(text: str) -> bool:
    """`may_hold_crossing` for a text that is already decoded."""
    return _mentions(text) or (not text.isascii() and _mentions_when_folded(text))


def may_name_rules(data: bytes) -> bool:
    """Whether a comment in a file with these bytes may be addressed to this tool.

    Codes are taken to be written in one case. False is a proof but for that, True a suspicion.
    """
    return any(word.encode() in data for word in ADDRESSES)


def _mentions(text: str) -> bool:
    return _converts(text) or _hands_over(text)


def _converts(text: str) -> bool:
    # The plain searches are some ten times faster than the pattern and often decide.
    if not any(word in text for word in CROSSING_WORDS):
        return False
    return _CROSSING.search(text) is not None


def _hands_over(text: str) -> bool:
    return mentions_tensors(text) and imports_library(text)


def mentions_tensors(text: str) -> bool:
    """Whether a file says anything of tensors with a graph; False is a proof."""
    return any(sign in text for sign in _SIGNS_OF_TENSORS)


def imports_library(text: str) -> bool:
    """Whether a file imports what makes arrays. It holds a crossing if others hand it tensors."""
    if any(library in text and part in text for library, part in PARTS.items()):
        return True
    return _IMPORT.search(text) is not None


def _mentions_when_folded(text: str) -> bool:
    from unicodedata import normalize

    return _mentions(normalize("NFKC", text))


def _declares_other_encoding(data: bytes) -> bool:
    head = _FIRST_TWO_LINES.match(data)
    cookie = _COOKIE.search(head.group()) if head else None
    return cookie is not None and cookie.group(1).lower() not in _PLAIN_ENCODINGS

"""What texts say and their code, as long as somebody may want it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from detachlint.cache.stamps import MISSING
from detachlint.ir.nodes import Code
from detachlint.lower import lower_module
from detachlint.project.outline import Outline
from detachlint.syntax.parse import Unparsable, parse_module

MOST_LOWERED = 4 << 20
"""Characters of the texts whose code is kept in memory: what one analysis reads, the next one may."""


class LoweredTexts:
    """Texts as code, by the name of their file and their digest, and their outlines: for all programs that
    share a file."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[Code | None, int]] = OrderedDict()
        self._size = 0
        self._outlines: dict[str, Outline | None] = {}

    def outline(self, digest: str, find: Callable[[], Outline | None]) -> Outline | None:
        """What the text with that digest says without being parsed; `find` finds it out."""
        if digest not in self._outlines:
            found = find()
            if digest == MISSING:
                return found
            self._outlines[digest] = found
        return self._outlines[digest]

    def code(self, name: str, digest: str, read: Callable[[], str | None]) -> Code | None:
        """The code of the text with that digest, whose spans name the file; `read` gives the text. None
        if Python cannot read it."""
        key = name, digest
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known[0]
        text = read()
        code = _lowered(text, name) if text is not None else None
        self._keep(key, code, len(text or ""))
        return code

    def _keep(self, key: tuple[str, str], code: Code | None, size: int) -> None:
        self._known[key] = code, size
        self._size += size
        while self._size > MOST_LOWERED and len(self._known) > 1:
            _, (_, gone) = self._known.popitem(last=False)
            self._size -= gone


def _lowered(text: str, name: str) -> Code | None:
    try:
        return lower_module(parse_module(text, name), name, name)
    except (Unparsable, RecursionError):
        return None

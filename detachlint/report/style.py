"""Terminal colours, or none."""

from __future__ import annotations

from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class Style:
    """Wraps text in ANSI escape sequences where colours are wanted."""

    colour: bool

    def bold(self, text: str) -> str:
        """Names of files."""
        return self._wrap("1", text)

    def red(self, text: str) -> str:
        """Codes and carets."""
        return self._wrap("1;31", text)

    def blue(self, text: str) -> str:
        """The gutter of a code frame."""
        return self._wrap("1;34", text)

    def cyan(self, text: str) -> str:
        """Advice, and the mark of what can be fixed."""
        return self._wrap("1;36", text)

    def green(self, text: str) -> str:
        """Added lines, good news."""
        return self._wrap("32", text)

    def plain_red(self, text: str) -> str:
        """Removed lines."""
        return self._wrap("31", text)

    def _wrap(self, sequence: str, text: str) -> str:
        return f"\x1b[{sequence}m{text}\x1b[0m" if self.colour and text else text

"""Tables of facts: tab-separated text, one row a line, the first cell is the name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_DIRECTORY = Path(__file__).parent


class Table:
    """One file of facts, read at the first look-up. Rows stay text until someone parses them.

    Lines that start with `#` are comments; the first says which version was executed.
    """

    def __init__(self, path: str) -> None:
        self.path = _DIRECTORY / path
        self._rows: dict[str, str] | None = None
        self._version = ""

    @property
    def version(self) -> str:
        """What was executed, and its version: `torch 2.13.0` (in the file: `# torch 2.13.0`)."""
        self._index()
        return self._version

    def row(self, name: str) -> str | None:
        """The cells after the name, still joined by tabs."""
        return self._index().get(name)

    def names(self) -> Iterator[str]:
        """The names of all rows, in the order of the file."""
        return iter(self._index())

    def _index(self) -> dict[str, str]:
        # Read whole and split once: this is paid at every start of the linter.
        if self._rows is None:
            text = self.path.read_text(encoding="utf-8")
            self._version = text.partition("\n")[0].removeprefix("# ")
            self._rows = index(text)
        return self._rows


def index(text: str) -> dict[str, str]:
    """The rows of a table's text by name."""
    lines = [line.partition("\t") for line in text.splitlines() if line and line[0] != "#"]
    return {name: rest for name, _, rest in lines}

"""The flake8 plugin: findings of the file that flake8 has parsed already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from detachlint import __version__
from detachlint.source.scan import text_may_hold_crossing
from detachlint.source.text import SourceText

if TYPE_CHECKING:
    import ast

_Report = tuple[int, int, str, type]


class Plugin:
    """What flake8 makes for each file. Reports likely and certain findings, without fixes."""

    name = "detachlint"
    version = __version__

    def __init__(self, tree: ast.Module, filename: str, lines: Sequence[str]) -> None:
        """Take flake8's tree and lines; `filename` is `stdin` or a path, for the messages."""
        self._tree = tree
        self._filename = filename
        self._lines = lines

    def run(self) -> Iterator[_Report]:
        """Line (from 1), column (characters from 0), message and reporter of each finding.

        Never raises: an internal error is reported as DTL900 of the first line.
        """
        text = "".join(self._lines)
        if not text_may_hold_crossing(text):
            return
        try:
            yield from self._findings(text)
        except Exception as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            yield 1, 0, f"DTL900 internal error in detachlint ({words}); please report", Plugin

    def _findings(self, text: str) -> list[_Report]:
        # Imported late: a file without a crossing costs the scan alone.
        from detachlint.api import check_tree

        source = SourceText.from_text(text, self._filename)
        reports: list[_Report] = []
        for finding in check_tree(self._tree, self._filename):
            start, _ = source.location(finding.span)
            message = f"{finding.code} {finding.message}"
            if finding.trace:
                origin = finding.trace[0]
                message += f" (line {origin.span.line}: {origin.message})"
            reports.append((start.row, start.column - 1, message, Plugin))
        return reports

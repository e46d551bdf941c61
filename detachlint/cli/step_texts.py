"""The texts of files that a trace passes through and that hold no finding themselves."""

from __future__ import annotations

from collections.abc import Container, Iterable
from pathlib import Path

from detachlint.rules.finding import Finding
from detachlint.source.discovery import read_file
from detachlint.source.files import decode_file
from detachlint.source.text import SourceText, Undecodable


def texts_of_steps(findings: Iterable[Finding], known: Container[str]) -> dict[str, SourceText]:
    """The text of each file that a step names and that is not `known`, as far as it can be read."""
    names = {step.filename for finding in findings for step in finding.trace}
    texts = {name: _text(name) for name in names if name not in known}
    return {name: text for name, text in texts.items() if text is not None}


def _text(filename: str) -> SourceText | None:
    try:
        return decode_file(read_file(Path(filename)), filename)
    except (OSError, ValueError, Undecodable):
        return None

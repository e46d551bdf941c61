"""Unified diffs of what fixing changes, fit for `git apply` and `patch`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from detachlint.api import FileResult
from detachlint.cli.terminal import wants_colour, write, write_bytes
from detachlint.report.style import Style
from detachlint.source.text import SourceText

_NO_NEWLINE = "\\ No newline at end of file\n"


def show_diff(result: FileResult) -> None:
    """Print how the file would change, in its own encoding unless a person reads it in colour."""
    if result.before is None or result.source is None:
        return
    before = result.before.stored
    lines = diff_lines(before, result.source.stored)
    if wants_colour(sys.stdout):
        write("".join(_painted(line) for line in lines), sys.stdout)
    else:
        write_bytes(b"".join(_encoded(line, before.encoding) for line in lines))


def diff_lines(before: SourceText, after: SourceText) -> Iterator[str]:
    """The lines of the diff with their line breaks, headers first."""
    # Imported late: only `--diff` needs it.
    from difflib import unified_diff

    name = before.filename
    for line in unified_diff(_lines(before), _lines(after), name, name):
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _lines(source: SourceText) -> list[str]:
    """Lines as diff tools see them: they end with `\\n` only, whatever Python thinks."""
    mark = "\ufeff" if source.has_bom else ""
    pieces = (mark + source.text).split("\n")
    last = [pieces[-1]] if pieces[-1] else []
    return [f"{piece}\n" for piece in pieces[:-1]] + last


def _encoded(line: str, encoding: str) -> bytes:
    # Headers hold a file name, which may contain bytes that are no text.
    return os.fsencode(line) if line.startswith(("--- ", "+++ ")) else line.encode(encoding)


def _painted(line: str) -> str:
    style = Style(colour=True)
    content = line.rstrip("\r\n")
    ending = line[len(content) :]
    if line.startswith(("---", "+++")):
        return style.bold(content) + ending
    if line.startswith("-"):
        return style.plain_red(content) + ending
    return (style.green(content) if line.startswith("+") else content) + ending

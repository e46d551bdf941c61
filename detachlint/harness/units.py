"""From the paths a user names to the programs that can be run as they are."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from detachlint.config.configuration import Configuration
from detachlint.source.discovery import WalkRules, describe, discover, read_file
from detachlint.source.text import SourceText, Undecodable, decode

_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})[ {.]*(?P<language>\w*)[^`]*$")
_SUFFIXES = (".py", ".md")
_PYTHON = frozenset({"py", "python", "python3"})
_TESTS = re.compile(r"test_.*\.py|.*_test\.py")
"""What pytest takes for files of tests, unless told otherwise."""


class Kind(Enum):
    """How a unit is run."""

    SCRIPT = "script"
    TESTS = "tests"
    """By pytest."""
    BLOCK = "block"
    """A fenced block of a document: a script that has no file of its own."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A program. The lines of a block are those of its document, the ones before it are empty."""

    source: SourceText
    kind: Kind = Kind.SCRIPT

    @property
    def filename(self) -> str:
        """The file, as the user named it."""
        return self.source.filename

    @property
    def text(self) -> str:
        """The program."""
        return self.source.text

    @property
    def path(self) -> str:
        """The file's absolute path."""
        return str(Path(self.filename).absolute())


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that holds no unit that could be read, and why, in one line."""

    message: str


def read_units(
    paths: Iterable[str | Path], configuration: Configuration
) -> Iterator[Unit | Problem]:
    """The units in files and directories: Python files, and Markdown files' Python blocks.

    Blocks that show a session (`>>> `) are no programs, and left out, as is what the configuration
    excludes. Raises `ConfigurationError`.
    """

    def rules_of(directory: str) -> WalkRules:
        return replace(configuration.walk_rules(directory), suffixes=_SUFFIXES)

    found = discover(paths, rules_of)
    for problem in found.problems:
        yield Problem(f"{problem.path}: {problem.message}")
    for file in found.files:
        try:
            source = decode(read_file(file.path), str(file.path))
        except OSError as error:
            yield Problem(f"{file.path}: {describe(error)}")
        except Undecodable as error:
            yield Problem(f"{file.path}:{error.line}: {error.message}")
        else:
            yield from units_of(source)


def units_of(source: SourceText) -> Iterator[Unit]:
    """The units in one file: itself, or its blocks if it is Markdown."""
    path = Path(source.filename)
    if path.suffix == ".md":
        for line, block in python_blocks(source.text):
            if not block.lstrip().startswith(">>>"):
                padded = "\n" * (line - 1) + block
                yield Unit(SourceText(padded, source.filename), Kind.BLOCK)
    else:
        yield Unit(source, Kind.TESTS if _TESTS.fullmatch(path.name) else Kind.SCRIPT)


def python_blocks(document: str) -> Iterator[tuple[int, str]]:
    r"""The fenced Python blocks of a Markdown document, each with the line it starts at.

    >>> list(python_blocks("Title\n```python\nx = 1\n```\n"))
    [(3, 'x = 1\n')]

    A block that is indented, in a list say, is shifted to the left. One that is never closed goes
    on to the end of the document.
    """
    lines = document.splitlines(keepends=True)
    number = 0
    while number < len(lines):
        opening = _FENCE.match(lines[number].rstrip("\r\n"))
        number += 1
        if opening is None:
            continue
        start = number
        while number < len(lines) and not _closes(lines[number], opening["fence"]):
            number += 1
        if opening["language"].lower() in _PYTHON:
            yield start + 1, textwrap.dedent("".join(lines[start:number]))
        number += 1


def _closes(line: str, fence: str) -> bool:
    content = line.strip()
    return len(content) >= len(fence) and set(content) == {fence[0]}

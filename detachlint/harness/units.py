"""From the paths a user names to the programs that can be run as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from detachlint.api import read_source
from detachlint.config.configuration import Configuration
from detachlint.source.discovery import WalkRules, describe, discover, read_named
from detachlint.source.markdown import Block
from detachlint.source.span import Span
from detachlint.source.text import Place, SourceText, Undecodable

_TESTS = re.compile(r"test_.*\.py|.*_test\.py")
"""What pytest takes for files of tests, unless told otherwise."""


class Kind(Enum):
    """How a unit is run."""

    SCRIPT = "script"
    TESTS = "tests"
    """By pytest."""
    BLOCK = "block"
    """A fenced block of a document: a script that has no file of its own."""
    NOTEBOOK = "notebook"
    """The code cells in order: a script as well, without what only IPython knows."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A program. The lines of a block are those of its document, the ones before it are empty.

    `within` is the document that a block is from, and the block.
    """

    source: SourceText
    kind: Kind = Kind.SCRIPT
    within: tuple[SourceText, Block] | None = None

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

    def place(self, span: Span) -> Place:
        """Where a span of the program is for people who have the file open."""
        if self.within is None:
            return self.source.place(span)
        document, block = self.within
        return document.place(block.outer(span))


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that holds no unit that could be read, and why, in one line."""

    message: str


def read_units(
    paths: Iterable[str | Path], configuration: Configuration
) -> Iterator[Unit | Problem]:
    """The units in files and directories: Python files, notebooks, and Markdown files' Python blocks.

    Blocks that show a session with its prompts are no programs, and left out, as is what the
    configuration excludes. Raises `ConfigurationError`.
    """

    def rules_of(directory: str) -> WalkRules:
        rules = configuration.walk_rules(directory)
        return replace(rules, suffixes=(*rules.suffixes, ".md"))

    found = discover(paths, rules_of)
    for problem in found.problems:
        yield Problem(f"{problem.path}: {problem.message}")
    for file in found.files:
        try:
            options = configuration.options(file.name)
            source = read_source(read_named(file.path), file.name, options)
        except OSError as error:
            yield Problem(f"{file.name}: {describe(error)}")
        except Undecodable as error:
            yield Problem(f"{file.name}:{error.line}: {error.message}")
        else:
            yield from units_of(source)


def units_of(source: SourceText) -> Iterator[Unit]:
    """The units in one file: itself, or its blocks if it is Markdown."""
    if source.blocks is None:
        yield Unit(source, _kind(source))
        return
    for block in source.blocks:
        if not block.source.text.lstrip().startswith(">>>"):
            yield Unit(block.source, Kind.BLOCK, (source, block))


def _kind(source: SourceText) -> Kind:
    if source.stored is not source:
        return Kind.NOTEBOOK
    return Kind.TESTS if _TESTS.fullmatch(Path(source.filename).name) else Kind.SCRIPT

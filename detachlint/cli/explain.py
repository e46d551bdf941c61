"""`detachlint explain`: what the analysis believes at a crossing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detachlint.cli.configuration import with_configuration
from detachlint.cli.terminal import Failure, write
from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError
from detachlint.source.discovery import describe, discover, read_named
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    from detachlint.interpret.facts import Facts


@click.command()
@click.argument("place", metavar="FILE:LINE")
@click.argument("paths", nargs=-1, type=click.Path())
@with_configuration
def explain(place: str, paths: tuple[str, ...], configuration: Configuration) -> None:
    """Print what the analysis believes at FILE:LINE, also where it reports nothing.

    PATHS are the files and directories whose code may lead there (default: the current directory).
    """
    from detachlint.report.beliefs import explain as in_words
    from detachlint.rules.registry import run_rules

    file, line = _place(place)
    source = _program(file, line, configuration)
    try:
        facts = _facts(source, paths or (".",), configuration)
    except ConfigurationError as error:
        raise Failure(str(error)) from error
    write(in_words(facts, run_rules(facts), line), sys.stdout)


def _place(text: str) -> tuple[str, int]:
    """The file and line that `a.py:7` (or `a.py:7:12`, as findings are printed) names."""
    parts = text.split(":")
    numbers = 0
    while numbers < 2 and len(parts) - numbers > 1 and parts[-1 - numbers].isdigit():
        numbers += 1
    if not numbers:
        raise click.UsageError(f"{text!r} is no place: write FILE:LINE")
    return ":".join(parts[: len(parts) - numbers]), int(parts[len(parts) - numbers])


def _program(file: str, line: int, configuration: Configuration) -> SourceText:
    """The program that the line of a file is in. Failure if that is no Python."""
    from detachlint.api import read_source
    from detachlint.syntax.parse import Unparsable, parse_module

    try:
        source = read_source(read_named(Path(file)), file, configuration.options(file))
        if source.stored is not source:
            raise Failure(f"{file}: lines of notebooks have no number; convert it to a script")
        for block in source.blocks or ():
            if block.row <= line < block.row + len(block.indents):
                source = block.source
        if source.blocks is not None:
            raise Failure(f"{file}:{line}: is in no block of Python")
        parse_module(source.text, file)
    except OSError as error:
        raise Failure(f"{file}: {describe(error)}") from error
    except (Undecodable, Unparsable) as error:
        raise Failure(f"{file}:{error.line}: {error.message}") from error
    return source


def _facts(source: SourceText, paths: tuple[str, ...], configuration: Configuration) -> Facts:
    """The facts about a program, with the files under `paths` as the other ones around it."""
    from detachlint.interpret.facts import Facts
    from detachlint.outcome.program import program_under

    file = source.filename
    problems = discover(paths, configuration.walk_rules).problems
    if problems:
        raise Failure(f"{problems[0].path}: {problems[0].message}")
    # A file that is named wins over one that is found: it is in there once, under this name.
    around = program_under([*paths, file], configuration)
    project = around.analysis.with_text(file, source.text)
    return project.facts_apart(file) or Facts(file)

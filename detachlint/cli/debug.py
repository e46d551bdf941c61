"""`detachlint debug`: the stages between a source text and its findings, printed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detachlint.cli.configuration import with_configuration
from detachlint.cli.terminal import Failure, complain, write
from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError
from detachlint.source.discovery import describe, discover, read_named
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    from detachlint.ir.nodes import Code

_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def debug() -> None:
    """Print what a stage of the analysis makes of a file."""


@debug.command()
@_FILE
def ir(file: Path) -> None:
    """Print the intermediate representation that FILE is lowered to."""
    from detachlint.ir.printing import render_code

    with _failing_in_one_line(file):
        texts = [render_code(_lowered(program)) for program in _programs(file)]
    _show(texts)


@debug.command()
@_FILE
def facts(file: Path) -> None:
    """Print what the interpretation of FILE found: the input of the rules."""
    from detachlint.interpret import analyse_module, render_facts

    with _failing_in_one_line(file):
        modules = [_lowered(program) for program in _programs(file)]
        texts = [render_facts(analyse_module(module, str(file))) for module in modules]
    _show(texts)


@debug.command()
@click.argument("paths", nargs=-1, type=click.Path())
@with_configuration
def stats(paths: tuple[str, ...], configuration: Configuration) -> None:
    """Count what the analysis of PATHS (default: the current directory) reads, and where it gives up.

    Their Python files and notebooks are one program, as for `check`; nothing is taken from the cache.
    """
    from detachlint.outcome.program import program_under
    from detachlint.project.files import ProjectFiles
    from detachlint.project.statistics import statistics_of
    from detachlint.report.workings import workings

    given = paths or (".",)
    try:
        program = program_under(given, configuration)
        problems = discover(given, configuration.walk_rules).problems
    except ConfigurationError as error:
        raise Failure(str(error)) from error
    for problem in problems:
        complain(f"{problem.path}: {problem.message}")
    files = ProjectFiles(program.names, notebooks=program.notebooks)
    found = statistics_of(files, program.own, program.followed)
    _show([workings(found, program.label)])
    if problems:
        click.get_current_context().exit(2)


def _show(texts: Iterable[str]) -> None:
    write("".join(text.rstrip("\n") + "\n" for text in texts), sys.stdout)


def _programs(file: Path) -> list[SourceText]:
    """The program in a file, or those in the blocks of a Markdown file."""
    from detachlint.api import read_source

    source = read_source(read_named(file), str(file))
    return [source] if source.blocks is None else [block.source for block in source.blocks]


def _lowered(source: SourceText) -> Code:
    from detachlint.lower import lower_module
    from detachlint.syntax.parse import parse_module

    return lower_module(parse_module(source.text, source.filename), source.filename)


@contextmanager
def _failing_in_one_line(file: Path) -> Iterator[None]:
    from detachlint.syntax.parse import Unparsable

    try:
        yield
    except OSError as error:
        raise Failure(f"{file}: {describe(error)}") from error
    except (Undecodable, Unparsable) as error:
        raise Failure(f"{file}:{error.line}: {error.message}") from error
    except RecursionError as error:
        raise Failure(f"{file}: nested too deeply") from error

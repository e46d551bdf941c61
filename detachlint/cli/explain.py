"""`detachlint explain`: what the analysis believes at a crossing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from detachlint.cli.configuration import with_configuration
from detachlint.cli.terminal import Failure, write
from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError
from detachlint.source.discovery import describe, discover, read_named
from detachlint.source.span import Span
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    from detachlint.interpret.facts import Facts
    from detachlint.outcome.program import RunProgram
    from detachlint.project.analysis import ProjectAnalysis
    from detachlint.syntax.question import Question

_PLACE = re.compile(r"(?P<file>.+?)(?::cell (?P<cell>\d+))?:(?P<line>\d+)(?::\d+)?", re.DOTALL)


class Place(NamedTuple):
    """A line as users name it, in the cell of that number if there is one."""

    file: str
    cell: int | None
    line: int


@click.command()
@click.argument("place", metavar="FILE:LINE")
@click.argument("paths", nargs=-1, type=click.Path())
@with_configuration
def explain(place: str, paths: tuple[str, ...], configuration: Configuration) -> None:
    """Print what the analysis believes at FILE:LINE, also where it reports nothing.

    In a notebook, the place is FILE:cell NUMBER:LINE, as in findings. PATHS are the files and
    directories whose code may lead there (default: the current directory).
    """
    asked = _place(place)
    source, line = _program(asked, configuration)
    try:
        text = "".join(_answer(source, line, paths or (".",), configuration))
    except ConfigurationError as error:
        raise Failure(str(error)) from error
    write(text, sys.stdout)


def _place(text: str) -> Place:
    """The line that `a.py:7` (or `a.py:7:12` or `a.ipynb:cell 3:7`, as findings are printed) names."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise click.UsageError(f"{text!r} is no place: write FILE:LINE")
    cell = None if match["cell"] is None else int(match["cell"])
    return Place(match["file"], cell, int(match["line"]))


def _program(place: Place, configuration: Configuration) -> tuple[SourceText, int]:
    """The program that a place is in, and the line in that. Failure if that is no Python."""
    from detachlint.api import read_source
    from detachlint.syntax.parse import Unparsable, parse_module

    file = place.file
    try:
        source = read_source(read_named(Path(file)), file, configuration.options(file))
        source, line = _part(source, place)
        parse_module(source.text, file)
    except OSError as error:
        raise Failure(f"{file}: {describe(error)}") from error
    except (Undecodable, Unparsable) as error:
        raise Failure(f"{file}:{error.line}: {error.message}") from error
    return source, line


def _part(source: SourceText, place: Place) -> tuple[SourceText, int]:
    """Of what is in a file, the program that the place is in, and the line in that."""
    file, cell, line = place
    if source.stored is not source:
        found = None if cell is None else source.line_in_cell(cell, line)
        if cell is None:
            raise Failure(f"{file}: name the cell as well, as in `{file}:cell 1:{line}`")
        if found is None:
            raise Failure(f"{file}: there is no line {line} of Python in cell {cell}")
        return source, found
    if cell is not None:
        raise Failure(f"{file}: is no notebook, there are no cells in it")
    if not 1 <= line <= source.line_count:
        raise Failure(f"{file}: there is no line {line}, the last one is {source.line_count}")
    if source.blocks is None:
        return source, line
    for block in reversed(source.blocks):  # those between cells stand in what the cells are in
        if block.row <= line < block.row + len(block.indents):
            return block.source, line
    raise Failure(f"{file}:{line}: is in no block of Python")


def _answer(
    source: SourceText, line: int, paths: tuple[str, ...], configuration: Configuration
) -> Iterator[str]:
    from detachlint.config.silence import verdicts
    from detachlint.report.beliefs import explain as in_words
    from detachlint.report.beliefs import given_up
    from detachlint.rules.registry import run_rules

    program = _program_around(source, paths, configuration)
    analysis = program.analysis

    def place_of(span: Span) -> str:
        if span.file in ("", source.filename):
            return f"{source.filename}:{source.line_label(span.line)}"
        return program.label(span.file, span.line)

    facts = _facts(analysis, source, source.text)
    found = [each.with_places_named(program.notebooks, program.label) for each in run_rules(facts)]
    told = verdicts(found, source, configuration.options(source.filename))
    answers = (in_words(facts, told, rows, place_of) for rows in _rows(source, line))
    answer = next(filter(None, answers), "")
    if answer:
        yield answer
    else:
        yield f"{place_of(Span(line, 0, line, 0))}: no crossing was seen here\n"
        yield from _why_none(analysis, source, line)
        yield _others(source, facts)
    yield given_up(facts, place_of)


def _rows(source: SourceText, line: int) -> Iterator[range]:
    """Where to look: at the line itself, then at all lines of the statement on it."""
    from detachlint.syntax.parse import parse_module
    from detachlint.syntax.question import rows_of, statement_at

    yield range(line, line + 1)
    statement = statement_at(parse_module(source.text, source.filename), line)
    if statement is not None and line in rows_of(statement):
        yield rows_of(statement)


def _why_none(analysis: ProjectAnalysis, source: SourceText, line: int) -> Iterator[str]:
    from detachlint.report.absence import absence
    from detachlint.syntax.parse import parse_module

    def is_reached(question: Question) -> bool:
        facts = _facts(analysis, source, question.text)
        return any(span.line == question.line for span, _ in facts.reveals)

    tree = parse_module(source.text, source.filename)
    reasons = absence(tree, line, source.line(line), is_reached)
    yield from (f"  {reason}\n" for reason in reasons)


def _others(source: SourceText, facts: Facts) -> str:
    """Where the crossings of a file are."""
    lines = sorted({span.line for span in facts.crossings})
    if not lines:
        return "no crossing was seen in this file\n"
    if len(lines) == 1:
        return f"the only crossing of this file is on {source.line_name(lines[0])}\n"
    names = [source.line_name(line) for line in lines]
    if all(name == f"line {line}" for name, line in zip(names, lines, strict=True)):
        names = [f"lines {lines[0]}", *map(str, lines[1:])]
    return f"crossings of this file are on {', '.join(names[:-1])} and {names[-1]}\n"


def _program_around(
    source: SourceText, paths: tuple[str, ...], configuration: Configuration
) -> RunProgram:
    """The program that a file and those under `paths`, the other ones around it, are."""
    from detachlint.outcome.program import program_under

    problems = discover(paths, configuration.walk_rules).problems
    if problems:
        raise Failure(f"{problems[0].path}: {problems[0].message}")
    # A file that is named wins over one that is found: it is in there once, under this name.
    return program_under([*paths, source.filename], configuration)


def _facts(analysis: ProjectAnalysis, source: SourceText, text: str) -> Facts:
    """The facts about a program, if its text is this one."""
    from detachlint.interpret.facts import Facts

    file = source.filename
    return analysis.with_text(file, text).facts_apart(file) or Facts(file)

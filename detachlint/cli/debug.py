"""`detachlint debug`: the stages between a source text and its findings, printed."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import click

from detachlint.cli.terminal import Failure, write
from detachlint.source.discovery import describe, read_file
from detachlint.source.text import Undecodable, decode

_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def debug() -> None:
    """Print what a stage of the analysis makes of a file."""


@debug.command()
@_FILE
def ir(file: Path) -> None:
    """Print the intermediate representation that FILE is lowered to."""
    from detachlint.ir.printing import render_code
    from detachlint.lower import lower_module

    _show(render_code(lower_module(_parsed(file), str(file))))


@debug.command()
@_FILE
def facts(file: Path) -> None:
    """Print what the interpretation of FILE found: the input of the rules."""
    from detachlint.interpret import analyse_module, render_facts
    from detachlint.lower import lower_module

    _show(render_facts(analyse_module(lower_module(_parsed(file), str(file)), str(file))))


def _show(text: str) -> None:
    write(text.rstrip("\n") + "\n", sys.stdout)


def _parsed(file: Path) -> ast.Module:
    from detachlint.syntax.parse import Unparsable, parse_module

    try:
        return parse_module(decode(read_file(file), str(file)).text, str(file))
    except OSError as error:
        raise Failure(f"{file}: {describe(error)}") from error
    except (Undecodable, Unparsable) as error:
        raise Failure(f"{file}:{error.line}: {error.message}") from error

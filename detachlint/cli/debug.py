"""`detachlint debug`: the stages between a source text and its findings, printed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detachlint.cli.terminal import Failure, write
from detachlint.source.discovery import describe, read_file
from detachlint.source.text import Undecodable, decode

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
        text = render_code(_lowered(file))
    _show(text)


@debug.command()
@_FILE
def facts(file: Path) -> None:
    """Print what the interpretation of FILE found: the input of the rules."""
    from detachlint.interpret import analyse_module, render_facts

    with _failing_in_one_line(file):
        text = render_facts(analyse_module(_lowered(file), str(file)))
    _show(text)


def _show(text: str) -> None:
    write(text.rstrip("\n") + "\n", sys.stdout)


def _lowered(file: Path) -> Code:
    from detachlint.lower import lower_module
    from detachlint.syntax.parse import parse_module

    source = decode(read_file(file), str(file))
    return lower_module(parse_module(source.text, str(file)), str(file))


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

"""`detachlint explain`: what the analysis believes at a crossing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detachlint.cli.terminal import Failure, write
from detachlint.source.discovery import describe, discover, read_file
from detachlint.source.text import Undecodable, decode

if TYPE_CHECKING:
    from detachlint.interpret.facts import Facts


@click.command()
@click.argument("place", metavar="FILE:LINE")
@click.argument("paths", nargs=-1, type=click.Path())
def explain(place: str, paths: tuple[str, ...]) -> None:
    """Print what the analysis believes at FILE:LINE, also where it reports nothing.

    PATHS are the files and directories whose code may lead there (default: the current directory).
    """
    from detachlint.report.beliefs import explain as in_words
    from detachlint.rules.registry import run_rules

    file, line = _place(place)
    facts = _facts(file, paths or (".",))
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


def _facts(file: str, paths: tuple[str, ...]) -> Facts:
    """The facts about a file, with the files under `paths` as the program around it."""
    from detachlint.interpret.facts import Facts
    from detachlint.project import ProjectAnalysis
    from detachlint.syntax.parse import Unparsable, parse_module

    try:
        parse_module(decode(read_file(Path(file)), file).text, file)
    except OSError as error:
        raise Failure(f"{file}: {describe(error)}") from error
    except (Undecodable, Unparsable) as error:
        raise Failure(f"{file}:{error.line}: {error.message}") from error
    around = [str(found.path) for found in discover(paths).files]
    here = os.path.abspath(file)  # noqa: PTH100 (a link is not followed)
    others = [name for name in around if os.path.abspath(name) != here]  # noqa: PTH100
    return ProjectAnalysis([*others, file]).facts(file) or Facts(file)

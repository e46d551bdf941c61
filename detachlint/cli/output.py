"""What is shown of a run, and where: formats, statistics, files, and how much is said beside."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import click

from detachlint.cli.terminal import Failure, encoding_of, wants_colour, write
from detachlint.report import Report, format_names, render, render_statistics
from detachlint.source.discovery import describe
from detachlint.source.value_class import value_class

OUTPUT_OPTIONS = (
    click.option(
        "--output-format",
        type=click.Choice(format_names()),
        default="full",
        show_default=True,
        help="How findings are printed.",
    ),
    click.option(
        "-o",
        "--output-file",
        metavar="FILE",
        type=click.Path(),
        help="Write the report to FILE instead of standard output.",
    ),
    click.option("--statistics", is_flag=True, help="Show counts by rule instead of findings."),
    click.option("-q", "--quiet", is_flag=True, help="Show findings and errors, nothing else."),
    click.option("-v", "--verbose", is_flag=True, help="Say on stderr what came of each file."),
)
"""The options of the command line that make an `Output`."""


@value_class(frozen=True, slots=True)
class Output:
    """What the command line says about output."""

    output_format: str = "full"
    output_file: str | None = None
    statistics: bool = False
    quiet: bool = False
    verbose: bool = False

    def check(self) -> None:
        """Raise what is wrong with it, before any work is done."""
        if self.quiet and self.verbose:
            raise click.UsageError("--quiet and --verbose exclude each other")
        if self.statistics:
            try:
                render_statistics(self.output_format, Report(()))
            except ValueError as error:
                raise click.UsageError(str(error)) from error
        if self.output_file == "":  # which `Path` takes for the current directory
            raise Failure("cannot write '': No such file or directory")
        if self.output_file is not None:
            _refuse(Path(self.output_file))

    def show(self, report: Report, *, to_stderr: bool = False) -> None:
        """Print the report, all of it or nothing where it goes to a file.

        `to_stderr` takes the place of standard output where that is needed for something else.
        """
        stream = sys.stderr if to_stderr else sys.stdout
        if self.output_file is None:
            colour, encoding = wants_colour(stream), encoding_of(stream)
            write(self._text(replace(report, colour=colour, encoding=encoding)), stream)
            return
        # Imported late: most reports go to standard output.
        from detachlint.fix import write_file

        try:
            # Names of files may hold bytes that are no text.
            write_file(self.output_file, self._text(report).encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise _failure(Path(self.output_file), describe(error)) from error

    def _text(self, report: Report) -> str:
        draw = render_statistics if self.statistics else render
        return draw(self.output_format, replace(report, quiet=self.quiet))


def _refuse(path: Path) -> None:
    """Raise `Failure` for a file that can surely not be written."""
    try:
        if path.is_dir():
            raise _failure(path, "Is a directory")
        target = path if path.exists() else path.parent
        if not stat.S_ISDIR(path.parent.stat().st_mode):
            raise _failure(path, "Not a directory")
        if not os.access(target, os.W_OK):
            raise _failure(path, "Permission denied")
    except (OSError, ValueError) as error:
        reason = describe(error) if isinstance(error, OSError) else str(error)
        raise _failure(path, reason) from error


def _failure(path: Path, reason: str) -> Failure:
    return Failure(f"cannot write {path}: {reason}")

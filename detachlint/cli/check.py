"""`detachlint check` and `detachlint fix`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from detachlint.cli.configuration import CONFIGURATION_OPTIONS, take_configuration
from detachlint.cli.run import Request, run
from detachlint.cli.terminal import Failure
from detachlint.config.errors import ConfigurationError
from detachlint.report import format_names

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option("--diff", is_flag=True, help="Show what fixing would change; write nothing."),
    click.option(
        "--output-format",
        type=click.Choice(format_names()),
        default="full",
        show_default=True,
        help="How findings are printed.",
    ),
    click.option(
        "--stdin-filename",
        metavar="NAME",
        default="-",
        help="What standard input (`-`) is called in findings.",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings."),
    *CONFIGURATION_OPTIONS,
    click.option("--show-files", is_flag=True, help="List the files that would be checked."),
    click.option("--show-settings", is_flag=True, help="Print the settings of the paths."),
)


def _with_options(function: _Function) -> _Function:
    for decorate in reversed(_OPTIONS):
        function = decorate(function)
    return function


@click.command()
@click.option("--fix", is_flag=True, help="Repair what can be repaired.")
@click.option("--add-noqa", is_flag=True, help="Silence all findings with `# noqa` comments.")
@click.option(
    "--write-baseline", metavar="FILE", help="Write all findings to a file for --baseline."
)
@_with_options
def check(**given: Any) -> None:
    """Report findings in files and directories (default: the current one; `-` is stdin)."""
    click.get_current_context().exit(_run(**given))


@click.command()
@_with_options
def fix(**given: Any) -> None:
    """Repair files and directories; the same as `check --fix`."""
    click.get_current_context().exit(_run(fix=True, **given))


def _run(
    *,
    show_files: bool,
    show_settings: bool,
    add_noqa: bool = False,
    write_baseline: str | None = None,
    **given: Any,
) -> int:
    try:
        without_baseline = write_baseline is not None
        configuration = take_configuration(given, without_baseline=without_baseline)
        request = Request(configuration=configuration, **given)
        if show_settings or show_files:
            from detachlint.cli import show

            return show.settings(request) if show_settings else show.files(request)
        if add_noqa:
            from detachlint.cli import noqa

            return noqa.add_noqa(request)
        if write_baseline is not None:
            from detachlint.cli import baseline

            return baseline.write_baseline(request, write_baseline)
        return run(request)
    except ConfigurationError as error:
        raise Failure(str(error)) from error

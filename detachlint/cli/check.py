"""`detachlint check` and `detachlint fix`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import click

from detachlint.cli.caching import CACHE_OPTIONS, take_store
from detachlint.cli.configuration import CONFIGURATION_OPTIONS, take_configuration
from detachlint.cli.jobs import JOBS_OPTION
from detachlint.cli.linting import Request, run
from detachlint.cli.output import OUTPUT_OPTIONS, Output
from detachlint.cli.terminal import Failure
from detachlint.config.errors import ConfigurationError
from detachlint.project.lost import WorkerLost

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option("--diff", is_flag=True, help="Show what fixing would change; write nothing."),
    *OUTPUT_OPTIONS,
    click.option(
        "--stdin-filename",
        metavar="NAME",
        default="-",
        help="What standard input (`-`) is called in findings.",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings."),
    *CONFIGURATION_OPTIONS,
    *CACHE_OPTIONS,
    JOBS_OPTION,
    click.option("--show-files", is_flag=True, help="List the files that would be checked."),
    click.option("--show-settings", is_flag=True, help="Print the settings of the paths."),
)


def _with_options(function: _Function) -> _Function:
    for decorate in reversed(_OPTIONS):
        function = decorate(function)
    return function


@click.command()
@click.option("--fix", is_flag=True, help="Repair what can be repaired.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
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
    watch: bool = False,
    **given: Any,
) -> int:
    def request() -> Request:
        return _request(given, without_baseline=write_baseline is not None)

    writes = {"--add-noqa": add_noqa, "--write-baseline": write_baseline is not None}
    shows = {"--show-files": show_files, "--show-settings": show_settings, "--watch": watch}
    _refuse_several(writes | {"--fix": given["fix"]})
    _refuse_several(writes | shows)
    _refuse_several({"--write-baseline": writes["--write-baseline"], "--diff": given["diff"]})
    try:
        if show_settings or show_files:
            from detachlint.cli import show

            return show.settings(request()) if show_settings else show.files(request())
        if add_noqa:
            from detachlint.cli import noqa

            return noqa.add_noqa(request())
        if write_baseline is not None:
            from detachlint.cli import baseline

            return baseline.write_baseline(request(), write_baseline)
        if watch:
            from detachlint.cli.watch import watch as watch_files

            return watch_files(request)
        return run(request())
    except ConfigurationError as error:
        raise Failure(str(error)) from error
    except WorkerLost as error:
        raise Failure(
            "a process that helped was killed; with `--jobs 1`, one does it all and needs less memory"
        ) from error


def _refuse_several(modes: Mapping[str, bool]) -> None:
    """What asks for another kind of run each cannot be asked for at once."""
    asked = [name for name, is_asked in modes.items() if is_asked]
    if len(asked) > 1:
        raise click.UsageError(f"{asked[0]} and {asked[1]} exclude each other")


def _request(given: Mapping[str, Any], *, without_baseline: bool) -> Request:
    left = dict(given)
    output = Output(**{each.name: left.pop(each.name) for each in fields(Output)})
    configuration = take_configuration(left, without_baseline=without_baseline)
    store = take_store(left)
    return Request(configuration=configuration, output=output, store=store, **left)

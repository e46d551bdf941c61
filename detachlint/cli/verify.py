"""`detachlint verify`: findings and fixes, tried out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from detachlint.cli.configuration import CONFIGURATION_OPTIONS, take_configuration
from detachlint.cli.terminal import Failure, complain, wants_colour, write
from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError

if TYPE_CHECKING:
    from detachlint.harness.runner import Runner
    from detachlint.harness.verify import UnitResult

_PYTHON_ALONE = (
    "this system lets nothing but Python be kept off the network: "
    "other commands that a program started had it"
)

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _with_configuration(function: _Function) -> _Function:
    for decorate in reversed(CONFIGURATION_OPTIONS):
        function = decorate(function)
    return function


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds that each run of a program may take.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    default=2048,
    show_default=True,
    help="MiB that each process, and all together, may use beyond PyTorch itself.",
)
@click.option(
    "--in-place",
    is_flag=True,
    help="Run with your environment, network and working directory, not in a sandbox.",
)
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.File("w", lazy=False, encoding="utf-8"),
    help="Write the results to FILE, too.",
)
@_with_configuration
def verify(
    paths: tuple[str, ...],
    timeout: float,
    memory: int,
    in_place: bool,
    json_file: TextIO | None,
    **given: Any,
) -> None:
    """EXECUTE programs to see whether findings and fixes are right.

    PATHS are scripts, files of tests, notebooks and Markdown documents with fenced Python blocks, or
    folders of them. Each program with a finding is run in a sandbox: without your environment, input and
    network, in a throw-away directory, within limits. It is run again with the fixes in it, and has
    to behave the same but for the exception. Exits with 1 if anything is refuted.
    """
    # Imported late, as in every command: nothing of the harness is loaded unless asked for.
    from detachlint.harness.limits import Limits
    from detachlint.harness.runner import HarnessError, Runner

    limits = Limits(seconds=timeout, memory=memory << 20)
    try:
        configuration = take_configuration(given)
        with Runner(limits, in_place=in_place) as runner:
            results, failed = _verify(paths, configuration, runner)
    except (ConfigurationError, HarnessError) as error:
        raise Failure(str(error)) from error
    code = _finish(results, json_file)
    click.get_current_context().exit(2 if failed else code)


def _verify(
    paths: Iterable[str], configuration: Configuration, runner: Runner
) -> tuple[list[UnitResult], bool]:
    """The results, which are printed as they come, and whether something could not be read."""
    from detachlint.cli.verify_report import result_text
    from detachlint.harness.network import Left
    from detachlint.harness.units import Problem, read_units
    from detachlint.harness.verify import verify as verify_units

    found = list(read_units(paths, configuration))
    problems = [each for each in found if isinstance(each, Problem)]
    for problem in problems:
        complain(problem.message)
    units = [each for each in found if not isinstance(each, Problem)]
    results: list[UnitResult] = []
    for result in verify_units(units, runner, lambda unit: configuration.options(unit.filename)):
        write(result_text(result, colour=wants_colour(sys.stdout)), sys.stdout)
        results.append(result)
    if runner.network is Left.OTHER_PROCESSES:
        complain(_PYTHON_ALONE)
    return results, bool(problems)


def _finish(results: Sequence[UnitResult], json_file: TextIO | None) -> int:
    from detachlint.cli.verify_report import json_report, summary

    write(summary(results), sys.stdout)
    if json_file is not None:
        write(json_report(results), json_file)
    return int(any(each.refuted for result in results for each in result.verified))

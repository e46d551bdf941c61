"""`detachlint run`: a program of the user's, observed while it runs."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from detachlint.cli.terminal import Failure, complain, wants_colour, write

_FORMS = "SCRIPT [ARGS]... | -m MODULE [ARGS]... | -- COMMAND [ARGS]..."
_OTHER_METHODS = {
    **{name: name for name in ("item", "tolist")},
    **{name: f"__{name}__" for name in ("bool", "complex", "float", "index", "int")},
}
"""What `--observe` takes: the methods of `torch.Tensor` by what their users call them."""


class _ObservedCommand(click.Command):
    """Takes options up to the program; what follows is the program's."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Split the arguments where the program begins."""
        valued = {
            name
            for option in self.params
            if isinstance(option, click.Option) and not option.is_flag
            for name in option.opts
        }
        end = 0
        while end < len(arguments) and _is_option(arguments[end]):
            end += 2 if arguments[end] in valued else 1
        context.meta[__name__] = tuple(arguments[end:])
        return super().parse_args(context, arguments[:end])

    def collect_usage_pieces(self, context: click.Context) -> list[str]:
        """The usage line's words."""
        return [*super().collect_usage_pieces(context), _FORMS]


def _is_option(argument: str) -> bool:
    return argument.startswith("-") and argument not in ("-", "-m", "--")


@click.command(cls=_ObservedCommand)
@click.option(
    "--keep-going",
    is_flag=True,
    help="Detach what PyTorch refuses, and carry on, to see all bad lines in one run.",
)
@click.option(
    "--observe",
    "other_methods",
    multiple=True,
    type=click.Choice(sorted(_OTHER_METHODS)),
    help="Observe this way out of a tensor, too; may be given several times.",
)
@click.option(
    "--package",
    "packages",
    metavar="NAME",
    multiple=True,
    help="Count this installed package as the program's own; may be given several times.",
)
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.File("w", lazy=False, encoding="utf-8"),
    help="Write all that was observed to FILE, too.",
)
@click.pass_context
def run(
    context: click.Context,
    /,
    keep_going: bool,
    other_methods: Sequence[str],
    packages: Sequence[str],
    json_file: TextIO | None,
) -> None:
    """EXECUTE a program, as it is and where it is, and see each tensor that becomes an array.

    Names the lines where PyTorch raised, and says which findings of `detachlint check` that
    confirms. The exit code is the program's own; with --keep-going it is 1 instead of 0 if a tensor
    had to be detached.
    """
    command = _command(context.meta[__name__])
    methods = [_OTHER_METHODS[name] for name in other_methods]
    context.exit(_run(command, keep_going, methods, packages, json_file))


def _command(program: Sequence[str]) -> list[str]:
    """What to execute. Failure where that cannot be PyTorch's program."""
    if not program or (program[0] in ("-m", "--") and len(program) == 1):
        raise click.UsageError(f"name a program: {_FORMS}")
    if program[0] == "--":
        return [_executable(program[1]), *program[2:]]
    if not _has_torch():
        raise Failure(
            f"PyTorch is not installed beside detachlint ({sys.executable}); "
            "`detachlint run -- python …` runs another Python"
        )
    if program[0] not in ("-m", "-") and not Path(program[0]).exists():
        raise Failure(f"there is no script {program[0]}; other commands follow `--`")
    return [sys.executable, *program]


def _executable(name: str) -> str:
    """The path of a command: of this Python environment if it is in no directory of PATH."""
    # Imported late: it brings along all ways of compression, and every command imports this file.
    import shutil

    beside = str(Path(sys.executable).parent)
    path = shutil.which(name) or shutil.which(name, path=beside)
    if path is None:
        raise Failure(f"there is no command {name}")
    return path


def _has_torch() -> bool:
    try:
        return importlib.util.find_spec("torch") is not None
    except ValueError:  # something stands in its place
        return False


def _run(
    command: Sequence[str],
    keep_going: bool,
    methods: Sequence[str],
    packages: Sequence[str],
    json_file: TextIO | None,
) -> int:
    # Imported late, as in every command: nothing of the harness is loaded unless asked for.
    from detachlint.cli.run_report import RunReport
    from detachlint.harness.command import run_in_place
    from detachlint.harness.runner import HarnessError

    try:
        outcome = run_in_place(command, keep_going=keep_going, methods=methods, packages=packages)
    except HarnessError as error:
        raise Failure(str(error)) from error
    report = RunReport.of(outcome, kept_going=keep_going)
    # For people first: a disk that has become full is no reason to lose what hours have shown.
    write(report.text(colour=wants_colour(sys.stderr)), sys.stderr)
    for problem in report.static.problems:
        complain(problem)
    if json_file is not None:
        write(report.json(), json_file)
    return outcome.exit_code or int(keep_going and report.raised)

"""The `detachlint` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from detachlint import __version__
from detachlint.cli.caching import clean
from detachlint.cli.check import check, fix
from detachlint.cli.debug import debug
from detachlint.cli.explain import explain
from detachlint.cli.rule import rule
from detachlint.cli.run import run
from detachlint.cli.terminal import complain, discard, prepare_streams
from detachlint.cli.verify import verify
from detachlint.source.discovery import describe

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it: 128 + SIGINT."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="detachlint", message="%(prog)s %(version)s")
def command() -> None:
    """Find, explain and fix PyTorch tensors that cross into NumPy while they require grad."""


for _subcommand in (check, fix, explain, run, verify, rule, clean, debug):
    command.add_command(_subcommand)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 clean, 1 findings, 2 the tool could not do its work."""
    prepare_streams()
    try:
        code = command.main(arguments, prog_name="detachlint", standalone_mode=False)
    except click.ClickException as error:
        _tell(error)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except OSError as error:
        # Click deals with readers that went away; what remains is a disk that is full and the like.
        complain(f"cannot write: {describe(error)}" if _is_anywhere() else "this folder is gone")
        discard(sys.stdout)
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def _is_anywhere() -> bool:
    """Whether the current folder is still there."""
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _tell(error: click.ClickException) -> None:
    """Say in one line what is wrong; of the command line, with where to read what would be right."""
    if type(error).__name__ == "NoArgsIsHelpError":  # of newer versions of click: no mistake at all
        error.show()
        return
    message = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        message = message if message.endswith("...") else message.removesuffix(".")
        message += f" (see `{context.command_path} --help`)"
    complain(message)

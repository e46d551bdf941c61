"""`detachlint check` and `detachlint fix`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from detachlint.api import Options
from detachlint.cli.run import Request, run
from detachlint.report import format_names
from detachlint.rules.finding import Confidence

if TYPE_CHECKING:
    from detachlint.fix import FixStyle

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
        "--min-confidence",
        type=click.Choice([confidence.value for confidence in Confidence]),
        default=Confidence.LIKELY.value,
        show_default=True,
        help="The least sure findings to report.",
    ),
    click.option(
        "--fix-style",
        type=click.Choice(["detach", "force"]),
        default="detach",
        show_default=True,
        help="Insert .detach(), or pass force=True (torch 1.13 or later).",
    ),
    click.option("--unsafe-fixes", is_flag=True, help="Also apply fixes that need a look."),
    click.option(
        "--stdin-filename",
        metavar="NAME",
        default="-",
        help="What standard input (`-`) is called in findings.",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings."),
)


def _with_options(function: _Function) -> _Function:
    for decorate in reversed(_OPTIONS):
        function = decorate(function)
    return function


@click.command()
@click.option("--fix", is_flag=True, help="Repair what can be repaired.")
@_with_options
def check(**settings: Any) -> None:
    """Report findings in files and directories (default: the current one; `-` is stdin)."""
    click.get_current_context().exit(run(_request(**settings)))


@click.command()
@_with_options
def fix(**settings: Any) -> None:
    """Repair files and directories; the same as `check --fix`."""
    click.get_current_context().exit(run(_request(fix=True, **settings)))


def _request(
    *, min_confidence: str, fix_style: FixStyle, unsafe_fixes: bool, **others: Any
) -> Request:
    return Request(options=Options(Confidence(min_confidence), fix_style, unsafe_fixes), **others)

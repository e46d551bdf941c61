"""`detachlint rule`: the pages of the rules."""

from __future__ import annotations

import sys

import click

from detachlint.cli.completion import one_code
from detachlint.cli.terminal import Failure, write


@click.command()
@click.argument("code", required=False, shell_complete=one_code)
@click.option("--all", "list_all", is_flag=True, help="List all rules.")
def rule(code: str | None, list_all: bool) -> None:
    """Print the page of a rule, named by its code (or its name)."""
    # Imported late, as in every command: the others start without it.
    from detachlint.rules.registry import all_rules

    if list_all == (code is not None):
        raise click.UsageError("give either the code of a rule or --all")
    if list_all:
        lines = [f"{each.code}  {each.name:32}  {each.summary}" for each in all_rules()]
        write("".join(f"{line}\n" for line in lines), sys.stdout)
        return
    for each in all_rules():
        if code is not None and code.lower() in (each.code.lower(), each.name.lower()):
            write(each.page.rstrip("\n") + "\n", sys.stdout)
            return
    raise Failure(f"there is no rule {code}; `detachlint rule --all` lists all")

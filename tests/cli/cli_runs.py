"""The command, run in the process of the tests."""

from __future__ import annotations

from click.testing import CliRunner, Result

from detachlint.cli.main import command


def run(*arguments: str, given: str | bytes = "") -> Result:
    """What `detachlint` answers to these arguments, and to what is `given` on its standard input."""
    return CliRunner().invoke(command, arguments, input=given)

"""`--add-noqa`: silence all that is found, to look at another day."""

from __future__ import annotations

import sys

from detachlint.api import silence_paths
from detachlint.cli.diff import show_diff
from detachlint.cli.linting import Request
from detachlint.cli.terminal import Failure, complain, write
from detachlint.report.summary import counted


def add_noqa(request: Request) -> int:
    """Write the comments, or show them with `--diff`. Returns the exit code."""
    if "-" in request.paths:
        raise Failure("--add-noqa works on files, not on standard input")
    silenced, failed = 0, False
    results = silence_paths(request.paths or (".",), request.configuration, write=not request.diff)
    for result in results:
        silenced += len(result.applied)
        if result.error is not None:
            complain(result.error)
            failed = True
        if request.diff:
            show_diff(result)
    if request.diff:
        complain(f"would silence {counted(silenced)}")
    else:
        write(f"Silenced {counted(silenced)}.\n", sys.stdout)
    return 2 if failed else 0

"""`--write-baseline`, and what is said about entries of a baseline that are no longer true."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from detachlint.api import check_paths
from detachlint.cli.linting import Request
from detachlint.cli.terminal import Failure, complain, write
from detachlint.config.baseline import Likeness, likeness, render
from detachlint.config.configuration import Configuration
from detachlint.report.summary import counted
from detachlint.source.discovery import describe

MOST_NAMED = 3
"""Stale entries that are named one by one."""


def write_baseline(request: Request, name: str) -> int:
    """Check, and write all findings into the baseline of that name. Returns the exit code."""
    from detachlint.fix import write_file

    if "-" in request.paths:
        raise Failure("--write-baseline works on files, not on standard input")
    found: list[tuple[str, Likeness]] = []
    failed = False
    for result in check_paths(
        request.paths or (".",), request.configuration, store=request.store, jobs=request.jobs
    ):
        if result.error is not None:
            complain(result.error)
            failed = True
        if result.source is not None:
            path = request.configuration.real_path(result.filename)
            found += [(path, likeness(finding, result.source)) for finding in result.findings]
    path = os.path.realpath(name)
    try:
        write_file(path, render(found, os.path.dirname(path)).encode())  # noqa: PTH120
    except OSError as error:
        raise Failure(f"{name}: {describe(error)}") from error
    write(f"Wrote {counted(len(found))} to {name}.\n", sys.stdout)
    return 2 if failed else 0


def complain_of_stale(configuration: Configuration, met: Mapping[str, list[Likeness]]) -> None:
    """One line for each baseline with entries that nothing was found for."""
    by_path = {configuration.real_path(name): likes for name, likes in met.items()}
    for baseline in configuration.baselines():
        stale = [
            (name, like)
            for name, like in baseline.stale(by_path)
            if configuration.options(os.path.join(baseline.root, name)).reports(like.code)  # noqa: PTH118
        ]
        if not stale:
            continue
        named = [f"{like.code} in {name}" for name, like in stale[:MOST_NAMED]]
        more = ["…"] if len(stale) > MOST_NAMED else []
        number = "1 finding is" if len(stale) == 1 else f"{len(stale)} findings are"
        complain(
            f"{baseline.label}: {number} no longer there ({', '.join([*named, *more])}); "
            f"`--write-baseline {baseline.label}` takes such entries out"
        )

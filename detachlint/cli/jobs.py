"""`--jobs`: how many processes share the work."""

from __future__ import annotations

import os
import sys

import click


def _read(context: click.Context, option: click.Parameter, value: str) -> int:
    """A number of processes, as many as there are processors for `auto`."""
    if value == "auto":
        return processors()
    if not value.isdecimal() or int(value) < 1:
        raise click.BadParameter(f"{value!r} is neither a number of processes nor `auto`")
    return int(value)


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


JOBS_OPTION = click.option(
    "-j",
    "--jobs",
    metavar="N",
    callback=_read,
    default="auto",
    show_default=True,
    help="How many processes share the work, at most; small inputs take one.",
)

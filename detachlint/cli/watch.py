"""`--watch`: check again whenever a file changes, until Ctrl-C.

Files are looked at now and then, by time and size: nothing else works on all systems and on
network drives. The pause grows with the time that a look takes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import click

from detachlint.cli.linting import Request, run
from detachlint.cli.progress import shows_on
from detachlint.cli.terminal import Failure, complain
from detachlint.config.errors import ConfigurationError
from detachlint.config.files import NAMES
from detachlint.source.discovery import discover

PAUSE = 0.3
"""Seconds between two looks, at least."""
_SHARE = 10
"""A look may take this part of the time."""

_State: TypeAlias = "dict[str, tuple[int, int] | None] | str"
"""Time of change and size of each file; or why the files cannot be found."""


def watch(make_request: Callable[[], Request]) -> int:
    """Run again and again. Returns the exit code, 0, after Ctrl-C.

    `make_request` reads the configuration anew. What is wrong with that, or with the options, ends
    the first run, but no later one: the next change may cure it.
    """
    request, trouble = make_request(), ""
    _refuse(request)
    _files(request)
    try:
        while True:
            state = _state(request)
            _show(request, trouble)
            while _next_state(request) == state:
                pass
            request, trouble = _made_anew(make_request, request)
    except KeyboardInterrupt:
        return 0


def _made_anew(make_request: Callable[[], Request], old: Request) -> tuple[Request, str]:
    """The request, or the old one and what is wrong with the configuration."""
    try:
        return make_request(), ""
    except ConfigurationError as error:
        return old, str(error)


def _refuse(request: Request) -> None:
    if request.fix or request.diff or "-" in request.paths:
        raise click.UsageError("--watch only checks, and only files: no --fix, --diff or `-`")
    request.output.check()


def _show(request: Request, trouble: str) -> None:
    if shows_on(sys.stdout):
        click.clear()
    try:
        if not trouble:
            run(request)
    except ConfigurationError as error:
        trouble = str(error)
    except Failure as error:
        trouble = error.format_message()
    if trouble:
        complain(trouble)
    if not request.output.quiet:
        complain("watching for changes (Ctrl-C ends)")


def _next_state(request: Request) -> _State:
    before = time.monotonic()
    state = _state(request)
    time.sleep(max(PAUSE, _SHARE * (time.monotonic() - before)))
    return state


def _state(request: Request) -> _State:
    try:
        files = _files(request)
    except ConfigurationError as error:
        return str(error)
    return {str(path): _stamp(path) for path in (*files, *_configuration_files(files))}


def _files(request: Request) -> list[Path]:
    found = discover(request.paths or (".",), request.configuration.walk_rules)
    return [file.path for file in found.files]


def _configuration_files(files: list[Path]) -> Iterator[Path]:
    """Those that may be in charge of these files, whether they exist or not."""
    directories = {Path.cwd(), *(Path(os.path.realpath(path)).parent for path in files)}
    for directory in {above for each in directories for above in (each, *each.parents)}:
        yield from (directory / name for name in NAMES)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size

"""Runs a command with a terminal to write to."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any


def shown_on_terminal(
    command: Sequence[str], environment: Mapping[str, str], *, errors_only: bool = False
) -> bytes:
    """What a command writes to its terminal, which has standard output, too, unless `errors_only`."""
    ours, theirs = pty.openpty()
    output: Any = subprocess.DEVNULL if errors_only else theirs
    process = subprocess.Popen(
        command, stdout=output, stderr=theirs, env={**os.environ, **environment}
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # how Linux reports that the other side closed the terminal
        pass
    os.close(ours)
    process.wait(timeout=60)
    return shown

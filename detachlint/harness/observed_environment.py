"""How a Python process is told that it is observed, and how: by what it inherits.

Read by every observed process before anything else is: imports no more than Python has by then.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

VARIABLE = "DETACHLINT_OBSERVED"
"""The environment variable that names the directory of the journals and of the settings."""
_SETTINGS = "settings.json"
_STARTUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "startup")  # noqa: PTH100, PTH118, PTH120


def observed_environment(own: Mapping[str, str], directory: str) -> dict[str, str]:
    """The environment `own`, with what has all Python processes in it observed."""
    # An empty entry would mean the working directory.
    path = [_STARTUP, *filter(None, [own.get("PYTHONPATH", "")])]
    return {**own, "PYTHONPATH": os.pathsep.join(path), VARIABLE: directory}


def write_settings(
    directory: str,
    observer: Mapping[str, Any],
    program: Mapping[str, Any] | None = None,
    *,
    connects: bool = True,
    packages: Sequence[str] = (),
) -> None:
    """Say how the processes that are told of `directory` shall be observed.

    `observer` are keyword arguments of `Observer`. `program` is for one whose text is not what its
    file holds: the `filename`, the `text`, the `root` of a program of several files, or None, and
    whether its `neighbours` are part of it. Unless it `connects`, it is refused that.
    Installed `packages` are no libraries, but the program's own.
    """
    with open(os.path.join(directory, _SETTINGS), "w", encoding="utf-8") as file:  # noqa: PTH118, PTH123
        settings = {"observer": dict(observer), "program": program, "connects": connects}
        json.dump({**settings, "packages": list(packages)}, file)


def read_settings(directory: str) -> dict[str, Any]:
    """What `write_settings` wrote, by the names of its parameters."""
    with open(os.path.join(directory, _SETTINGS), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        settings: dict[str, Any] = json.load(file)
    return settings

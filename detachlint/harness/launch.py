"""How a program of several files is started: what surrounds its main module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Launch:
    """The directory a program's files lie in, and what its main module finds when it starts.

    Frames of all files below `root` belong to the program. `search_path` is where its imports look
    first, `arguments` what follows its name in `sys.argv`, and `package` the package of a main
    module started with `python -m`, for its relative imports.
    """

    root: str
    search_path: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    package: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Launch:
        """The launch whose fields, `dataclasses.asdict`, have been through JSON."""
        search_path, arguments = tuple(value["search_path"]), tuple(value["arguments"])
        return cls(value["root"], search_path, arguments, value["package"])

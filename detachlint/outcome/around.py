"""The project around files that somebody else reads, one by one, as flake8 does."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from detachlint.cache.consulted import Consulted
from detachlint.cache.store import Store
from detachlint.config.configuration import Configuration
from detachlint.config.options import Options
from detachlint.outcome.checking import no_facts
from detachlint.outcome.memory import name_of_program
from detachlint.outcome.program import RunProgram, program_under
from detachlint.project.resources import Resources
from detachlint.source.discovery import read_file
from detachlint.source.scan import imports_library, text_may_hold_crossing
from detachlint.source.text import Undecodable, decode

if TYPE_CHECKING:
    from detachlint.interpret.facts import Facts


class ProjectAround:
    """The Python files under some paths, as the program that each of them is a part of.

    The verdict on a file is that of `check_paths` over all of the paths. Nothing is read before the
    first question. `store` is as for `check_paths`.
    """

    def __init__(
        self, paths: Iterable[str], configuration: Configuration, store: Store | None = None
    ) -> None:
        self._paths = sorted(map(_shown, paths))
        self._configuration = configuration
        self._store = store

    @cached_property
    def _program(self) -> RunProgram:
        name = name_of_program(self._paths)
        resources = Resources(Consulted(), self._store, name)
        return program_under(self._paths, self._configuration, resources)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {os.path.realpath(name): name for name in self._program.names}

    def may_tell(self, text: str, filename: str, options: Options) -> bool:
        """Whether a file with this text has to be looked at."""
        if text_may_hold_crossing(text) or options.facts.may_cross(text):
            return True
        if imports_library(text):
            return self._program.mentions_tensors
        name = self._names.get(os.path.realpath(filename))
        return name is not None and self._program.is_read(name)

    def facts(self, tree: ast.Module, text: str, filename: str) -> Facts:
        """The facts about a file with a text that need not be that on disk.

        Raises `Unparsable` or RecursionError for what is nested too deeply to be looked at.
        """
        known = self._names.get(os.path.realpath(filename))
        name = filename if known is None else known
        analysis = self._program.analysis
        if known is None or not _is_on_disk(known, text):
            analysis = analysis.with_text(name, text)
        return analysis.facts_apart(name) or no_facts(text, name, lambda: tree)


def _shown(path: str) -> str:
    """A path as a user would name it: relative where it is in the current directory."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def _is_on_disk(name: str, text: str) -> bool:
    """Whether a file has this text, whatever its line ends are."""
    try:
        known = decode(read_file(Path(name)), name).text
    except (OSError, Undecodable):
        return False
    return _plain(known) == _plain(text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")

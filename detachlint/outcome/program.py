"""The files of a run as one program, looked at no sooner than a file needs it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from detachlint.knowledge.own import OwnFacts
from detachlint.source.discovery import read_file
from detachlint.source.scan import imports_library, may_hold_crossing, mentions_tensors

if TYPE_CHECKING:
    from detachlint.cache.consulted import Consulted
    from detachlint.cache.store import Store
    from detachlint.project.analysis import ProjectAnalysis

UNKNOWN_BASIS = ""
"""Of results that may be others next time, although their file has not changed."""


class RunProgram:
    """The Python files of a run. What is read of them is noted in `consulted`; `store` has what earlier
    runs, which went by `name`, have found out. Up to `jobs` processes work at it."""

    def __init__(
        self,
        names: Iterable[str],
        own: OwnFacts,
        consulted: Consulted | None = None,
        store: Store | None = None,
        name: str = "",
        jobs: int = 1,
    ) -> None:
        self._jobs = jobs
        self.names = list(names)
        self.own = own
        self._consulted, self._store, self._name = consulted, store, name
        self._programs = frozenset(self.names)

    @cached_property
    def mentions_tensors(self) -> bool:
        """Whether any of the files does: then any other may be handed them."""
        return any(map(_mentions_tensors, self.names))

    @cached_property
    def analysis(self) -> ProjectAnalysis:
        """The facts about the files. Imported late, as all that is imported with it."""
        from detachlint.project.analysis import ProjectAnalysis

        return ProjectAnalysis(
            self.names,
            own=self.own,
            consulted=self._consulted,
            store=self._store,
            name=self._name,
            jobs=self._jobs,
        )

    def basis(self, name: str, *, needs_facts: bool) -> str:
        """What the result of a file depends on beside its content and options: a text that is the same
        if that is the same. To be asked before the file is checked."""
        if name not in self._programs:
            return UNKNOWN_BASIS
        signs = "tensors" if self.mentions_tensors else "no tensors"
        if not needs_facts:
            return f"{signs}, {ALONE}"
        facts = self.analysis.basis(name)
        return f"{signs}, {facts}" if facts else UNKNOWN_BASIS

    def basis_again(self, name: str, then: str) -> str:
        """The basis of the result of a file that is as it was when `then` was its basis."""
        return self.basis(name, needs_facts=not then.endswith(ALONE))

    def needs_facts(self, data: bytes) -> bool:
        """Whether a file with this content may be looked at by the analysis."""
        if may_hold_crossing(data):
            return True
        text = data.decode("utf-8", "replace")
        return imports_library(text) or self.own.may_cross(text)


ALONE = "alone"
"""Ends the basis of a result for which the file was not analysed."""


def _mentions_tensors(name: str) -> bool:
    try:
        return mentions_tensors(read_file(Path(name)).decode("utf-8", "replace"))
    except OSError:
        return False

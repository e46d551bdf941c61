"""The files of a run as one program, looked at no sooner than a file needs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from detachlint.config.configuration import Configuration
from detachlint.config.options import Options
from detachlint.knowledge import own as own_facts
from detachlint.project import followed as packages
from detachlint.project.resources import NO_RESOURCES, Resources
from detachlint.source.discovery import FoundFile, discover, read_file
from detachlint.source.language import Language, language_of
from detachlint.source.scan import imports_library, may_hold_crossing, mentions_tensors
from detachlint.source.value_class import replace, value_class

if TYPE_CHECKING:
    from detachlint.project.analysis import ProjectAnalysis
    from detachlint.project.islands import Islands
    from detachlint.source.notebook import NotebookText

UNKNOWN_BASIS = ""
"""Of results that may be others next time, although their file has not changed."""

PROGRAMS = frozenset({Language.PYTHON, Language.NOTEBOOK})
"""A file in one of these languages is one program, as a whole."""

ALONE = "alone"
"""Ends the basis of a result for which the file was not analysed."""


@value_class(frozen=True, slots=True)
class Change:
    """What is new since an earlier run: the content of some of the same files, or how they are checked.

    `files` are all of which something else may be said for that, or for reasons of their own; `islands`
    were those of the program then.
    """

    files: frozenset[str]
    islands: Islands


class RunProgram:
    """The Python files and notebooks of a run, as one program, and what its analysis may use.

    Each file may bring its own facts and packages: they count for all.
    """

    def __init__(
        self,
        names: Iterable[str],
        options: Iterable[Options] = (),
        resources: Resources = NO_RESOURCES,
        notebooks: Iterable[str] = (),
    ) -> None:
        given = set(options)
        self.names = list(names)
        self.notebooks = frozenset(notebooks)
        self.own = own_facts.merged(each.facts for each in given)
        self.followed = packages.merged(each.followed for each in given)
        self._resources = resources
        self._texts: dict[str, NotebookText | None] = {}
        self._programs = frozenset(self.names)
        self._before: Islands | None = None
        """The islands before the change that it follows, if any."""
        self._concerned: frozenset[str] | None = None
        """All that the change concerns."""

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
            followed=self.followed,
            resources=self._resources,
            notebooks=self.notebooks,
        )

    def label(self, file: str, line: int) -> str:
        """What people call a line of a file: of a notebook of the program, the cell and the line in it."""
        text = self._notebook(file) if file in self.notebooks else None
        return f"{file}:{line if text is None else text.line_label(line)}"

    def _notebook(self, name: str) -> NotebookText | None:
        """The program in one of its notebooks; None if it cannot be read (any more)."""
        # Imported late: few projects have notebooks.
        from detachlint.source.text import Undecodable
        from detachlint.syntax.cells import read_notebook

        if name not in self._texts:
            try:
                self._texts[name] = read_notebook(read_file(Path(name)), name)
            except (OSError, Undecodable):
                self._texts[name] = None
        return self._texts[name]

    def holds(self, name: str) -> bool:
        """Whether a file is one of the program, as a whole."""
        return name in self._programs

    def basis(self, name: str, *, needs_facts: bool) -> str:
        """What the result of a file depends on beside its content and options: a text that is the same
        if that is the same. To be asked before the file is checked."""
        if name not in self._programs or not self.is_concerned(name):
            return UNKNOWN_BASIS
        if not (needs_facts or (self._reads_beside and self.analysis.reads_beside(name))):
            return f"{self._signs}{ALONE}"
        facts = self.analysis.basis(name)
        return f"{self._signs}{facts}" if facts else UNKNOWN_BASIS

    def basis_again(self, name: str, then: str) -> str:
        """The basis of the result of a file that is as it was when `then` was its basis."""
        if not self.is_concerned(name):
            return then
        return self.basis(name, needs_facts=not then.endswith(ALONE))

    @cached_property
    def _signs(self) -> str:
        return "tensors, " if self.mentions_tensors else "no tensors, "

    def is_read(self, name: str) -> bool:
        """Whether the analysis of others reads a file that no word of it tells of, for whoever asks for
        some of the files only."""
        return self._reads_beside and self.analysis.reads_apart(name)

    def is_seen(self, name: str) -> bool:
        """Whether the analysis of others has seen a crossing in a file that no word of it tells of."""
        known = name in self._programs and self.is_concerned(name)
        return known and self._reads_beside and self.analysis.tells_of(name)

    @cached_property
    def _reads_beside(self) -> bool:
        """Whether there is any file that hands tensors to others."""
        return (
            len(self.names) > 1
            and self.mentions_tensors
            and any(self.needs_facts(_content(name)) for name in self.names)
        )

    def follow(self, change: Change) -> bool:
        """Look at no more than a change concerns, before anything is asked: whether that can be said.

        Else it is all files.
        """
        if change.islands.mention_tensors != self.mentions_tensors:
            return False
        concerned = self.analysis.confine(change.files & self._programs, change.islands)
        if concerned is None:
            return False
        self._before, self._concerned = change.islands, concerned | change.files
        return True

    def is_concerned(self, name: str) -> bool:
        """Whether the change that the program follows, if any, may concern what is said of a file."""
        return self._concerned is None or name in self._concerned

    def islands(self) -> Islands | None:
        """Which of the files hang together, once all results are there; None if nobody knows that."""
        if "analysis" not in self.__dict__:  # no file was worth it
            return None
        islands = replace(self.analysis.islands(), mention_tensors=self.mentions_tensors)
        if self._before is None or self._concerned is None:
            return islands
        return self._before.after(self._concerned, islands)

    def needs_facts(self, data: bytes) -> bool:
        """Whether a file with this content may be looked at by the analysis."""
        if may_hold_crossing(data):
            return True
        text = data.decode("utf-8", "replace")
        return imports_library(text) or self.own.may_cross(text)


def program_of(
    files: Sequence[FoundFile], options: Sequence[Options], resources: Resources = NO_RESOURCES
) -> RunProgram:
    """The Python files and notebooks among these, each with its options, as one program."""
    given = [
        (file.name, language_of(file.name, own.extensions))
        for file, own in zip(files, options, strict=True)
    ]
    return program_in(given, options, resources)


def program_in(
    files: Iterable[tuple[str, Language]],
    options: Iterable[Options],
    resources: Resources = NO_RESOURCES,
) -> RunProgram:
    """Those files as one program that are one, by their languages."""
    programs = [each for each in files if each[1] in PROGRAMS]
    notebooks = (name for name, language in programs if language is Language.NOTEBOOK)
    return RunProgram((name for name, _ in programs), options, resources, notebooks)


def program_under(
    paths: Iterable[str | Path],
    configuration: Configuration,
    resources: Resources = NO_RESOURCES,
) -> RunProgram:
    """The Python files and notebooks under some paths, as one program. Raises `ConfigurationError`.

    A path that cannot be read has none.
    """
    files = discover(paths, configuration.walk_rules).files
    return program_of(files, [configuration.options(file.name) for file in files], resources)


def _mentions_tensors(name: str) -> bool:
    return mentions_tensors(_content(name).decode("utf-8", "replace"))


def _content(name: str) -> bytes:
    """What is in a file; nothing, if it cannot be read."""
    try:
        return read_file(Path(name))
    except OSError:
        return b""

"""What an analysis asks of the program it is part of, and was told.

An analysis is a function of its own files and of these answers alone. Whoever gets the same answers to
the same questions gets the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from detachlint.ir.nodes import Code
from detachlint.project.program import Project

Question: TypeAlias = "tuple[str, ...]"
Answers: TypeAlias = "list[tuple[Question, str]]"

ABOUT_CONTENT = ("code", "acts_on_import", "is_imported")
"""Questions about a file whose answers do not follow from the names in folders."""


class Asked:
    """A program that answers as `project` does, and takes down questions and answers."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.answers: dict[Question, str] = {}

    def find(self, importer: str, level: int, module: str) -> str | None:
        """As `Project.find`."""
        found = self._project.find(importer, level, module)
        self.answers["find", importer, str(level), module] = _shown(found)
        return found

    def submodule(self, package: str, name: str) -> str | None:
        """As `Project.submodule`."""
        found = self._project.submodule(package, name)
        self.answers["submodule", package, name] = _shown(found)
        return found

    def modules_in(self, package: str) -> Mapping[str, str]:
        """As `Project.modules_in`."""
        found = self._project.modules_in(package)
        self.answers["modules_in", package] = str(found)
        return found

    def code(self, file: str) -> Code | None:
        """As `Project.code`: what the answer is, the content of the file decides, and how many were
        asked for before."""
        self.answers["code", file] = _digest(self._project, file)
        return self._project.code(file)

    def acts_on_import(self, file: str) -> bool:
        """As `Project.acts_on_import`."""
        acts = self._project.acts_on_import(file)
        self.answers["acts_on_import", file] = str(acts)
        return acts

    def is_imported(self, file: str) -> bool:
        """As `Project.is_imported`."""
        imported = self._project.is_imported(file)
        self.answers["is_imported", file] = str(imported)
        return imported

    def is_out_of_sight(self, importer: str, module: str) -> bool:
        """As `Project.is_out_of_sight`, which always answers the same."""
        return self._project.is_out_of_sight(importer, module)


def still_told(project: Project, answers: Iterable[tuple[Question, str]]) -> bool:
    """Whether a project gives the same answers to the same questions."""
    return all(_answer(project, *question) == answer for question, answer in answers)


def files_asked_about(answers: Answers) -> Iterator[str]:
    """The files of whose content something was asked, be it through what they import."""
    for (kind, *about), _ in answers:
        if kind in ABOUT_CONTENT:
            yield about[0]


def _answer(project: Project, kind: str, *about: str) -> str:
    if kind == "find":
        importer, level, module = about
        return _shown(project.find(importer, int(level), module))
    if kind == "submodule":
        return _shown(project.submodule(*about))
    if kind == "modules_in":
        return str(project.modules_in(*about))
    if kind == "code":
        return _digest(project, *about)
    if kind == "is_imported":
        return str(project.is_imported(*about))
    return str(project.acts_on_import(*about))


def _shown(file: str | None) -> str:
    return "" if file is None else file


def _digest(project: Project, file: str) -> str:
    return project.files.digest(file) if project.files.may_be_run(file) else ""

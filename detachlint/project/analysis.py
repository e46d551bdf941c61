"""Facts about the files of a project, group by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from detachlint.cache.consulted import Consulted
from detachlint.interpret import analyse_module, analyse_program
from detachlint.interpret.facts import Facts
from detachlint.interpret.relevance import holds_crossing
from detachlint.ir.nodes import Code
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.files import ProjectFiles
from detachlint.project.program import Project
from detachlint.project.seeds import seeds_of
from detachlint.project.selection import groups_of, related_files

Result = Facts | Exception
"""What came of a file; the exception is a defect of ours that only this file suffers from."""


class ProjectAnalysis:
    """The facts about files that are one project, found out when somebody asks for them.

    `names` are all files that were asked for: those among them that hold no crossing may call what
    holds one. `own` is what the user states about the code. Nothing is read before the first question.
    What is read then is noted in `consulted`.
    """

    def __init__(
        self,
        names: Iterable[str],
        texts: Mapping[str, str] | None = None,
        own: OwnFacts = NO_OWN_FACTS,
        consulted: Consulted | None = None,
    ) -> None:
        self._consulted = consulted
        self._names = list(names)
        self._own = own
        self._texts = dict(texts or {})
        self._found: dict[str, Result] = {}
        self._results: Iterator[tuple[str, Result]] | None = None
        self._project: Project | None = None

    def facts(self, name: str) -> Facts | None:
        """The facts about one of the files; None if it is none of them, holds no crossing, or cannot
        be lowered. Raises what went wrong, if it is our fault.
        """
        if self._results is None:
            self._project = Project(ProjectFiles(self._names, self._texts, self._consulted))
            self._results = analyse_files(
                self._project, seeds_of(self._project, self._own), self._own
            )
        while name not in self._found:
            following = next(self._results, None)
            if following is None:
                return None
            self._found[following[0]] = following[1]
        result = self._found.pop(name)
        if isinstance(result, Exception):
            raise result
        return result

    def with_text(self, name: str, text: str) -> ProjectAnalysis:
        """The same project after a change. What is asked of it costs a new analysis.

        A text that is none of its files (a notebook, a block in Markdown) is a program that may
        import them, and that none of them imports.
        """
        names = self._names if name in self._names else [name]
        return ProjectAnalysis(names, {**self._texts, name: text}, self._own, self._consulted)

    @property
    def gave_up(self) -> Counter[str]:
        """Modules that could not be read or were too many, and how often they were missed."""
        return self._project.gave_up if self._project is not None else Counter()


def analyse_files(
    project: Project, files: Iterable[str], own: OwnFacts = NO_OWN_FACTS
) -> Iterator[tuple[str, Result]]:
    """The facts about each of `files` (those that may hold crossings), once all of its callers among
    the project's named files have been seen. Files that Python cannot read are passed over.
    """
    seeds: dict[str, Code] = {}
    for file in sorted(set(files)):
        try:
            code = project.files.lowered(file)
        except Exception as error:
            yield file, error
            continue
        if code is not None and holds_crossing(code, own.crossing_words):
            seeds[file] = code
        elif code is not None:
            yield file, Facts(file)
    chosen = related_files(project, seeds, own)
    groups = groups_of(project, seeds, chosen)
    still_open = Counter(file for group in groups for file in group)
    found: dict[str, Result] = {}
    for group in groups:
        for file, result in _analyse(project, group, chosen, own).items():
            found[file] = _joined(found[file], result) if file in found else result
        for file in group:
            still_open[file] -= 1
            if not still_open[file]:
                result = found.pop(file)
                if file in seeds:
                    yield file, result


def _joined(one: Result, other: Result) -> Result:
    if isinstance(one, Exception):
        return one
    return other if isinstance(other, Exception) else one.join(other)


def _analyse(
    project: Project, group: tuple[str, ...], chosen: dict[str, Code], own: OwnFacts
) -> dict[str, Result]:
    project.begin()
    modules = {file: chosen[file] for file in group}
    try:
        facts = analyse_program(modules, project, own)
    except Exception as error:
        if len(group) == 1:
            return {group[0]: error}
        return {file: _alone(file, code, own) for file, code in modules.items()}
    return {file: facts[file] for file in group}


def _alone(file: str, code: Code, own: OwnFacts) -> Result:
    try:
        return analyse_module(code, file, own)
    except Exception as error:
        return error

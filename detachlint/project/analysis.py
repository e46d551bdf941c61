"""Facts about the files of a project, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detachlint.interpret import analyse_program
from detachlint.interpret.facts import Facts
from detachlint.ir.nodes import Code
from detachlint.project.program import Project
from detachlint.project.selection import groups_of, related_files


def analyse_files(project: Project, files: Iterable[str]) -> Iterator[tuple[str, Facts]]:
    """The facts about each of `files` (those that may hold crossings), once all of its callers among
    the project's named files have been seen. Files that Python cannot read are passed over.
    """
    seeds = {file: code for file in sorted(set(files)) if (code := project.files.lowered(file))}
    chosen = related_files(project, seeds)
    groups = groups_of(project, seeds, chosen)
    open_groups = {file: sum(file in group for group in groups) for file in seeds}
    found: dict[str, Facts] = {}
    for group in groups:
        for file, facts in _analyse(project, group, chosen).items():
            known = found.get(file)
            found[file] = facts if known is None else known.join(facts)
        for file in group:
            if file in open_groups:
                open_groups[file] -= 1
                if not open_groups[file]:
                    yield file, found.pop(file)


def _analyse(
    project: Project, group: tuple[str, ...], chosen: dict[str, Code]
) -> dict[str, Facts]:
    project.begin()
    return analyse_program({file: chosen[file] for file in group}, project)

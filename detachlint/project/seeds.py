"""Which files a project's analysis is about: those that may hold a crossing, by their words.

A file that hands something to a library which converts tensors need not mention tensors itself: a
module of metrics knows NumPy alone. It counts if it hangs together by imports with a file that has a
sign of tensors; a program without such a sign has none to hand over, and costs this look only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.links import both_ways, reachable
from detachlint.project.program import Project


def seeds_of(
    project: Project, own: OwnFacts = NO_OWN_FACTS, among: Collection[str] | None = None
) -> frozenset[str]:
    """The named files of a project that may hold a crossing; `own` are further facts of the user's.

    Only those are looked at that are `among` some which hang together, if such are given.
    """
    names = project.names if among is None else among
    seeds: set[str] = set()
    silent: set[str] = set()
    signs: set[str] = set()
    for name in names:
        outline = project.files.outline(name)
        if outline is None:
            continue
        if outline.mentions_tensors:
            signs.add(name)
        if outline.may_cross or outline.words & own.crossing_words:
            seeds.add(name)
        elif outline.imports_library:
            silent.add(name)
    if silent and signs:
        seeds |= silent & _together_with(project, signs, names)
    return frozenset(seeds)


def _together_with(project: Project, files: Iterable[str], names: Collection[str]) -> set[str]:
    """What some of these files are connected with by imports, in either direction."""
    return reachable(files, both_ways({name: project.needs(name) for name in names}))

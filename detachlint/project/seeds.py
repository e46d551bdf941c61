"""Which files a project's analysis is about: those that may hold a crossing, by their words.

A file that hands something to a library which converts tensors need not mention tensors itself: a
module of metrics knows NumPy alone. It counts if it hangs together by imports with a file that has a
sign of tensors; a program without such a sign has none to hand over, and costs this look only.
"""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.links import both_ways, reachable
from detachlint.project.program import Project
from detachlint.source.scan import imports_library, mentions_tensors, text_may_hold_crossing


def seeds_of(project: Project, own: OwnFacts = NO_OWN_FACTS) -> frozenset[str]:
    """The named files of a project that may hold a crossing; `own` are further facts of the user's."""
    seeds: set[str] = set()
    silent: set[str] = set()
    signs: set[str] = set()
    for name in project.files.named:
        text = project.files.text(name) or ""
        if mentions_tensors(text):
            signs.add(name)
        if text_may_hold_crossing(text) or own.may_cross(text):
            seeds.add(name)
        elif imports_library(text):
            silent.add(name)
    if silent and signs:
        seeds |= silent & _together_with(project, signs)
    return frozenset(seeds)


def _together_with(project: Project, files: Iterable[str]) -> set[str]:
    """What some of these files are connected with by imports, in either direction."""
    return reachable(files, both_ways({name: project.needs(name) for name in project.files.named}))

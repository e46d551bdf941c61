"""Which files belong to an analysis: those with crossings, and those that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Set

from detachlint.interpret.relevance import WORDS, Mentions, Relevance
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.group import Group
from detachlint.project.links import both_ways, reachable
from detachlint.project.program import Project

MOST_FILES = 60
"""Files of one analysis. Where more hang together, each file with crossings goes by itself with those
that lead to it: what is far away is then out of sight, and said to be."""

LONGEST_PASS = 4
"""`__init__.py` files that pass a name on, one to the next."""


def related_files(
    project: Project, seeds: dict[str, Mentions], own: OwnFacts = NO_OWN_FACTS
) -> set[str]:
    """The files from which a crossing may be reached: `seeds` have one, the others import the file of a
    function or class that leads to one, and mention it; or that file hands it to others itself when
    it is imported, as a plug-in does."""
    chosen = set(seeds)
    relevance = Relevance(own.crossing_words)
    relevance.add_mentions(list(seeds.values()))
    candidates = [name for name in project.files.named if name not in chosen]
    while True:
        names = relevance.exported - WORDS
        added: dict[str, Mentions] = {}
        for file in candidates:
            reached = _reached(project, file, chosen)
            if reached and (_hand_out(project, reached) or _mentions(project, file, names)):
                mentions = project.mentions(file)
                if mentions is not None:
                    added[file] = mentions
        if not added:
            return chosen
        chosen.update(added)
        relevance.add_mentions(list(added.values()))
        candidates = [name for name in candidates if name not in added]


def _mentions(project: Project, file: str, names: set[str]) -> bool:
    outline = project.files.outline(file)
    return outline is not None and not outline.words.isdisjoint(names)


def _hand_out(project: Project, files: set[str]) -> bool:
    return any(project.acts_on_import(file) for file in files)


def _reached(project: Project, file: str, chosen: set[str]) -> set[str]:
    """The chosen files that a file imports, directly or through files that only pass names on."""
    pending = [file]
    seen = {file}
    found: set[str] = set()
    for _ in range(LONGEST_PASS):
        following: list[str] = []
        for current in pending:
            for needed in project.needs(current):
                if needed in chosen:
                    found.add(needed)
                if needed not in seen and project.passes_on(needed):
                    seen.add(needed)
                    following.append(needed)
        pending = following
    return found


def groups_of(project: Project, seeds: Set[str], chosen: set[str]) -> list[Group]:
    """Sets of files to analyse together: those that import each other, in whatever way."""
    links = {file: _linked(project, file, chosen) for file in chosen}
    around = both_ways(links)
    groups: list[Group] = []
    done: set[str] = set()
    for file in sorted(chosen):
        if file not in done:
            group = reachable([file], around)
            done |= group
            groups += _parts(project, group, seeds, links)
    return groups


def _linked(project: Project, file: str, chosen: set[str]) -> set[str]:
    """The chosen files that a file imports, through whatever it imports."""
    found: set[str] = set()
    seen = {file}
    pending = [file]
    while pending:
        for needed in project.needs(pending.pop()):
            if needed in seen:
                continue
            seen.add(needed)
            if needed in chosen:
                found.add(needed)
            else:
                pending.append(needed)
    return found


def _parts(
    project: Project, group: set[str], seeds: Set[str], links: dict[str, set[str]]
) -> list[Group]:
    if len(group) <= MOST_FILES:
        return [Group(tuple(sorted(group)))]
    callers: dict[str, set[str]] = {file: set() for file in group}
    for file in group:
        for needed in links[file]:
            callers[needed].add(file)
    parts: dict[str, frozenset[str]] = {}
    for seed in sorted(group & seeds):
        nearest = _nearest(seed, callers)
        if len(nearest) == MOST_FILES:
            project.give_up("too many callers", seed)
        parts[seed] = frozenset(nearest)
    wide = _without_those_in_others(parts.values())
    return [Group(tuple(sorted(part)), len(wide)) for part in wide]


def _without_those_in_others(parts: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The parts that show something: what leads to a file in a larger part is in that one, too."""
    kept: list[frozenset[str]] = []
    for part in sorted(set(parts), key=lambda part: (-len(part), sorted(part))):
        if not any(part < other for other in kept):
            kept.append(part)
    return sorted(kept, key=sorted)


def _nearest(start: str, links: dict[str, set[str]]) -> list[str]:
    """The files that lead to one, nearest first, and not too many."""
    found = {start: None}
    pending = [start]
    while pending and len(found) < MOST_FILES:
        following: dict[str, None] = {}
        for file in pending:
            following.update(dict.fromkeys(sorted(links[file])))
        pending = [file for file in following if file not in found][: MOST_FILES - len(found)]
        found.update(dict.fromkeys(pending))
    return list(found)

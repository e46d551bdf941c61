"""Which files belong to an analysis: those with crossings, and those that lead to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set

from detachlint.interpret.relevance import WORDS, Mentions, Relevance
from detachlint.knowledge.own import OwnFacts
from detachlint.project.group import Group
from detachlint.project.links import components
from detachlint.project.program import Project

MOST_FILES = 60
"""Files that hang together and are analysed as one program. Where there are more, each file with crossings
stays with so many that lead to it, nearest first: what is far away is then out of sight, and said to be."""

MOST_FILES_OF_A_PART = 200
"""Files of one analysis of such a program: what several crossings have around them is looked at once."""

FEW_FILES = 6
"""A part of no more is never worth an analysis of its own, if it fits another one."""

MOST_PARTS = 8
"""Parts of one program. Beyond, files are looked at one by one, with nothing but themselves in sight: so
that a program of any size is done with in bounded time."""

LONGEST_PASS = 4
"""Files that pass a name on, one to the next: `__init__.py`, and those with a `from module import *`."""


def related_files(
    project: Project, seeds: dict[str, Mentions], own: OwnFacts, names: Collection[str]
) -> set[str]:
    """The files from which a crossing may be reached, of those with these `names`, which hang together:
    `seeds` have one, the others import the file of a function or class that leads to one, and mention it;
    or that file hands it to others itself when it is imported, as a plug-in does."""
    chosen = dict(seeds)
    relevance = Relevance(own.crossing_words)
    _take_in(project, relevance, seeds, chosen)
    candidates = [name for name in names if name not in chosen]
    while True:
        words = relevance.exported - WORDS
        added: dict[str, Mentions] = {}
        for file in candidates:
            reached = _reached(project, file, chosen.keys())
            if reached and (_hand_out(project, reached) or _mentions(project, file, words)):
                mentions = project.mentions(file)
                if mentions is not None:
                    added[file] = mentions
        if not added:
            return set(chosen)
        chosen.update(added)
        _take_in(project, relevance, added, chosen)
        candidates = [name for name in candidates if name not in added]


def _take_in(
    project: Project,
    relevance: Relevance,
    added: dict[str, Mentions],
    chosen: dict[str, Mentions],
) -> None:
    """Add what some of the chosen files mention. What leads to a crossing through them is looked for in
    all of these: a file that was chosen for a crossing of its own may lead to one elsewhere as well."""
    while added:
        known = relevance.names | relevance.makers
        relevance.add_mentions(list(added.values()))
        fresh = (relevance.names | relevance.makers) - known
        added = {
            file: mentions
            for file, mentions in chosen.items()
            if file not in added and _mentions(project, file, fresh)
        }


def _mentions(project: Project, file: str, words: set[str]) -> bool:
    outline = project.files.outline(file)
    return outline is not None and not outline.words.isdisjoint(words)


def _hand_out(project: Project, files: set[str]) -> bool:
    return any(project.acts_on_import(file) for file in files)


def _reached(project: Project, file: str, chosen: Set[str]) -> set[str]:
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
    links = {file: _linked(project, file, chosen) for file in sorted(chosen)}
    groups: list[Group] = []
    for group in components(links):
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
    around: dict[str, frozenset[str]] = {}
    for seed in sorted(group & seeds):
        nearest = _nearest(seed, callers)
        if len(nearest) == MOST_FILES:
            project.give_up("too many callers", seed)
        around[seed] = frozenset(nearest)
    packs = _packed(around.values())
    wide = _most_telling(packs, seeds)
    left = sorted(group & seeds - frozenset().union(*wide))
    parts = [Group(tuple(sorted(pack)), len(wide)) for pack in wide]
    return parts + [Group((file,), alone=True) for file in left]


def _packed(parts: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The parts, put together with those that they have most in common with: what they share is then
    looked at once. A small part would spend its time on imports that others need as well."""
    packs: list[frozenset[str]] = []
    for part in sorted(set(parts), key=lambda part: (-len(part), sorted(part))):
        fitting = [
            pack
            for pack in packs
            if len(pack | part) <= MOST_FILES_OF_A_PART
            and (len(part) <= FEW_FILES or 2 * len(pack & part) >= len(part))
        ]
        best = max(fitting, key=lambda pack: len(pack & part), default=None)
        if best is None:
            packs.append(part)
        else:
            packs[packs.index(best)] = best | part
    return packs


def _most_telling(packs: list[frozenset[str]], seeds: Set[str]) -> list[frozenset[str]]:
    """As many packs as are looked at, those with most crossings, in order."""
    packs = sorted(packs, key=lambda pack: (-len(pack & seeds), sorted(pack)))
    return sorted(packs[:MOST_PARTS], key=sorted)


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

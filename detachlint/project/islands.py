"""Islands of a program: files that hang together, and with no other file.

What is found out about a file depends on its island, and on two things that hold for a whole program:
whether any file imports modules by name, and whether any mentions tensors. After a change that leaves
these as they were, the islands that it concerns are looked at anew, and all others are what they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from detachlint.project.links import components, united
from detachlint.project.program import Project
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class Islands:
    """The files of each island; a file in none is one of its own.

    `dynamic` are the named files that import modules by name: while there is one, the texts in any
    file count as imports. `mention_tensors`: whether any file of the program does.
    """

    islands: tuple[frozenset[str], ...] = ()
    dynamic: frozenset[str] = frozenset()
    mention_tensors: bool = False

    def after(self, concerned: Set[str], anew: Islands) -> Islands:
        """The islands after a change, which concerned these files; they are in the islands `anew`.

        An analysis may have come to further files, by names that it computes: their islands are its own.
        """
        others = tuple(each for each in self.islands if each.isdisjoint(concerned))
        dynamic = (self.dynamic - concerned) | anew.dynamic
        return Islands(united(others + anew.islands), dynamic, anew.mention_tensors)


def islands_of(project: Project, seen_together: Iterable[Set[str]]) -> Islands:
    """The islands of a project's named files: by imports, in either direction, and of the files that
    analyses have seen together, in whatever way they came to them."""
    together = [sorted(files) for files in seen_together]
    links = project.links_from([*project.names, *(file for files in together for file in files)])
    for files in together:
        links[files[0]] = {*links[files[0]], *files}
    found = (frozenset(island) for island in components(links) if len(island) > 1)
    return Islands(tuple(found), project.dynamic)


def concerned_by(changed: Set[str], before: Islands, project: Project) -> frozenset[str] | None:
    """The files of all islands that a change of these named files concerns; None if that is all files.

    `before` are the islands before the change. No folder may hold other names than then.
    """
    dynamic = (before.dynamic - changed) | project.dynamic_among(changed)
    if bool(dynamic) != bool(before.dynamic):
        return None
    project.assume_imports_by_name(bool(dynamic))
    island_of = {file: island for island in before.islands for file in island}
    concerned: set[str] = set()
    pending = list(changed)
    while pending:
        file = pending.pop()
        island = island_of.get(file)
        concerned |= {file} if island is None else island
        # Where the files of an island lead to is in it, but for those that have changed.
        if island is None or file in changed:
            pending += [each for each in project.needs(file) if each not in concerned]
    return frozenset(concerned)

"""The facts about groups of files, kept from one run to the next.

A group is found by the contents of its files and what the user states about the code. Its facts hold
as long as the project answers what the analysis asked as it did then (`asked`).
"""

from __future__ import annotations

import os

from detachlint.cache.store import Store, digest_of
from detachlint.interpret.facts import Facts
from detachlint.knowledge.own import OwnFacts
from detachlint.project.asked import Answers, files_asked_about, still_told
from detachlint.project.group import Group, Unit
from detachlint.project.program import Project

MOST_VARIANTS = 4
"""Sets of answers of which a group's facts are kept, the latest first: branches that come and go."""


class Units:
    """The groups whose facts are in a store."""

    # `pickle` is imported late: it is of no use where nothing is kept.

    def __init__(self, store: Store, own: OwnFacts) -> None:
        self._store = store
        self._own = repr((own, os.getcwd()))  # noqa: PTH109 (a str)

    def find(self, project: Project, group: Group) -> Unit | None:
        """What is known of a group that is as it was."""
        key = self._key(project, group)
        for answers in self._variants(key):
            if still_told(project, answers):
                identity = _identity(key, answers)
                if not self._store.holds(_facts_name(identity)):
                    return None
                return Unit(group, identity, seen=files_seen(group, answers))
        return None

    def load(self, unit: Unit) -> dict[str, Facts] | None:
        """The facts of a unit; None if the store has lost them."""
        import pickle

        data = self._store.read(_facts_name(unit.identity))
        try:
            return None if data is None else dict(pickle.loads(data))
        except Exception:  # an entry that is damaged may raise anything
            return None

    def keep(
        self, project: Project, group: Group, answers: Answers, facts: dict[str, Facts]
    ) -> str:
        """Keep the facts of a group, and what they depend on. Gives the identity of the facts."""
        import pickle

        key = self._key(project, group)
        identity = _identity(key, answers)
        self._store.write(_facts_name(identity), pickle.dumps(facts, pickle.HIGHEST_PROTOCOL))
        others = [each for each in self._variants(key) if each != answers]
        variants = [answers, *others][:MOST_VARIANTS]
        self._store.write(f"group-{key}", pickle.dumps(variants, pickle.HIGHEST_PROTOCOL))
        return identity

    def _variants(self, key: str) -> list[Answers]:
        import pickle

        data = self._store.read(f"group-{key}")
        try:
            return [] if data is None else list(pickle.loads(data))
        except Exception:  # an entry that is damaged may raise anything
            return []

    def _key(self, project: Project, group: Group) -> str:
        contents = [(file, project.files.digest(file)) for file in group.files]
        whole = (self._own, project.followed, contents, group.parts, group.alone)
        return digest_of(repr(whole).encode("utf-8", "surrogatepass"))


def files_seen(group: Group, answers: Answers) -> frozenset[str]:
    """The files on whose content the facts of a group depend."""
    return frozenset(group.files).union(files_asked_about(answers))


def _identity(key: str, answers: Answers) -> str:
    return digest_of(f"{key}{answers!r}".encode("utf-8", "surrogatepass"))


def _facts_name(identity: str) -> str:
    return f"facts-{identity}"

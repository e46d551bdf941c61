"""Facts about the files of a project, group by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from functools import cached_property, reduce

from detachlint.cache.consulted import Consulted
from detachlint.cache.store import digest_of
from detachlint.interpret.facts import Facts
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.asked import Answers, Asked
from detachlint.project.files import ProjectFiles
from detachlint.project.followed import NOTHING_FOLLOWED, Followed
from detachlint.project.group import Group, Unit, analyse_group
from detachlint.project.islands import Islands, concerned_by, islands_of
from detachlint.project.kept import Kept
from detachlint.project.lowered import LoweredTexts
from detachlint.project.plan import Plan, plan_of
from detachlint.project.program import Project
from detachlint.project.resources import NO_RESOURCES, Resources
from detachlint.project.sharing import pays
from detachlint.project.units import Units, files_seen

Found = list[Unit] | Exception
"""Where the facts about a file come from; the exception is a defect of ours that only it suffers from."""

FEW_UNITS = 8
"""What comes of so many groups is kept in memory for those who ask for files in any order."""

NO_FACTS = "none"
"""The basis of what is said of a file about which there are no facts."""


class ProjectAnalysis:
    """The facts about files that are one project, found out when somebody asks for them.

    `names` are all files that were asked for, some of them `notebooks`: those among them that hold no
    crossing may call what holds one. `own` is what the user states about the code, `followed` are the
    installed packages that are part of it. Nothing is read before the first question.
    """

    def __init__(
        self,
        names: Iterable[str],
        texts: Mapping[str, str] | None = None,
        own: OwnFacts = NO_OWN_FACTS,
        followed: Followed = NOTHING_FOLLOWED,
        resources: Resources = NO_RESOURCES,
        codes: LoweredTexts | None = None,
        notebooks: frozenset[str] = frozenset(),
    ) -> None:
        self._codes = LoweredTexts() if codes is None else codes
        self._jobs = resources.jobs
        self._names = list(names)
        self._notebooks = notebooks
        self._own = own
        self._followed = followed
        self._texts = dict(texts or {})
        self._consulted = Consulted() if resources.consulted is None else resources.consulted
        store = resources.store
        self._units = Units(store, own) if store is not None else None
        self._kept = Kept(store, f"texts-{resources.name}")
        self._found: dict[str, Found] = {}
        self._bases: dict[str, str] = {}
        self._results: Iterator[tuple[str, Found]] | None = None
        self._seen_together: list[frozenset[str]] = []
        self._apart: dict[Group, Unit] = {}
        self._plans: dict[frozenset[str], Plan] = {}

    def facts(self, name: str) -> Facts | None:
        """The facts about one of the files; None if it is none of them, holds no crossing, or cannot
        be lowered. Raises what went wrong, if it is our fault. Each file is asked for once.
        """
        found = self._units_of(name)
        if found is None:
            return None
        del self._found[name]  # what nobody needs any more takes much memory
        return self._facts_from(found, name, self._plan)

    def reads_beside(self, name: str) -> bool:
        """Whether one of the files is read by the analysis of others, though no word of it tells of a
        crossing (`Plan.read`)."""
        return name in self._plan.read

    def reads_apart(self, name: str) -> bool:
        """The same for whoever asks for some of the files only."""
        return name in self._plan_around(name).read

    def tells_of(self, name: str) -> bool:
        """Whether a crossing was seen in such a file."""
        if not self.reads_beside(name):
            return False
        found = self._units_of(name)
        if not found or isinstance(found, Exception):
            return False
        if self._seen_on_reading(found, name) is None:
            self._bases[name] = self.basis(name)
            self._found[name] = []  # what nobody needs any more takes much memory
            return False
        return True

    def _seen_on_reading(self, found: list[Unit], name: str) -> Facts | None:
        """The facts about a file that groups have read; None if they have seen no crossing there."""
        facts = [self._facts_of(unit, name) for unit in found if name not in unit.errors]
        seen = [each for each in facts if each.crossings]
        return reduce(Facts.join, seen) if seen else None

    def facts_apart(self, name: str) -> Facts | None:
        """The same for whoever asks for some of the files only, in any order: no more is analysed than
        what hangs together with this one."""
        project, plan = self._project, self._plan_around(name)
        if name in plan.errors:
            raise plan.errors[name]
        groups = plan.telling.get(name, [])
        if not groups:
            return Facts(name) if name in plan.silent else None
        new = [group for group in groups if group not in self._apart]
        self._apart.update(zip(new, self._units_for(project, new), strict=True))
        found = [self._apart[group] for group in groups]
        while len(self._apart) > max(FEW_UNITS, len(groups)):
            self._apart.pop(next(group for group in self._apart if group not in groups))
        return self._facts_from(found, name, plan)

    def _facts_from(self, found: Found, name: str, plan: Plan) -> Facts | None:
        if isinstance(found, Exception):
            raise found
        if name in plan.read:
            seen = self._seen_on_reading(found, name)
            return Facts(name) if seen is None and name in plan.silent else seen
        result: Facts | None = None
        for unit in found:
            facts = self._facts_of(unit, name)
            result = facts if result is None else result.join(facts)
        if result is None:
            return Facts(name)
        if result.unreached and self._is_seen_with_others(found, name):
            (unit,) = self._units_for(self._project, [Group((name,), alone=True)])
            result = result.completed_by(self._facts_of(unit, name))
        return result

    def _is_seen_with_others(self, units: list[Unit], name: str) -> bool:
        """Whether more than the file itself was in sight, so that less work is left for that."""
        files = {file for unit in units for file in unit.group.files}
        return files != {name} or bool(self._project.needs(name))

    def basis(self, name: str) -> str:
        """A text that is the same for the same facts about a file; empty if nobody knows that."""
        if name in self._bases:
            return self._bases[name]
        found = self._units_of(name)
        if found is None:
            return NO_FACTS
        if isinstance(found, Exception) or not all(unit.identity for unit in found):
            return ""
        return digest_of(" ".join(unit.identity for unit in found).encode())

    def confine(self, changed: frozenset[str], before: Islands) -> frozenset[str] | None:
        """Be about no more than a change concerns, before anything else is asked. Gives the files of
        which that holds; None if these are all. What it is given: see `islands.concerned_by`."""
        concerned = concerned_by(changed, before, self._project)
        if concerned is not None:
            self._project.confine(concerned)
        return concerned

    def islands(self) -> Islands:
        """Which files hang together, once all has been asked."""
        found = islands_of(self._project, self._seen_together)
        self._save_what_is_known(whole=False)
        return found

    def _save_what_is_known(self, *, whole: bool) -> None:
        """Keep what is known of texts; but a file that has changed meanwhile is not the text that it was
        taken for."""
        if not self._consulted.torn:
            self._kept.save(whole=whole)

    def reads(self, name: str, data: bytes) -> bool:
        """Whether this is what it finds in that file, if it is about it at all."""
        files = self._project.files
        return self._project.is_about(name) and files.digest(name) == files.digest_in(name, data)

    def with_text(self, name: str, text: str) -> ProjectAnalysis:
        """The same project after a change. What is asked of it costs a new analysis.

        A text that is none of its files (a block in Markdown) is a program that may import them, and
        that none of them imports.
        """
        names = self._names if name in self._names else [name]
        texts = {**self._texts, name: text}
        consulted = Resources(self._consulted)
        known = self._own, self._followed, consulted, self._codes, self._notebooks
        return ProjectAnalysis(names, texts, *known)

    @cached_property
    def _project(self) -> Project:
        known = self._consulted, self._kept, self._codes, self._notebooks
        return Project(ProjectFiles(self._names, self._texts, *known), self._followed)

    @cached_property
    def _plan(self) -> Plan:
        plan = plan_of(self._project, self._own)
        self._save_what_is_known(whole=self._project.within is None)
        self._kept.forget()
        return plan

    def _plan_around(self, name: str) -> Plan:
        """What to analyse of the files that hang together with one: others are not parsed for it, unless
        it is kept for the next question what they say."""
        if self._units is not None:
            return self._plan
        around = self._project.around(name)
        plan = self._plans.get(around)
        if plan is None:
            plan = self._plans[around] = plan_of(self._project, self._own, around)
        return plan

    def _units_of(self, name: str) -> Found | None:
        """Where the facts about a file come from; None if there are none, an empty list if it has
        nothing to tell of."""
        if self._results is None:
            self._results = self._analyse(self._project, self._plan)
        while name not in self._found:
            following = next(self._results, None)
            if following is None:
                return None
            self._found[following[0]] = following[1]
        return self._found[name]

    def _analyse(self, project: Project, plan: Plan) -> Iterator[tuple[str, Found]]:
        """What came of each file that may hold a crossing, once all of its callers among the project's
        named files have been seen."""
        yield from plan.errors.items()
        for file in plan.silent:
            if file not in plan.read:
                yield file, []
        told: dict[Group, list[str]] = {}
        for file, groups in plan.telling.items():
            for group in groups:
                told.setdefault(group, []).append(file)
        still_open = Counter(file for files in told.values() for file in files)
        found: dict[str, list[Unit]] = {}
        for unit in self._units_for(project, plan.groups):
            for file in told.get(unit.group, ()):
                found.setdefault(file, []).append(unit)
                still_open[file] -= 1
                if not still_open[file]:
                    yield file, found.pop(file)

    def _units_for(self, project: Project, groups: list[Group]) -> Iterator[Unit]:
        """What is known of each group, or else found out, in their order."""
        known: dict[Group, Unit] = {}
        if self._units is not None:
            found = [self._units.find(project, group) for group in groups]
            known = {unit.group: unit for unit in found if unit is not None}
        new = [group for group in groups if group not in known]
        with closing(self._analysed(project, new)) as anew:  # its processes end with it
            for group in groups:
                unit = known.get(group) or next(anew)
                self._seen_together.append(unit.seen)
                yield unit

    def _analysed(self, project: Project, groups: list[Group]) -> Generator[Unit, None, None]:
        if self._jobs > 1 and pays(project, groups):
            # Imported late: most runs are over before a second process has started.
            from detachlint.project.parallel import Task, analyse_groups

            task = Task(project, self._own, self._consulted)
            jobs = min(self._jobs, len(groups))
            for outcome in analyse_groups(task, groups, jobs, self._texts):
                self._consulted.hear(outcome.news)
                self._keep(project, outcome.unit, outcome.answers)
                yield outcome.unit
            return
        for group in groups:
            yield self._new_unit(project, group)

    def _new_unit(self, project: Project, group: Group) -> Unit:
        asked = Asked(project)
        unit = analyse_group(project, asked, group, self._own)
        self._keep(project, unit, list(asked.answers.items()))
        return unit

    def _keep(self, project: Project, unit: Unit, answers: Answers) -> None:
        unit.seen = files_seen(unit.group, answers)
        if self._units is None or unit.errors or unit.facts is None or self._consulted.torn:
            return
        unit.identity = self._units.keep(project, unit.group, answers, unit.facts)

    def _facts_of(self, unit: Unit, file: str) -> Facts:
        if unit.facts is None and self._units is not None:
            unit.facts = self._units.load(unit)
        if unit.facts is None:  # the cache has lost them
            anew = self._new_unit(self._project, unit.group)
            unit.facts, unit.errors = anew.facts, anew.errors
        if file in unit.errors:
            raise unit.errors[file]
        assert unit.facts is not None
        return unit.facts.get(file) or Facts(file)

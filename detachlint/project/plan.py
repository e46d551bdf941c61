"""What is to be analysed of a project, before anything is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from detachlint.interpret.relevance import Mentions
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.garbage import rarely_collected
from detachlint.project.group import Group
from detachlint.project.links import components
from detachlint.project.program import Project
from detachlint.project.seeds import seeds_of
from detachlint.project.selection import groups_of, related_files


@dataclass(slots=True)
class Plan:
    """The named files with a crossing (`seeds`) in `groups` with those that lead to them.

    `silent` are files whose words promised a crossing, and whose code has none; `unreadable` are those
    that Python cannot read. `errors` are defects of ours that only these files suffer from.

    `read` are named files without such a word that groups hold or import: what they do with what they
    are handed may be a crossing all the same (`axes.plot(values)`, `function(value)`). `telling` are
    the groups that may tell something of a seed, or of such a file.
    """

    seeds: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    errors: dict[str, Exception] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    telling: dict[str, list[Group]] = field(default_factory=dict)


def plan_of(
    project: Project, own: OwnFacts = NO_OWN_FACTS, among: Collection[str] | None = None
) -> Plan:
    """What to analyse of the named files of a project, or of those `among` them that hang together;
    `own` is what the user states."""
    with rarely_collected():
        return _planned(project, own, project.names if among is None else among)


def _planned(project: Project, own: OwnFacts, names: Collection[str]) -> Plan:
    plan = Plan()
    seeds: dict[str, Mentions] = {}
    for file in sorted(seeds_of(project, own, names)):
        try:
            mentions = project.mentions(file)
        except Exception as error:
            plan.errors[file] = error
            continue
        if mentions is None:
            plan.unreadable.append(file)
        elif mentions.hold_crossing(own.crossing_words):
            seeds[file] = mentions
        else:
            plan.silent.append(file)
    chosen = _with_callers(project, seeds, own, names) if seeds else set()
    plan.seeds = list(seeds)
    plan.groups = groups_of(project, set(seeds), chosen)
    _look_around(project, plan, set(names).difference(seeds, plan.errors))
    project.files.forget_mentions()
    return plan


def _look_around(project: Project, plan: Plan, others: set[str]) -> None:
    """Note which groups tell of which files: of the seeds in them, and of `others` that are in sight."""
    seeds = set(plan.seeds)
    for group in plan.groups:
        in_sight = group.files if group.alone else project.links_from(group.files)
        read = others.intersection(in_sight)
        plan.read |= read
        for file in sorted(read | seeds.intersection(group.files)):
            plan.telling.setdefault(file, []).append(group)


def _with_callers(
    project: Project, seeds: dict[str, Mentions], own: OwnFacts, names: Collection[str]
) -> set[str]:
    """The seeds and what leads to them: for each set of files that hang together by itself, as others may
    use the same names and mean something else."""
    chosen: set[str] = set()
    for together in components(project.links_from(names)):
        inside = {file: seeds[file] for file in sorted(together.intersection(seeds))}
        if inside:
            chosen |= related_files(project, inside, own, sorted(together.intersection(names)))
    return chosen

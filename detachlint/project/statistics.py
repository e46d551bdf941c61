"""What an analysis has looked at, what it could not see, and what it took: counted, never silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from detachlint.interpret.facts import Bound, Facts
from detachlint.ir.nodes import Import
from detachlint.ir.walk import all_codes, nodes_of
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.asked import Answers, Asked
from detachlint.project.files import ProjectFiles
from detachlint.project.followed import LIBRARIES, NOTHING_FOLLOWED, Followed
from detachlint.project.group import analyse_group
from detachlint.project.plan import Plan, plan_of
from detachlint.project.program import Project
from detachlint.source.discovery import describe, read_file
from detachlint.source.text import Undecodable
from detachlint.syntax.parse import Unparsable, parse_module


class Place(NamedTuple):
    """A line of a file; 0 where it is not known, since the import is no statement."""

    file: str
    line: int


class Unread(NamedTuple):
    """A file whose code cannot be had: the line that is to blame, and why."""

    file: str
    line: int
    why: str


@dataclass(slots=True)
class Statistics:
    """What the analysis of some files was about.

    `named` are the files that were asked for, `crossing` those with a crossing, `callers` those that lead
    to one, `imported` further ones that were read since these import them. `missing` are the modules that
    are no library with facts of its own and were not found, and where they are imported. `groups` are the
    sizes of what was analysed together.
    """

    named: list[str]
    crossing: list[str] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    missing: dict[str, list[Place]] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    facts: dict[str, Facts] = field(default_factory=dict)
    gave_up: Counter[Bound] = field(default_factory=Counter)


def statistics_of(
    files: ProjectFiles,
    own: OwnFacts = NO_OWN_FACTS,
    followed: Followed = NOTHING_FOLLOWED,
) -> Statistics:
    """Analyse the named files, whatever is known of them from earlier runs. Raises a defect of ours."""
    project = Project(files, followed)
    plan = plan_of(project, own)
    for error in plan.errors.values():
        raise error
    found = Statistics(files.named, crossing=sorted(plan.seeds))
    answers: dict[tuple[str, ...], str] = {}
    for group in plan.groups:
        asked = Asked(project)
        unit = analyse_group(project, asked, group, own)
        for error in unit.errors.values():
            raise error
        for file, facts in (unit.facts or {}).items():
            known = found.facts.get(file)
            found.facts[file] = facts if known is None else known.join(facts)
        found.groups.append(len(group.files))
        answers.update(asked.answers)
    _account(found, project, plan, list(answers.items()))
    return found


def _account(found: Statistics, project: Project, plan: Plan, answers: Answers) -> None:
    grouped = {file for group in plan.groups for file in group.files}
    found.callers = sorted(grouped - set(plan.seeds))
    read = {question[1] for question, digest in answers if question[0] == "code" and digest}
    unread = sorted({*plan.unreadable, *project.unreadable})
    found.imported = sorted(read - grouped - set(unread))
    found.unread = [_unread(project, file) for file in unread]
    found.missing = _missing(project, sorted(answers))
    found.gave_up = sum((facts.gave_up for facts in found.facts.values()), project.gave_up.copy())


def _unread(project: Project, file: str) -> Unread:
    """Why a file cannot be read: in Python's words, if it is Python that says so."""
    try:
        parse_module(project.files.program_in(file, read_file(Path(file))), file)
    except OSError as error:
        return Unread(file, 1, describe(error))
    except (Undecodable, Unparsable) as error:
        return Unread(file, error.line, error.message)
    return Unread(file, 1, project.unreadable.get(file) or "nested too deeply")


def _missing(project: Project, answers: Answers) -> dict[str, list[Place]]:
    """Where modules are imported that were looked for in vain."""
    missing: dict[str, set[Place]] = {}
    for question, answer in answers:
        if question[0] != "find" or answer:
            continue
        _, importer, level, module = question
        if level == "0" and module.partition(".")[0] in LIBRARIES:
            continue
        name = "." * int(level) + module
        missing.setdefault(name, set()).update(_places(project, importer, int(level), module))
    return {name: sorted(places) for name, places in sorted(missing.items())}


def _places(project: Project, importer: str, level: int, module: str) -> set[Place]:
    code = project.lowered(importer)
    nodes = [node for part in all_codes(code) for node in nodes_of(part)] if code else []
    return {
        Place(importer, node.span.line)
        for node in nodes
        if isinstance(node, Import) and (node.level, node.module) == (level, module)
    } or {Place(importer, 0)}

"""The analysis of one group of files, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from detachlint.interpret import analyse_module, analyse_program
from detachlint.interpret.engine.program import Program
from detachlint.interpret.facts import TOO_LARGE, Bound, Facts
from detachlint.ir.nodes import Code
from detachlint.knowledge.own import OwnFacts
from detachlint.project.garbage import rarely_collected
from detachlint.project.program import Project
from detachlint.source.span import Span
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class Group:
    """Files to analyse together, sorted. `parts` is how many such groups the same program was cut into;
    0 of one that was not.

    With `alone`, nothing but the (single) file is in sight: the program is too large, as a whole or
    for some of the file's crossings.
    """

    files: tuple[str, ...]
    parts: int = 0
    alone: bool = False


@dataclass(slots=True)
class Unit:
    """What came of a group. `identity` is the same for the same facts; empty if nobody knows that.

    `facts` are None while they are in the cache alone. `seen` are all files whose content counts for
    them. `errors` are defects of ours that only these files suffer from.
    """

    group: Group
    identity: str = ""
    facts: dict[str, Facts] | None = None
    seen: frozenset[str] = frozenset()
    errors: dict[str, Exception] = field(default_factory=dict)


def analyse_group(project: Project, asked: Program, group: Group, own: OwnFacts) -> Unit:
    """The facts about a group's files; the rest of the program is seen by way of `asked`."""
    with rarely_collected():
        return _analysed(project, asked, group, own)


def _analysed(project: Project, asked: Program, group: Group, own: OwnFacts) -> Unit:
    project.begin()
    codes = {file: project.lowered(file) for file in group.files}
    modules = {file: code for file, code in codes.items() if code is not None}
    unit = Unit(group, facts={file: Facts(file) for file in group.files})
    assert unit.facts is not None
    if group.alone:
        for file, code in modules.items():
            _analyse_alone(unit, asked, file, code, own)
            unit.facts[file].gave_up[Bound(TOO_LARGE, Span(1, 0, 1, 0, file))] += 1
        return unit
    try:
        unit.facts |= analyse_program(modules, asked, own, parts=group.parts)
    except Exception as error:
        if len(group.files) == 1:
            unit.errors[group.files[0]] = error
            return unit
        for file, code in modules.items():
            _analyse_alone(unit, asked, file, code, own)
    return unit


def _analyse_alone(unit: Unit, asked: Program, file: str, code: Code, own: OwnFacts) -> None:
    assert unit.facts is not None
    try:
        unit.facts[file] = analyse_module(
            code, file, own, is_library=asked.is_imported(file), around=asked
        )
    except Exception as error:
        unit.errors[file] = error

"""What is to be reported of a text that has been read.

Parsing, interpreting and fixing are imported when the first text needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from detachlint.config.options import Options
from detachlint.outcome.program import RunProgram
from detachlint.outcome.reading import unreadable
from detachlint.rules.codes import UNREADABLE
from detachlint.rules.finding import Finding
from detachlint.source.scan import imports_library, text_may_hold_crossing
from detachlint.source.span import Span
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    import ast

    from detachlint.config.baseline import Likeness
    from detachlint.interpret.facts import Facts
    from detachlint.syntax.parse import Unparsable


class Checked(NamedTuple):
    """The findings to report, and those that the baseline knows. `alone` tells that nothing but the file
    was in sight, of some crossings at least, since the program is too large."""

    findings: tuple[Finding, ...] = ()
    known: tuple[Likeness, ...] = ()
    alone: bool = False


class Found(NamedTuple):
    """The findings of every confidence; whether nothing was given up on the way, and see `Checked`."""

    findings: list[Finding]
    complete: bool
    alone: bool = False


def check(source: SourceText, options: Options, program: RunProgram | None = None) -> Checked:
    """What is to be reported of a file: a program, or the programs in its blocks.

    `program` is what it is part of; without one, its imports are all out of sight.
    """
    if source.blocks is None:
        return check_program(source, options, program)
    findings: list[Finding] = []
    known: tuple[Likeness, ...] = ()
    for block in source.blocks:
        checked = check_program(block.source, options.after(known), program)
        # What is no program is an example of something else.
        readable = [finding for finding in checked.findings if finding.code != UNREADABLE]
        findings += [finding.moved(block.outer) for finding in readable]
        known += checked.known
    # A block between the cells of a notebook stands in the middle of that.
    return Checked(tuple(sorted(findings, key=by_position)), known)


def by_position(finding: Finding) -> tuple[Span, str]:
    """What findings are sorted by."""
    return finding.span, finding.code


def check_program(source: SourceText, options: Options, program: RunProgram | None) -> Checked:
    """What is to be reported of one program."""
    from detachlint.config.wanted import reported
    from detachlint.source.suppressions import read_suppressions
    from detachlint.syntax.parse import Unparsable

    suppressions = read_suppressions(source)
    if suppressions.skips_file:
        return Checked()
    syntax = _Syntax(source)
    try:
        found = findings_from(
            partial(_facts_about, source, syntax, options, program), source.filename
        )
    except Unparsable as error:
        return _troubles(source, [error], options)
    findings, known = reported(
        found.findings, source, suppressions, options, complete=found.complete
    )
    if findings:
        from detachlint.fix import attach_fixes

        findings = attach_fixes(findings, source, options.fix_style, syntax.tree())
    named = tuple(_with_cells_named(finding, source, program) for finding in findings)
    return _with_troubles(source, Checked(named, known, found.alone), options)


def unsilenced(found: list[Finding], source: SourceText, options: Options) -> list[Finding]:
    """The findings of which neither the baseline knows nor a comment that is for this tool alone."""
    from detachlint.config.wanted import reported
    from detachlint.source.suppressions import read_suppressions

    suppressions = read_suppressions(source, own_only=True)
    if suppressions.skips_file:
        return []
    return reported(found, source, suppressions, options, complete=False)[0]


class _Syntax:
    """The syntax tree of a text, made when somebody asks for it: for what is nothing to tell of, the
    parsing that the analysis does is enough."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._tree: ast.Module | None = None

    def tree(self) -> ast.Module:
        """The tree. Raises `Unparsable`."""
        if self._tree is None:
            from detachlint.syntax.parse import parse_module

            self._tree = parse_module(self._source.text, self._source.filename)
        return self._tree


def _facts_about(
    source: SourceText, syntax: _Syntax, options: Options, program: RunProgram | None
) -> Facts:
    """The facts about a program. Raises `Unparsable` if Python cannot read it, or lowering cannot."""
    from detachlint.interpret.facts import Facts

    holds = text_may_hold_crossing(source.text) or options.facts.may_cross(source.text)
    if not (holds or (program is not None and _is_handed_tensors(source, program))):
        syntax.tree()
        return Facts(source.filename)
    if program is None:
        return facts_alone(syntax.tree(), source.filename, options)
    return _facts_in(program, source) or no_facts(source.text, source.filename, syntax.tree)


def _is_handed_tensors(source: SourceText, program: RunProgram) -> bool:
    """Whether others may hand a program what it makes arrays of."""
    return imports_library(source.text) or program.is_seen(source.filename)


def no_facts(text: str, filename: str, tree: Callable[[], ast.Module]) -> Facts:
    """The facts about a file of which its project has none: nothing runs there that has to do with
    tensors. Raises `Unparsable` if that is so since it cannot be looked at, or RecursionError."""
    from detachlint.interpret.facts import Facts

    module = tree()
    if text_may_hold_crossing(text):
        from detachlint.lower import lower_module

        lower_module(module, filename)
        raise RecursionError  # but for the analysis
    return Facts(filename)


def findings_from(read_facts: Callable[[], Facts], filename: str) -> Found:
    """What is found in a program.

    One that is nested too deeply to be looked at gives one finding. Raises what `read_facts` does.
    """
    from detachlint.interpret.facts import NOT_REACHED, TOO_LARGE
    from detachlint.rules.registry import run_rules
    from detachlint.syntax.parse import too_deep

    try:
        facts = read_facts()
        alone = not facts.bounds.keys().isdisjoint({NOT_REACHED, TOO_LARGE})
        return Found(run_rules(facts), not facts.gave_up, alone)
    except RecursionError:
        return Found([unreadable(too_deep(), filename)], complete=False)


def facts_alone(tree: ast.Module, filename: str, options: Options) -> Facts:
    """The facts about a file whose imports are all out of sight."""
    from detachlint.interpret import analyse_module
    from detachlint.lower import lower_module

    return analyse_module(lower_module(tree, filename), filename, options.facts)


def _facts_in(program: RunProgram, source: SourceText) -> Facts | None:
    """The facts about a file of a project; None if that has none.

    A text of its own, one that has been fixed or a block in a file, is looked at with what hangs together
    with it.
    """
    whole, data = program.analysis, source.original
    # A file may have changed since it was read, or be gone; a pipe can be read once only.
    if data is not None and program.holds(source.filename) and whole.reads(source.filename, data):
        return whole.facts(source.filename)
    return whole.with_text(source.filename, source.text).facts_apart(source.filename)


def _with_cells_named(finding: Finding, source: SourceText, program: RunProgram | None) -> Finding:
    """The same finding where lines of notebooks are those of their cells."""
    named = finding.with_lines_named(source.line_name)
    return named if program is None else named.with_places_named(program.notebooks, program.label)


def _with_troubles(source: SourceText, checked: Checked, options: Options) -> Checked:
    """What came of a program, and what was left out of it, by position."""
    if not source.troubles:
        return checked
    troubles = _troubles(source, source.troubles, options.after(checked.known))
    together = sorted([*troubles.findings, *checked.findings], key=by_position)
    return Checked(tuple(together), checked.known + troubles.known, checked.alone)


def _troubles(
    source: SourceText, errors: Iterable[Undecodable | Unparsable], options: Options
) -> Checked:
    """What cannot be read of a source; no comment silences that."""
    from detachlint.config.wanted import reported
    from detachlint.source.suppressions import NOTHING

    found = [unreadable(error, source.filename) for error in errors]
    findings, known = reported(found, source, NOTHING, options)
    return Checked(tuple(findings), known)

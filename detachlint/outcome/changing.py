"""What comes of changing a text: fixing it, or silencing what is found in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from detachlint.config.options import Options
from detachlint.outcome.checking import Checked, check, check_program
from detachlint.outcome.program import RunProgram
from detachlint.outcome.result import FileResult
from detachlint.rules.finding import Finding
from detachlint.source.text import SourceText, Unencodable

if TYPE_CHECKING:
    from detachlint.config.baseline import Likeness

MAXIMUM_PASSES = 10
"""How often a text is fixed and checked again; a second pass is rare and a third unheard of."""

Changed: TypeAlias = tuple[SourceText, list[Finding], Checked]
"""A changed source (the same object if nothing changed), what was applied, what remains."""
Change: TypeAlias = "Callable[[SourceText, Options, RunProgram | None], Changed]"
"""What changes one program."""


def fixed(source: SourceText, options: Options, program: RunProgram | None) -> FileResult:
    """What came of fixing a file."""
    return _result(source, options, program, fix_program)


def silenced(source: SourceText, options: Options, program: RunProgram | None) -> FileResult:
    """What came of silencing the findings in a file."""
    result = _result(source, options, program, _silence_program)
    return result if result.before is not None else replace(result, findings=())


def unfixed(
    source: SourceText, options: Options, program: RunProgram | None, reason: str
) -> FileResult:
    """What is found in a file that could not be changed after all."""
    # A project tells of each of its files once; of a text, as often as it is asked.
    again = replace(source, original=None)
    checked = check(again, options, program)
    message = f"{source.filename}: not fixed: {reason}"
    return FileResult(
        *(source.filename, checked.findings, source),
        error=message,
        known=checked.known,
        alone=checked.alone,
    )


def _result(
    source: SourceText, options: Options, program: RunProgram | None, work: Change
) -> FileResult:
    filename = source.filename
    after, applied, remaining = _change(source, options, program, work)
    if after is source:
        return FileResult(
            filename, remaining.findings, source, known=remaining.known, alone=remaining.alone
        )
    try:
        content = source.with_content_of(after)
    except Unencodable as error:
        return unfixed(source, options, program, str(error))
    left, known, alone = remaining
    return FileResult(
        filename, left, after, tuple(applied), source, content, known=known, alone=alone
    )


def _change(
    source: SourceText, options: Options, program: RunProgram | None, work: Change
) -> Changed:
    """Change the programs in a source, by a function that changes one."""
    if source.blocks is None:
        return work(source, options, program)
    applied: list[Finding] = []
    programs: list[str] = []
    known: tuple[Likeness, ...] = ()
    for block in source.blocks:
        after, done, left = work(block.source, options.after(known), program)
        programs.append(after.text)
        applied += [finding.moved(block.outer) for finding in done]
        known += left.known
    changed = source.with_programs(programs) if applied else source
    return changed, applied, check(changed, options, program)


def _silence_program(source: SourceText, options: Options, program: RunProgram | None) -> Changed:
    from detachlint.fix import add_noqa

    checked = check_program(source, options, program)
    silenced = add_noqa(source, checked.findings)
    if not silenced.findings:
        return source, [], checked
    remaining = check_program(silenced.source, options, program)
    return silenced.source, list(silenced.findings), remaining


def fix_program(source: SourceText, options: Options, program: RunProgram | None = None) -> Changed:
    """Apply the fixes of a program until there are none left."""
    from detachlint.fix import apply_fixes

    applied: list[Finding] = []
    current, checked = source, check_program(source, options, program)
    for _ in range(MAXIMUM_PASSES):
        repair = apply_fixes(current, checked.findings, unsafe=options.unsafe_fixes)
        if not repair.applied:
            break
        applied += repair.applied
        current = repair.source
        checked = check_program(current, options, program)
    return current, applied, checked

"""Check and fix Python source: the one door that every front end goes through.

`check_source` and `fix_source` are pure functions of a text. `check_bytes` and `fix_bytes` do the
same for the content of a file, `check_paths` and `fix_paths` for files and directories; these four
never raise for what is in a file: whatever goes wrong is the `error` of that file's result.

Parsing, interpreting and fixing are imported when the first file needs them, so that a run over
files without crossings costs reading them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from detachlint.config.configuration import Configuration
from detachlint.config.options import DEFAULT_OPTIONS, Options
from detachlint.knowledge.own import merged
from detachlint.outcome.program import RunProgram
from detachlint.outcome.result import FileResult as FileResult
from detachlint.project.lost import WorkerLost
from detachlint.rules.codes import UNREADABLE, UNUSED_SUPPRESSION
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.discovery import FoundFile, WalkRules, describe, discover, read_file
from detachlint.source.files import decode_file
from detachlint.source.language import Language, language_of, searched
from detachlint.source.scan import (
    imports_library,
    may_hold_crossing,
    may_name_rules,
    text_may_hold_crossing,
)
from detachlint.source.span import Span
from detachlint.source.text import SourceText, Undecodable, Unencodable

if TYPE_CHECKING:
    import ast

    from detachlint.cache.store import Store
    from detachlint.config.baseline import Likeness
    from detachlint.fix import FixStyle
    from detachlint.interpret.facts import Facts
    from detachlint.outcome.memory import Memory
    from detachlint.syntax.parse import Unparsable

MAXIMUM_PASSES = 10
"""How often a text is fixed and checked again; a second pass is rare and a third unheard of."""


@dataclass(frozen=True, slots=True)
class FixResult:
    """A fixed text. `applied` are located in the text they were found in, `remaining` in `text`."""

    text: str
    applied: list[Finding]
    remaining: list[Finding]


def check_source(
    text: str,
    filename: str = "<string>",
    *,
    min_confidence: Confidence = Confidence.LIKELY,
    fix_style: FixStyle = "detach",
) -> list[Finding]:
    """The findings in a Python module, by position, each with its fix where there is one.

    A text that Python does not read gives one finding, DTL900. `filename` is for the findings;
    nothing is read from disk.
    """
    options = Options(min_confidence, fix_style)
    try:
        source = SourceText.from_text(text, filename)
    except Undecodable as error:
        return _wanted([_unreadable(error, filename)], options)
    return list(_check(source, options).findings)


def fix_source(
    text: str,
    filename: str = "<string>",
    *,
    min_confidence: Confidence = Confidence.LIKELY,
    fix_style: FixStyle = "detach",
    unsafe_fixes: bool = False,
) -> FixResult:
    """The text with all fixes applied until none is left, and the findings that have none."""
    options = Options(min_confidence, fix_style, unsafe_fixes)
    try:
        source = SourceText.from_text(text, filename)
    except Undecodable as error:
        return FixResult(text, [], _wanted([_unreadable(error, filename)], options))
    fixed, applied, remaining = _fix_program(source, options)
    changed = fixed is not source
    mark = "\ufeff" if source.has_bom else ""
    return FixResult(mark + fixed.text if changed else text, applied, list(remaining.findings))


def check_tree(
    tree: ast.Module, filename: str, options: Options = DEFAULT_OPTIONS
) -> list[Finding]:
    """The findings in a module that somebody else has parsed, by position and without fixes.

    A module that is nested too deeply to be analysed gives one finding, DTL900. Comments silence
    nothing here: that is left to whoever has the text.
    """
    read = partial(_facts_alone, tree, filename, options)
    return _wanted(_findings(read, filename)[0], options)


def check_bytes(data: bytes, filename: str, options: Options = DEFAULT_OPTIONS) -> FileResult:
    """Check the content of a file."""
    return _guarded(partial(_check_bytes, data, filename, options, None), filename, options)


def check_texts(sources: Iterable[tuple[SourceText, Options]]) -> Iterator[FileResult]:
    """Check what has been read already, such as the programs in one file, as parts of one project.

    Those that are Python files may import each other, the others may import them.
    """
    given = list(sources)
    programs = [source.filename for source, options in given if _is_python(source, options)]
    project = RunProgram(programs, merged(options.facts for _, options in given))
    for source, options in given:
        work = partial(_check_file, source, options, project)
        yield _guarded(work, source.filename, options)


def _is_python(source: SourceText, options: Options) -> bool:
    return language_of(Path(source.filename).name, options.extensions) is Language.PYTHON


def fix_bytes(data: bytes, filename: str, options: Options = DEFAULT_OPTIONS) -> FileResult:
    """Fix the content of a file. Writes nothing: `source` of the result holds the fixed text."""
    return _guarded(partial(_fix_bytes, data, filename, options, None), filename, options)


def check_paths(
    paths: Iterable[str | Path],
    options: Options | Configuration = DEFAULT_OPTIONS,
    *,
    expect: Callable[[int], None] | None = None,
    store: Store | None = None,
    jobs: int = 1,
) -> Iterator[FileResult]:
    """Check files and directories; one result for each file that was found or could not be.

    With a `Configuration`, each file is checked as its configuration says, and what is excluded is
    left out. Raises `ConfigurationError`, before any file is checked. `expect` is told how many
    results there will be, once that is known. What a `store` holds of earlier runs is used, and what
    comes of this one is kept there; up to `jobs` processes work at it. Results are the same without.
    Raises `detachlint.project.lost.WorkerLost` if such a process is killed.
    """
    return _each_file([*paths], options, _check_bytes, expect, store, jobs)


def fix_paths(
    paths: Iterable[str | Path],
    options: Options | Configuration = DEFAULT_OPTIONS,
    *,
    write: bool = True,
    expect: Callable[[int], None] | None = None,
    store: Store | None = None,
    jobs: int = 1,
) -> Iterator[FileResult]:
    """Fix files and directories. A changed file is replaced atomically, unless `write` is false.

    The other arguments and errors are those of `check_paths`.
    """
    return _each_written(_each_file([*paths], options, _fix_bytes, expect, store, jobs), write)


def silence_paths(
    paths: Iterable[str | Path],
    options: Options | Configuration = DEFAULT_OPTIONS,
    *,
    write: bool = True,
) -> Iterator[FileResult]:
    """Put `# noqa` comments to all findings, as `fix_paths` writes fixes; those are `applied`."""
    return _each_written(_each_file([*paths], options, _silence_bytes), write)


# --- files ------------------------------------------------------------------------------------


_Work: TypeAlias = "Callable[[bytes, str, Options, RunProgram | None], FileResult]"


def _each_file(
    paths: list[str | Path],
    options: Options | Configuration,
    work: _Work,
    expect: Callable[[int], None] | None = None,
    store: Store | None = None,
    jobs: int = 1,
) -> Iterator[FileResult]:
    if isinstance(options, Options):
        rules = WalkRules(suffixes=searched(options.extensions))
        found = discover(paths, lambda directory: rules)
        chosen = [options] * len(found.files)
    else:
        found = discover(paths, options.walk_rules)
        chosen = [options.options(file.path) for file in found.files]
    if expect is not None:
        expect(len(found.problems) + len(found.files))
    for problem in found.problems:
        yield FileResult(str(problem.path), error=f"{problem.path}: {problem.message}")
    if store is None:
        program = _program(found.files, chosen, jobs)
        for file, own in zip(found.files, chosen, strict=True):
            yield _one_file(file, own, work, program)[0]
    else:
        yield from _with_memory([*map(str, paths)], found.files, chosen, work, store, jobs)


def _program(
    files: Sequence[FoundFile],
    chosen: Sequence[Options],
    jobs: int,
    store: Store | None = None,
    memory: Memory | None = None,
) -> RunProgram:
    names = [
        str(file.path)
        for file, own in zip(files, chosen, strict=True)
        if language_of(file.path.name, own.extensions) is Language.PYTHON
    ]
    own = merged(own.facts for own in chosen)
    if memory is None:
        return RunProgram(names, own, jobs=jobs)
    return RunProgram(names, own, memory.consulted, store, memory.name, jobs)


def _with_memory(
    paths: list[str],
    files: Sequence[FoundFile],
    chosen: Sequence[Options],
    work: _Work,
    store: Store,
    jobs: int,
) -> Iterator[FileResult]:
    """The results of all files, the remembered ones where they still hold. Fixes are made anew."""
    # Imported late: where nothing is kept, nothing is remembered.
    from detachlint.outcome.memory import Memory

    checks = work is _check_bytes
    memory = Memory(store, paths, files, chosen, read_source)
    recalled = memory.recalled()
    if recalled is not None and checks:
        yield from recalled
        return
    program = _program(files, chosen, jobs, store, memory)
    results: list[tuple[FileResult, str]] = []
    for index, (file, own) in enumerate(zip(files, chosen, strict=True)):
        known = (
            memory.recall(index, partial(program.basis_again, str(file.path))) if checks else None
        )
        results.append(known or _one_file(file, own, work, program, wants_basis=checks))
        yield results[-1][0]
    if checks:
        memory.keep(results)


def _one_file(
    file: FoundFile,
    options: Options,
    work: _Work,
    program: RunProgram,
    *,
    wants_basis: bool = False,
) -> tuple[FileResult, str]:
    """The result of a file, and what it depends on beside the file, if that is wanted."""
    filename = str(file.path)
    try:
        data = read_file(file.path)
    except OSError as error:
        return FileResult(filename, error=f"{filename}: {describe(error)}"), ""
    # What the user named is parsed in any case: a syntax error in it is worth saying.
    worth_parsing = file.explicit or _is_worth_parsing(data, options, program)
    basis = ""
    if wants_basis:
        needs_facts = worth_parsing and program.needs_facts(data)
        basis = program.basis(filename, needs_facts=needs_facts)
    if not worth_parsing:
        return FileResult(filename, passed_over=True), basis
    return _guarded(partial(work, data, filename, options, program), filename, options), basis


def _is_worth_parsing(data: bytes, options: Options, program: RunProgram) -> bool:
    if may_hold_crossing(data):
        return True
    text = data.decode("utf-8", "replace")
    if options.facts.may_cross(text) or (imports_library(text) and program.mentions_tensors):
        return True
    return may_name_rules(data) and options.reports(UNUSED_SUPPRESSION)


def _guarded(work: Callable[[], FileResult], filename: str, options: Options) -> FileResult:
    try:
        return work()
    except Undecodable as error:
        return FileResult(filename, tuple(_wanted([_unreadable(error, filename)], options)))
    except WorkerLost:
        raise
    except Exception as error:
        return FileResult(filename, error=_internal_error(error, filename))


def _check_bytes(
    data: bytes, filename: str, options: Options, program: RunProgram | None
) -> FileResult:
    return _check_file(read_source(data, filename, options), options, program)


def _check_file(source: SourceText, options: Options, program: RunProgram | None) -> FileResult:
    checked = _check(source, options, program)
    return FileResult(source.filename, checked.findings, source, known=checked.known)


def _fix_bytes(
    data: bytes, filename: str, options: Options, program: RunProgram | None
) -> FileResult:
    return _changed(read_source(data, filename, options), options, program, _fix_program)


def _changed(
    source: SourceText, options: Options, program: RunProgram | None, work: _Change
) -> FileResult:
    """What came of changing the programs in a file."""
    filename = source.filename
    after, applied, remaining = _change(source, options, program, work)
    if after is source:
        return FileResult(filename, remaining.findings, source, known=remaining.known)
    try:
        fixed = source.with_content_of(after)
    except Unencodable as error:
        unfixed = _check(source, options, program)
        message = f"{filename}: not fixed: {error}"
        return FileResult(filename, unfixed.findings, source, error=message, known=unfixed.known)
    left, known = remaining
    return FileResult(filename, left, after, tuple(applied), source, fixed, known=known)


def _silence_bytes(
    data: bytes, filename: str, options: Options, program: RunProgram | None
) -> FileResult:
    source = read_source(data, filename, options)
    result = _changed(source, options, program, _silence_program)
    return result if result.before is not None else replace(result, findings=())


def _each_written(results: Iterable[FileResult], write: bool) -> Iterator[FileResult]:
    for result in results:
        if write and result.before is not None and result.fixed is not None:
            yield _written(result, result.before, result.fixed)
        else:
            yield result


def _written(result: FileResult, before: SourceText, fixed: bytes) -> FileResult:
    from detachlint.fix import replace_file

    path = Path(result.filename)
    try:
        if read_file(path) != before.original:
            return _failed(result, "changed on disk while it was being fixed")
        replace_file(path, fixed)
    except OSError as error:
        return _failed(result, f"not fixed: {describe(error)}")
    return result


def _failed(result: FileResult, message: str) -> FileResult:
    return FileResult(result.filename, error=f"{result.filename}: {message}")


def _internal_error(error: Exception, filename: str) -> str:
    # Imported late, as all that is for bad days.
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    words = " ".join(f"{type(error).__name__}: {error}".split())
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"internal error in {filename}: {words} ({place}); please report this"


# --- texts ------------------------------------------------------------------------------------


def read_source(data: bytes, filename: str, options: Options = DEFAULT_OPTIONS) -> SourceText:
    """The text that is checked of a file: of a notebook, the cells that are Python.

    Raises `Undecodable`.
    """
    if language_of(filename, options.extensions) is not Language.NOTEBOOK:
        return decode_file(data, filename, options.extensions)
    # Imported late: few projects have notebooks.
    from detachlint.source.notebook import decode_notebook
    from detachlint.syntax.cells import leave_out_broken_cells

    return leave_out_broken_cells(decode_notebook(data, filename))


class _Checked(NamedTuple):
    """The findings to report, and those that the baseline knows."""

    findings: tuple[Finding, ...] = ()
    known: tuple[Likeness, ...] = ()


def _check(source: SourceText, options: Options, program: RunProgram | None = None) -> _Checked:
    if source.blocks is None:
        return _check_program(source, options, program)
    findings: list[Finding] = []
    known: tuple[Likeness, ...] = ()
    for block in source.blocks:
        checked = _check_program(block.source, options.after(known), program)
        # What is no program is an example of something else.
        readable = [finding for finding in checked.findings if finding.code != UNREADABLE]
        findings += [finding.moved(block.outer) for finding in readable]
        known += checked.known
    return _Checked(tuple(findings), known)


def _check_program(source: SourceText, options: Options, program: RunProgram | None) -> _Checked:
    from detachlint.config.wanted import reported
    from detachlint.source.suppressions import read_suppressions
    from detachlint.syntax.parse import Unparsable, parse_module

    suppressions = read_suppressions(source)
    if suppressions.skips_file:
        return _Checked()
    try:
        tree = parse_module(source.text, source.filename)
    except Unparsable as error:
        return _troubles(source, [error], options)
    found: list[Finding] = []
    complete = True
    handed = program is not None and imports_library(source.text)
    own = options.facts.may_cross(source.text)
    if text_may_hold_crossing(source.text) or handed or own:
        if program is None:
            read = partial(_facts_alone, tree, source.filename, options)
        else:
            read = partial(_facts_in, program, source)
        found, complete = _findings(read, source.filename)
    findings, known = reported(found, source, suppressions, options, complete=complete)
    if findings:
        from detachlint.fix import attach_fixes

        findings = attach_fixes(findings, source, options.fix_style, tree)
    return _with_troubles(source, _Checked(tuple(findings), known), options)


def _with_troubles(source: SourceText, checked: _Checked, options: Options) -> _Checked:
    """What came of a program, and what was left out of it, by position."""
    named = [finding.with_lines_named(source.line_name) for finding in checked.findings]
    if not source.troubles:
        return _Checked(tuple(named), checked.known)
    troubles = _troubles(source, source.troubles, options.after(checked.known))
    together = sorted([*troubles.findings, *named], key=lambda each: (each.span, each.code))
    return _Checked(tuple(together), checked.known + troubles.known)


def _troubles(
    source: SourceText, errors: Iterable[Undecodable | Unparsable], options: Options
) -> _Checked:
    """What cannot be read of a source; no comment silences that."""
    from detachlint.config.wanted import reported
    from detachlint.source.suppressions import NOTHING

    found = [_unreadable(error, source.filename) for error in errors]
    findings, known = reported(found, source, NOTHING, options)
    return _Checked(tuple(findings), known)


def _findings(read_facts: Callable[[], Facts], filename: str) -> tuple[list[Finding], bool]:
    """The findings of every confidence, and whether nothing was given up on the way."""
    from detachlint.rules.registry import run_rules
    from detachlint.syntax.parse import Unparsable, too_deep

    try:
        facts = read_facts()
        return run_rules(facts), not facts.gave_up
    except Unparsable as error:
        return [_unreadable(error, filename)], False
    except RecursionError:
        return [_unreadable(too_deep(), filename)], False


def _facts_alone(tree: ast.Module, filename: str, options: Options) -> Facts:
    """The facts about a file whose imports are all out of sight."""
    from detachlint.interpret import analyse_module
    from detachlint.lower import lower_module

    return analyse_module(lower_module(tree, filename), filename, options.facts)


def _facts_in(program: RunProgram, source: SourceText) -> Facts:
    """The facts about a file of a project."""
    from detachlint.interpret.facts import Facts
    from detachlint.syntax.parse import too_deep

    changed = source.original is None or source.stored is not source
    whole = program.analysis
    view = whole.with_text(source.filename, source.text) if changed else whole
    facts = view.facts(source.filename)
    if facts is None and not text_may_hold_crossing(source.text):
        return Facts(source.filename)  # no file of the project says anything of tensors
    if facts is None:
        raise too_deep()
    return facts


_Changed: TypeAlias = tuple[SourceText, list[Finding], _Checked]
"""A changed source (the same object if nothing changed), what was applied, what remains."""
_Change: TypeAlias = "Callable[[SourceText, Options, RunProgram | None], _Changed]"


def _change(
    source: SourceText, options: Options, program: RunProgram | None, work: _Change
) -> _Changed:
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
    return changed, applied, _check(changed, options, program)


def _silence_program(source: SourceText, options: Options, program: RunProgram | None) -> _Changed:
    from detachlint.fix import add_noqa

    checked = _check_program(source, options, program)
    silenced = add_noqa(source, checked.findings)
    if not silenced.findings:
        return source, [], checked
    remaining = _check_program(silenced.source, options, program)
    return silenced.source, list(silenced.findings), remaining


def _fix_program(
    source: SourceText, options: Options, program: RunProgram | None = None
) -> _Changed:
    from detachlint.fix import apply_fixes

    applied: list[Finding] = []
    current, checked = source, _check_program(source, options, program)
    for _ in range(MAXIMUM_PASSES):
        repair = apply_fixes(current, checked.findings, unsafe=options.unsafe_fixes)
        if not repair.applied:
            break
        applied += repair.applied
        current = repair.source
        checked = _check_program(current, options, program)
    return current, applied, checked


def _wanted(findings: list[Finding], options: Options) -> list[Finding]:
    from detachlint.config.wanted import wanted

    return wanted(findings, options)


def _unreadable(error: Undecodable | Unparsable, filename: str) -> Finding:
    span = Span(error.line, error.column, error.line, error.column + 1)
    return Finding(UNREADABLE, "unreadable-file", error.message, filename, span, Confidence.CERTAIN)

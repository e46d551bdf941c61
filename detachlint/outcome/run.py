"""One run over files and directories: a result for each file, from memory or found out, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from detachlint.config.configuration import Configuration
from detachlint.config.options import Options
from detachlint.outcome.changing import unfixed
from detachlint.outcome.program import RunProgram, program_of
from detachlint.outcome.reading import guarded, read_source
from detachlint.outcome.result import FileResult
from detachlint.project.resources import Resources
from detachlint.rules.codes import UNUSED_SUPPRESSION
from detachlint.source.discovery import (
    FoundFile,
    WalkRules,
    describe,
    discover,
    read_file,
    read_named,
)
from detachlint.source.language import searched
from detachlint.source.scan import imports_library, may_hold_crossing, may_name_rules

if TYPE_CHECKING:
    from detachlint.cache.store import Store
    from detachlint.outcome.memory import Memory

Work: TypeAlias = "Callable[[bytes, str, Options, RunProgram | None], FileResult]"
"""What is done with the content of each file."""


def results(
    paths: list[str | Path],
    options: Options | Configuration,
    work: Work,
    *,
    expect: Callable[[int], None] | None = None,
    store: Store | None = None,
    jobs: int = 1,
    remembers: bool = False,
) -> Iterator[FileResult]:
    """What comes of `work` on each file below `paths`, and what cannot be read there.

    The arguments are those of `detachlint.api.check_paths`. Only where `work` changes nothing it
    `remembers` what came of it.
    """
    found = discover(paths, _walk_rules(options))
    chosen = [_options_of(options, file) for file in found.files]
    if expect is not None:
        expect(len(found.problems) + len(found.files))
    for problem in found.problems:
        yield FileResult(str(problem.path), error=f"{problem.path}: {problem.message}")
    resources = Resources(jobs=jobs)
    if store is not None:
        # Imported late: where nothing is kept, nothing is remembered.
        from detachlint.outcome.memory import Memory

        memory = Memory(store, [*map(str, paths)], found.files, chosen, read_source)
        if remembers:
            yield from _remembered(found.files, chosen, work, memory, jobs)
            return
        resources = memory.resources(jobs)
    program = program_of(found.files, chosen, resources)
    for file, own in zip(found.files, chosen, strict=True):
        yield _one_file(file, own, work, program)[0]


def _walk_rules(options: Options | Configuration) -> Callable[[str], WalkRules]:
    if isinstance(options, Configuration):
        return options.walk_rules
    rules = WalkRules(suffixes=searched(options.extensions))
    return lambda directory: rules


def _options_of(options: Options | Configuration, file: FoundFile) -> Options:
    """How to check a file."""
    return options.options(file.name) if isinstance(options, Configuration) else options


def _remembered(
    files: Sequence[FoundFile],
    chosen: Sequence[Options],
    work: Work,
    memory: Memory,
    jobs: int,
) -> Iterator[FileResult]:
    """The results of all files, the remembered ones where they still hold."""
    recalled = memory.recalled()
    if recalled is not None:
        yield from recalled
        return
    program = program_of(files, chosen, memory.resources(jobs))
    change = memory.change()
    if change is not None and program.follow(change):
        memory.stand_by(program.is_concerned)
    else:
        memory.trust_stamps(file.name for file in files)
    found: list[tuple[FileResult, str]] = []
    for index, (file, own) in enumerate(zip(files, chosen, strict=True)):
        known = memory.recall(index, partial(program.basis_again, file.name))
        found.append(known or _one_file(file, own, work, program, wants_basis=True))
        yield found[-1][0]
    memory.keep(found, program.islands())


def _one_file(
    file: FoundFile,
    options: Options,
    work: Work,
    program: RunProgram,
    *,
    wants_basis: bool = False,
) -> tuple[FileResult, str]:
    """The result of a file, and what it depends on beside the file, if that is wanted."""
    filename = file.name
    try:
        data = read_named(file.path)
    except OSError as error:
        return FileResult(filename, error=f"{filename}: {describe(error)}"), ""
    # What the user named is parsed in any case: a syntax error in it is worth saying.
    worth_parsing = (
        file.explicit or _is_worth_parsing(data, options, program) or program.is_seen(filename)
    )
    basis = ""
    if wants_basis:
        needs_facts = worth_parsing and program.needs_facts(data)
        basis = program.basis(filename, needs_facts=needs_facts)
    if not worth_parsing:
        return FileResult(filename, passed_over=True), basis
    return guarded(partial(work, data, filename, options, program), filename, options), basis


def _is_worth_parsing(data: bytes, options: Options, program: RunProgram) -> bool:
    if may_hold_crossing(data):
        return True
    text = data.decode("utf-8", "replace")
    if options.facts.may_cross(text) or (imports_library(text) and program.mentions_tensors):
        return True
    return may_name_rules(data) and options.reports(UNUSED_SUPPRESSION)


def writing(work: Work) -> Work:
    """`work`, and what it changes is on disk then. Each file is replaced whole, or not at all."""

    def write(
        data: bytes, filename: str, options: Options, program: RunProgram | None
    ) -> FileResult:
        result = work(data, filename, options, program)
        if result.before is None or result.fixed is None:
            return result
        try:
            if not _replaced(Path(filename), data, result.fixed):
                message = f"{filename}: changed on disk while it was being fixed"
                return FileResult(filename, error=message)
        except OSError as error:
            return unfixed(result.before, options, program, describe(error))
        return result

    return write


def _replaced(path: Path, before: bytes, after: bytes) -> bool:
    """Replace the content of a file, if it is still what it was. Raises OSError."""
    from detachlint.fix import replace_file

    unchanged = read_file(path) == before
    if unchanged:
        replace_file(path, after)
    return unchanged

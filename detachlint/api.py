"""Check and fix Python source: the one door that every front end goes through.

`check_source` and `fix_source` are pure functions of a text. `check_bytes` and `fix_bytes` do the
same for the content of a file, `check_paths` and `fix_paths` for files and directories; these four
never raise for what is in a file: whatever goes wrong is the `error` of that file's result.

Parsing, interpreting and fixing are imported when the first file needs them, so that a run over
files without crossings costs reading them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from detachlint.config.configuration import Configuration
from detachlint.config.options import DEFAULT_OPTIONS, Options
from detachlint.outcome import changing, checking
from detachlint.outcome.program import RunProgram, program_in
from detachlint.outcome.reading import guarded, unreadable, wanted
from detachlint.outcome.reading import read_source as read_source
from detachlint.outcome.result import FileResult as FileResult
from detachlint.outcome.run import results, writing
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.language import Language, language_of
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    import ast

    from detachlint.cache.store import Store
    from detachlint.fix import FixStyle
    from detachlint.outcome.around import ProjectAround


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
        return wanted([unreadable(error, filename)], options)
    return list(checking.check(source, options).findings)


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
        return FixResult(text, [], wanted([unreadable(error, filename)], options))
    fixed, applied, remaining = changing.fix_program(source, options)
    changed = fixed is not source
    mark = "\ufeff" if source.has_bom else ""
    return FixResult(mark + fixed.text if changed else text, applied, list(remaining.findings))


def check_tree(
    tree: ast.Module,
    filename: str,
    options: Options = DEFAULT_OPTIONS,
    *,
    source: SourceText | None = None,
    around: ProjectAround | None = None,
) -> list[Finding]:
    """The findings in a module that somebody else has parsed, by position and without fixes.

    Where its `source` is given, comments for this tool alone and the baseline silence findings; others
    are left to whoever has the text. With the project `around` it, it is judged as a part of that;
    otherwise its imports and callers are out of sight. A module that is nested too deeply to be
    analysed gives one finding, DTL900.
    """
    from detachlint.syntax.parse import Unparsable

    if around is None or source is None:
        read = partial(checking.facts_alone, tree, filename, options)
    else:
        read = partial(around.facts, tree, source.text, filename)
    try:
        found = checking.findings_from(read, filename).findings
    except Unparsable as error:
        found = [unreadable(error, filename)]
    if source is not None:
        return checking.unsilenced(found, source, options)
    return wanted(found, options)


def check_bytes(data: bytes, filename: str, options: Options = DEFAULT_OPTIONS) -> FileResult:
    """Check the content of a file."""
    return guarded(partial(_check_bytes, data, filename, options, None), filename, options)


def check_texts(sources: Iterable[tuple[SourceText, Options]]) -> Iterator[FileResult]:
    """Check what has been read already, such as the programs in one file, as parts of one project.

    Those that are Python files may import each other, the others may import them.
    """
    given = list(sources)
    languages = [(source.filename, _language(source, options)) for source, options in given]
    project = program_in(languages, [options for _, options in given])
    for source, options in given:
        work = partial(_checked, source, options, project)
        yield guarded(work, source.filename, options)


def _language(source: SourceText, options: Options) -> Language:
    return language_of(Path(source.filename).name, options.extensions)


def fix_bytes(data: bytes, filename: str, options: Options = DEFAULT_OPTIONS) -> FileResult:
    """Fix the content of a file. Writes nothing: `source` of the result holds the fixed text."""
    return guarded(partial(_fix_bytes, data, filename, options, None), filename, options)


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
    return results(
        [*paths], options, _check_bytes, expect=expect, store=store, jobs=jobs, remembers=True
    )


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
    work = writing(_fix_bytes) if write else _fix_bytes
    return results([*paths], options, work, expect=expect, store=store, jobs=jobs)


def silence_paths(
    paths: Iterable[str | Path],
    options: Options | Configuration = DEFAULT_OPTIONS,
    *,
    write: bool = True,
) -> Iterator[FileResult]:
    """Put `# noqa` comments to all findings, as `fix_paths` writes fixes; those are `applied`."""
    work = writing(_silence_bytes) if write else _silence_bytes
    return results([*paths], options, work)


def _check_bytes(
    data: bytes, filename: str, options: Options, program: RunProgram | None
) -> FileResult:
    return _checked(read_source(data, filename, options), options, program)


def _checked(source: SourceText, options: Options, program: RunProgram | None) -> FileResult:
    checked = checking.check(source, options, program)
    return FileResult(
        source.filename, checked.findings, source, known=checked.known, alone=checked.alone
    )


def _fix_bytes(
    data: bytes, filename: str, options: Options, program: RunProgram | None
) -> FileResult:
    return changing.fixed(read_source(data, filename, options), options, program)


def _silence_bytes(
    data: bytes, filename: str, options: Options, program: RunProgram | None
) -> FileResult:
    return changing.silenced(read_source(data, filename, options), options, program)

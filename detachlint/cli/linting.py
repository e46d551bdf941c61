"""One run of `check` or `fix`: from a request to output and exit code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detachlint.api import (
    FileResult,
    check_bytes,
    check_paths,
    fix_bytes,
    fix_paths,
)
from detachlint.cli.diff import show_diff
from detachlint.cli.output import Output
from detachlint.cli.progress import Progress
from detachlint.cli.step_texts import TextsOfSteps
from detachlint.cli.terminal import (
    Failure,
    complain,
    read_standard_input,
    write_bytes,
)
from detachlint.config.configuration import Configuration
from detachlint.report import Report
from detachlint.report.summary import counted, listed
from detachlint.rules.finding import Finding
from detachlint.source.text import SourceText
from detachlint.source.value_class import value_class

if TYPE_CHECKING:
    from detachlint.cache.store import Store
    from detachlint.config.baseline import Likeness


NAMED = 3
"""So many files at most are named on a line about several."""


@value_class(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    configuration: Configuration
    paths: tuple[str, ...]
    fix: bool
    diff: bool
    output: Output
    stdin_filename: str
    exit_zero: bool
    store: Store | None = None
    jobs: int = 1


@dataclass(slots=True)
class _Outcome:
    """What came of all files together."""

    findings: list[Finding] = field(default_factory=list)
    sources: dict[str, SourceText] = field(default_factory=dict)
    files: int = 0
    alone: list[str] = field(default_factory=list)
    fixed: int = 0
    changed: bool = False
    failed: bool = False
    known: dict[str, list[Likeness]] = field(default_factory=dict)

    def add(self, result: FileResult) -> None:
        """Take in one file's result; what went wrong is said at once."""
        self.files += 1
        if result.alone:
            self.alone.append(result.filename)
        if result.error is not None:
            complain(result.error)
            self.failed = True
        self.findings += result.findings
        self.known[result.filename] = list(result.known)
        self.fixed += len(result.applied)
        self.changed = self.changed or result.before is not None
        if result.findings and result.source is not None:
            self.sources[result.filename] = result.source

    def report(self, configuration: Configuration) -> Report:
        return Report(
            tuple(self.findings),
            TextsOfSteps(self.findings, self.sources, configuration),
            fixed=self.fixed,
            incomplete=self.failed,
        )

    def exit_code(self, exit_zero: bool) -> int:
        if self.failed:
            return 2
        return int((bool(self.findings) or self.changed) and not exit_zero)


def run(request: Request) -> int:
    """Do what is asked for. Returns the exit code: 0 clean, 1 findings or changes, 2 failure."""
    request.output.check()
    outcome = _Outcome()
    quiet = request.output.quiet
    progress = Progress(wanted=not quiet and not request.output.verbose)
    for result in _results(request, progress):
        if result.error is not None or request.diff:
            progress.clear()
        outcome.add(result)
        if request.output.verbose and result.error is None:
            complain(_account(result))
        if request.diff:
            show_diff(result)
        progress.step()
    progress.clear()
    if not quiet:
        _complain(request, outcome)
    if not request.diff:
        request.output.show(
            outcome.report(request.configuration), to_stderr=request.fix and "-" in request.paths
        )
    elif not quiet:
        _summarise_diff(outcome)
    return outcome.exit_code(request.exit_zero)


def _complain(request: Request, outcome: _Outcome) -> None:
    if request.configuration.baselines():
        # Imported late: few projects have one.
        from detachlint.cli.baseline import complain_of_stale

        complain_of_stale(request.configuration, outcome.known)
    if outcome.alone:
        complain(
            "the program is too large to be looked at as a whole: crossings of "
            f"{_some(outcome.alone)} were judged without what they import and who calls them; "
            "check parts of it, one by one"
        )
    if not outcome.files:
        complain("no Python files found under the given paths")


def _some(files: list[str]) -> str:
    """How many files these are, and some of their names."""
    if len(files) == 1:
        return f"one file ({files[0]})"
    return f"{len(files)} files ({listed(files, NAMED)})"


def _results(request: Request, progress: Progress) -> Iterable[FileResult]:
    if "-" in request.paths:
        if len(request.paths) > 1:
            raise Failure("`-` (standard input) cannot be combined with other paths")
        return _standard_input(request)
    paths = request.paths or (".",)
    if request.fix or request.diff:
        write = not request.diff
        return fix_paths(
            paths,
            request.configuration,
            write=write,
            expect=progress.expect,
            store=request.store,
            jobs=request.jobs,
        )
    return check_paths(
        paths,
        request.configuration,
        expect=progress.expect,
        store=request.store,
        jobs=request.jobs,
    )


def _standard_input(request: Request) -> Iterator[FileResult]:
    data = read_standard_input()
    options = request.configuration.options(request.stdin_filename)
    if request.configuration.forbids(request.stdin_filename):
        if request.fix and not request.diff:
            write_bytes(data)
        yield FileResult(request.stdin_filename, passed_over=True)
        return
    if not request.fix and not request.diff:
        yield check_bytes(data, request.stdin_filename, options)
        return
    result = fix_bytes(data, request.stdin_filename, options)
    if not request.diff:
        write_bytes(data if result.fixed is None else result.fixed)
    yield result


def _account(result: FileResult) -> str:
    """One line on what came of a file."""
    if result.passed_over:
        return f"{result.filename}: holds no crossing"
    fixed = f", {len(result.applied)} fixed" if result.applied else ""
    return f"{result.filename}: {counted(len(result.findings))}{fixed}"


def _summarise_diff(outcome: _Outcome) -> None:
    left = len(outcome.findings)
    if outcome.fixed:
        rest = f" ({left} left that cannot be fixed)" if left else ""
        complain(f"would fix {counted(outcome.fixed)}{rest}")
    elif left:
        complain(f"{counted(left)}, none of which can be fixed")

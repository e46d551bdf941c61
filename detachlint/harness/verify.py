"""Executes programs to see whether what the linter says of them is so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from detachlint.api import FileResult, check_texts
from detachlint.config.options import Options
from detachlint.fix import apply_fixes
from detachlint.harness.fix_effects import Trial, events_of
from detachlint.harness.join import Event, Joined, Judged, Status, claim_of, join
from detachlint.harness.moves import Moves
from detachlint.harness.observation import Observation, Verdict
from detachlint.harness.pytest_run import has_pytest
from detachlint.harness.runner import PLAIN, Mode, Runner
from detachlint.harness.units import Kind, Unit
from detachlint.rules.codes import UNREADABLE
from detachlint.rules.finding import Applicability, Finding
from detachlint.source.span import Span

_DISPLAY_ONLY = Applicability.DISPLAY_ONLY
_COMPARABLE = (Verdict.FINISHED, Verdict.DIED)
"""How a run ends that would end so again."""
_MODE = Mode(keep_going=True, digests=True, gradients=True, neighbours=True)
_AS_IT_IS = replace(PLAIN, neighbours=True)


class FixStatus(Enum):
    """What became of a finding's fix."""

    VERIFIED = "fix verified"
    REFUTED = "fix refuted"
    UNDECIDED = "fix undecided"
    """The program does not come to an end, or two runs of it as it is differ already."""
    NOT_REACHED = "fix not reached"
    NONE = "no fix"
    """There is advice at most."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A finding, whether the run confirms it, and whether its fix does what a fix shall do."""

    judged: Judged
    fix: FixStatus
    objections: tuple[str, ...] = ()

    @property
    def finding(self) -> Finding:
        """The finding."""
        return self.judged.finding

    @property
    def refuted(self) -> bool:
        """Whether something that detachlint said is not so."""
        return self.judged.status is Status.REFUTED or self.fix is FixStatus.REFUTED


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What came of one program. `missed` are failures without a finding, in its file or in another
    one that was checked; each with the unit that file is.

    `problem` says in one line why the program did not run to its end; None if it did.
    """

    unit: Unit
    verified: tuple[Verified, ...] = ()
    missed: tuple[tuple[Unit, Event], ...] = ()
    problem: str | None = None


_FixResult: TypeAlias = tuple[FixStatus, tuple[str, ...]]


def verify(
    units: Sequence[Unit], runner: Runner, options_of: Callable[[Unit], Options]
) -> Iterator[UnitResult]:
    """Check units as one project; execute each with a finding, and again with the fixes in it.

    HarnessError if PyTorch cannot be run here.
    """
    results = check(units, options_of)
    checked = [_Checked(unit, result) for unit, result in zip(units, results, strict=True)]
    files = {each.unit.path: each for each in checked if each.unit.within is None}
    for each in checked:
        yield _verified(each, files, runner)


def check(units: Sequence[Unit], options_of: Callable[[Unit], Options]) -> list[FileResult]:
    """What the linter says of units that may import each other."""
    return list(check_texts((unit.source, options_of(unit)) for unit in units))


@dataclass(frozen=True, slots=True)
class _Checked:
    """A unit, and what the linter says of it."""

    unit: Unit
    result: FileResult

    @property
    def findings(self) -> list[Finding]:
        """Those that predict an error, with the file's name as the run has it."""
        found = [each for each in self.result.findings if claim_of(each) is not None]
        return [replace(each, filename=self.unit.path) for each in found]


def _verified(checked: _Checked, files: Mapping[str, _Checked], runner: Runner) -> UnitResult:
    unit, result = checked.unit, checked.result
    if result.error is not None:
        return UnitResult(unit, problem=f"not run: {result.error}")
    for finding in result.findings:
        # The other cells of a notebook are a program without the broken one.
        if finding.code == UNREADABLE and not unit.source.troubles:
            return UnitResult(unit, problem=f"not run: {finding.message}")
    if not checked.findings:
        return UnitResult(unit)
    return _Verification(runner, checked, files).result()


@dataclass(frozen=True)
class _Verification:
    """The runs of one unit that has findings. `files` are all that was checked, by their paths."""

    runner: Runner
    checked: _Checked
    files: Mapping[str, _Checked]

    @property
    def unit(self) -> Unit:
        return self.checked.unit

    def result(self) -> UnitResult:
        joined = self._join(self._before)
        unforeseen = joined.missed
        open_ones = (Status.NOT_REACHED, Status.REFUTED)
        left_open = any(each.status in open_ones for each in joined.judged)
        if left_open and self._before.verdict is Verdict.FINISHED:
            # What an `except` does is seen only where PyTorch's exception is let through.
            joined = self._join(self._before, self._run(self.unit.text, _AS_IT_IS))
            told = set(map(_failure, unforeseen))  # most of what fails does so in both runs
            unforeseen += tuple(each for each in joined.missed if _failure(each) not in told)
        fixes = self._fixes()
        verified = tuple(Verified(each, *fixes[each.finding]) for each in joined.judged)
        missed = tuple((self._unit_at(each.filename), each) for each in unforeseen)
        return UnitResult(self.unit, verified, missed, self._problem())

    def _unit_at(self, path: str) -> Unit:
        return self.unit if path == self.unit.path else self.files[path].unit

    @cached_property
    def _before(self) -> Observation:
        return self._run(self.unit.text, _MODE)

    def _run(self, text: str, mode: Mode) -> Observation:
        unit = self.unit
        return self.runner.run(
            text,
            filename=unit.path,
            mode=mode,
            directory=str(Path(unit.path).parent),
            tests=unit.kind is Kind.TESTS and has_pytest(),
        )

    def _join(self, *runs: Observation) -> Joined:
        """The unit's findings joined with what happened in the runs, in all files checked."""
        path = self.unit.path
        others = [each for name, each in self.files.items() if name != path]
        findings = [*self.checked.findings, *(f for each in others for f in each.findings)]
        known = {path, *(each.unit.path for each in others)}
        events = [event for run in runs for event in events_of(run, path)]
        joined = join(findings, [event for event in events if event.filename in known])
        own = [each for each in joined.judged if each.finding.filename == path]
        named = [
            replace(each, finding=replace(each.finding, filename=self.unit.filename))
            for each in own
        ]
        return Joined(tuple(named), joined.missed)

    def _problem(self) -> str | None:
        seen = self._before
        if seen.verdict is not Verdict.FINISHED:
            return f"it {seen.detail}"
        error = seen.error
        if error is None or (error.type, error.line) == ("SystemExit", 0):
            return None
        message = (error.message.splitlines() or [""])[0]
        place = self.unit.source.line_name(error.line)
        return f"it ended at {place} with {error.type}: {message}"

    # --- fixes --------------------------------------------------------------------------------

    def _fixes(self) -> dict[Finding, _FixResult]:
        results: dict[Finding, _FixResult] = {}
        reached: list[Finding] = []
        for each in self._join(self._before).judged:
            if not _has_fix(each.finding):
                results[each.finding] = (FixStatus.NONE, ())
            elif each.status is Status.NOT_REACHED:
                results[each.finding] = (FixStatus.NOT_REACHED, ())
            else:
                reached.append(each.finding)
        if self._before.verdict not in _COMPARABLE:
            reason = "the program was ended before it was through"
            return results | dict.fromkeys(reached, (FixStatus.UNDECIDED, (reason,)))
        return results | self._fixes_of(reached)

    def _fixes_of(self, findings: Sequence[Finding]) -> dict[Finding, _FixResult]:
        """Try all fixes at once, and each by itself where that shows that something is wrong."""
        together = self._objections(findings) if findings else ()
        if not together:
            return dict.fromkeys(findings, (FixStatus.VERIFIED, ()))
        if self._objections(()):
            reason = "two runs of the program as it is differ"
            return dict.fromkeys(findings, (FixStatus.UNDECIDED, (reason,)))
        alone = {finding: self._objections([finding]) for finding in findings}
        if not any(alone.values()):
            alone = dict.fromkeys(findings, together)
        return {
            finding: (FixStatus.REFUTED if objections else FixStatus.VERIFIED, objections)
            for finding, objections in alone.items()
        }

    def _objections(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """What speaks against these fixes; of no fixes, against comparing runs at all."""
        repair = apply_fixes(self.unit.source, findings, unsafe=True)
        if len(repair.applied) < len(findings):
            return ("the fix cannot be applied",)
        moves = Moves(self.unit.source, repair.source, repair.applied)
        after = self._run(repair.text, _MODE)
        trial = Trial(repair.applied, moves, self._before, after, self.unit.path)
        return tuple(trial.objections())


def _failure(event: Event) -> tuple[str, int, Span | None, str]:
    return event.filename, event.line, event.span, event.message


def _has_fix(finding: Finding) -> bool:
    fix = finding.fix
    return fix is not None and bool(fix.edits) and fix.applicability is not _DISPLAY_ONLY

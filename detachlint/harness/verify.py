"""Executes programs to see whether what the linter says of them is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from detachlint.api import FileResult, check_text
from detachlint.config.options import DEFAULT_OPTIONS, Options
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

_DISPLAY_ONLY = Applicability.DISPLAY_ONLY
_COMPARABLE = (Verdict.FINISHED, Verdict.DIED)
"""How a run ends that would end so again."""
_MODE = Mode(keep_going=True, digests=True, gradients=True)


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
    """What came of one program. `missed` are failures without a finding.

    `problem` says in one line why the program did not run to its end; None if it did.
    """

    unit: Unit
    verified: tuple[Verified, ...] = ()
    missed: tuple[Event, ...] = ()
    problem: str | None = None


_FixResult: TypeAlias = tuple[FixStatus, tuple[str, ...]]


def verify(unit: Unit, runner: Runner, options: Options = DEFAULT_OPTIONS) -> UnitResult:
    """Check a unit, execute it if there is a finding, and again with the fixes in it.

    HarnessError if PyTorch cannot be run here.
    """
    checked = check(unit, options)
    if checked.error is not None:
        return UnitResult(unit, problem=f"not run: {checked.error}")
    for finding in checked.findings:
        # The other cells of a notebook are a program without the broken one.
        if finding.code == UNREADABLE and not unit.source.troubles:
            return UnitResult(unit, problem=f"not run: {finding.message}")
    findings = [finding for finding in checked.findings if claim_of(finding) is not None]
    return _Verification(runner, unit, findings).result() if findings else UnitResult(unit)


def check(unit: Unit, options: Options) -> FileResult:
    """What the linter says of a unit."""
    return check_text(unit.source, options)


@dataclass(frozen=True)
class _Verification:
    """The runs of one unit that has findings."""

    runner: Runner
    unit: Unit
    findings: Sequence[Finding]

    def result(self) -> UnitResult:
        joined = self._join(self._before)
        left_out = any(each.status is Status.NOT_REACHED for each in joined.judged)
        if left_out and self._before.verdict is Verdict.FINISHED:
            # What an `except` does is seen only where PyTorch's exception is let through.
            joined = self._join(self._before, self._run(self.unit.text, PLAIN))
        fixes = self._fixes()
        verified = tuple(Verified(each, *fixes[each.finding]) for each in joined.judged)
        return UnitResult(self.unit, verified, joined.missed, self._problem())

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
        """The findings joined with what happened in the runs."""
        placed = {replace(each, filename=self.unit.path): each for each in self.findings}
        joined = join(placed, [event for run in runs for event in events_of(run, self.unit.path)])
        judged = [replace(each, finding=placed[each.finding]) for each in joined.judged]
        return Joined(tuple(judged), joined.missed)

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


def _has_fix(finding: Finding) -> bool:
    fix = finding.fix
    return fix is not None and bool(fix.edits) and fix.applicability is not _DISPLAY_ONLY

"""Holds what the analysis says of a program against what PyTorch did when it ran."""

from __future__ import annotations

import ast
import importlib
import signal
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import FrameType

from detachlint import api
from detachlint.config.options import Options
from detachlint.harness.executor import Execution, execute
from detachlint.harness.observation import is_grad_refusal
from detachlint.rules.finding import Confidence, Finding
from detachlint.rules.visits import HANDLED

FILENAME = "program.py"
_CODES = frozenset({"DTL101", "DTL102", "DTL103"})
"""The rules that speak of what the generated programs do."""


class Kind(Enum):
    """How the two can disagree."""

    MISSED_ALARM = "missed alarm"
    """PyTorch refused a crossing at a line without a finding, or one that says that it is expected."""
    FALSE_ALARM = "false alarm"
    """A certain finding at a line that was reached, and where PyTorch never refused."""
    REFUTED_FIX = "refuted fix"
    """PyTorch still refuses a crossing that was fixed, or another crossing gives another array."""
    CRASH = "crash of the analysis"
    SLOWNESS = "too slow an analysis"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One disagreement, at a line of the program (0: the program as a whole)."""

    kind: Kind
    line: int
    source: str = ""
    """The line's text, or for a crash the traceback's end."""

    def __str__(self) -> str:
        place = f" at line {self.line}" if self.line else ""
        return f"{self.kind.value}{place}" + (f": {self.source}" if self.source else "")


class TooSlow(BaseException):
    """More time went by than `time_limit` gives. No Exception, so that no program catches it."""


@contextmanager
def time_limit(seconds: float, *, of_processor: bool = False) -> Iterator[None]:
    """Raise TooSlow in the main thread of this process after `seconds`.

    Those `of_processor` do not depend on what else the machine has to do, but never come to an end
    where a program waits.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"took more than {seconds:g} seconds")

    real = (signal.ITIMER_REAL, signal.SIGALRM)
    timer, alarm = (signal.ITIMER_PROF, signal.SIGPROF) if of_processor else real
    previous = signal.signal(alarm, interrupt)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(alarm, previous)


@dataclass(frozen=True, slots=True)
class Runs:
    """A program's two runs: to the end whatever PyTorch refuses, and as Python runs it.

    The second one shows what exception handlers do, the first one what stands behind a refusal.
    """

    kept_going: Execution
    plain: Execution

    @property
    def ran_through(self) -> bool:
        """Whether nothing but a refused crossing ended either run before its end."""
        error = self.plain.error
        refused = error is not None and is_grad_refusal(error.message)
        return self.kept_going.error is None and (error is None or refused)

    def refused(self) -> frozenset[int]:
        """The lines where a crossing was refused in either run."""
        return frozenset(
            c.line
            for run in (self.kept_going, self.plain)
            for c in run.crossings
            if c.refused_for_grad
        )

    def reached(self) -> frozenset[int]:
        """The lines where a crossing was made or refused in either run."""
        return frozenset(c.line for run in (self.kept_going, self.plain) for c in run.crossings)


LATE = ("torch.func.", "torch.compile")
"""Names at whose first use PyTorch imports its compiler, which takes longer than any program."""


@lru_cache(maxsize=1)
def _import_late() -> None:
    importlib.import_module("torch._dynamo")


def run(text: str, seconds: float = 10.0) -> Runs:
    """Run a generated program twice in this process. TooSlow if a run takes too long; what PyTorch imports
    for it is none of its time."""
    if any(name in text for name in LATE):
        _import_late()
    kept_going = _execute(text, seconds, keep_going=True)
    plain = _execute(text, seconds) if _refused_any(kept_going) else kept_going
    return Runs(kept_going, plain)


def _execute(
    text: str, seconds: float, *, keep_going: bool = False, digests: bool = False
) -> Execution:
    own = (TooSlow, KeyboardInterrupt)
    with time_limit(seconds):
        return execute(text, FILENAME, keep_going=keep_going, digests=digests, passing=own)


def _refused_any(execution: Execution) -> bool:
    return any(crossing.refused_for_grad for crossing in execution.crossings)


def compare(text: str, runs: Runs | None = None, seconds: float = 20.0) -> list[Contradiction]:
    """Every contradiction between the analysis of a program and its runs, by line."""
    findings = findings_in(text, seconds)
    if isinstance(findings, Contradiction):
        return [findings]
    return contradictions(text, findings, runs or run(text))


def findings_in(text: str, seconds: float = 20.0) -> list[Finding] | Contradiction:
    """What the analysis finds in a program, or how it fails; without fixes, which `compare_fix` makes."""
    try:
        with time_limit(seconds, of_processor=True):
            return api.check_tree(ast.parse(text), FILENAME, Options(Confidence.POSSIBLE))
    except TooSlow:
        return Contradiction(Kind.SLOWNESS, 0)
    except Exception:
        return Contradiction(Kind.CRASH, 0, last_frames())


def contradictions(text: str, findings: Iterable[Finding], runs: Runs) -> list[Contradiction]:
    """What `compare` returns, for findings that are known already."""
    relevant = [finding for finding in findings if _speaks_of_the_gradient(finding)]
    sure = {
        f.span.line for f in relevant if f.code in _CODES and f.confidence is Confidence.CERTAIN
    }
    found = {
        f.span.line
        for f in relevant
        if f.confidence.at_least(Confidence.LIKELY) or HANDLED in f.message
    }
    refused, reached = runs.refused(), runs.reached()
    lines = text.splitlines()
    made = [Contradiction(Kind.MISSED_ALARM, n, lines[n - 1].strip()) for n in refused - found]
    made += [
        Contradiction(Kind.FALSE_ALARM, n, lines[n - 1].strip()) for n in sure & reached - refused
    ]
    return sorted(made, key=lambda contradiction: contradiction.line)


def _speaks_of_the_gradient(finding: Finding) -> bool:
    """Whether it is one of a gradient, or of something else that is refused before the gradient is."""
    return finding.code in _CODES or "detach" in finding.cures


def compare_fix(text: str, seconds: float = 30.0) -> list[Contradiction]:
    """Fix a program and hold its crossings against what they gave before."""
    try:
        with time_limit(seconds, of_processor=True):
            result = api.fix_source(text, FILENAME)
    except TooSlow:
        return [Contradiction(Kind.SLOWNESS, 0)]
    except Exception:
        return [Contradiction(Kind.CRASH, 0, last_frames())]
    if not result.applied:
        return []
    before = _execute(text, seconds, keep_going=True, digests=True)
    after = _execute(result.text, seconds, keep_going=True, digests=True)
    return fix_contradictions(result.text, result.applied, before, after)


def fix_contradictions(
    fixed: str, applied: Sequence[Finding], before: Execution, after: Execution
) -> list[Contradiction]:
    """Fixed lines at which PyTorch refuses a crossing, and lines that give other arrays."""
    lines = fixed.splitlines()
    refused = {c.line for c in after.crossings if c.refused_for_grad}
    wrong = {finding.span.line for finding in applied} & refused
    if after.error != before.error:
        wrong.add(after.error.line if after.error else 0)
    arrays_before, arrays_after = _arrays(before), _arrays(after)
    wrong |= {n for n in arrays_before | arrays_after if arrays_before[n] != arrays_after[n]}
    return [
        Contradiction(Kind.REFUTED_FIX, n, lines[n - 1].strip() if n else "") for n in sorted(wrong)
    ]


def _arrays(execution: Execution) -> defaultdict[int, Counter[str]]:
    """Per line, how often each array was given there."""
    arrays: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for crossing in execution.crossings:
        arrays[crossing.line][crossing.digest] += crossing.count
    return arrays


def last_frames() -> str:
    """The end of the traceback of the exception being handled, on one line."""
    return " | ".join(
        line.strip().replace("\n", " ") for line in traceback.format_exc().splitlines()[-3:]
    )

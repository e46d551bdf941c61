"""Generates, runs and compares many programs in several processes, and counts what they held."""

from __future__ import annotations

import gc
import multiprocessing
import random
import threading
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, fields

from detachlint.harness.fuzz.compare import (
    Contradiction,
    Runs,
    TooSlow,
    compare_fix,
    contradictions,
    findings_in,
    run,
)
from detachlint.harness.fuzz.coverage import behaviours, ir_classes
from detachlint.harness.fuzz.program import Program, generate
from detachlint.harness.warm import warm_up, warm_up_optimizers

_ALL_COLLECTED_EVERY = 1000
"""Behind one program in so many garbage is looked for everywhere, which takes a second."""

_LOWERED_EVERY = 10
"""One program in so many is lowered once more, to count what it reaches."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to generate. Program number n of a seed is the same in every campaign."""

    programs: int
    seed: int = 0
    first: int = 0
    jobs: int = 1
    excluded: frozenset[str] = frozenset()
    fixes_every: int = 20
    """One program in so many is fixed too, and run again."""
    chunk: int = 100
    """Programs that a process is given at a time."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A program that showed contradictions."""

    number: int
    text: str
    contradictions: tuple[Contradiction, ...]


@dataclass(slots=True)
class Statistics:
    """Sums over programs. `lines` counts those with a crossing that was reached."""

    programs: int = 0
    source_lines: int = 0
    fixed: int = 0
    ended_early: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    ir_classes: Counter[str] = field(default_factory=Counter)
    behaviours: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    contradictions: Counter[str] = field(default_factory=Counter)

    def add(self, other: Statistics) -> None:
        """Add the sums of `other` to these."""
        self.programs += other.programs
        self.source_lines += other.source_lines
        self.fixed += other.fixed
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for what, seconds in other.seconds.items():
            self.seconds[what] += seconds


_COUNTERS = [field.name for field in fields(Statistics) if field.default_factory is Counter]


def nth_program(plan: Plan, number: int) -> Program:
    """Program `number` of the plan's seed."""
    return generate(random.Random(f"{plan.seed}:{number}"), plan.excluded)


def run_campaign(plan: Plan) -> Iterator[tuple[Statistics, list[Failure]]]:
    """Run the plan; statistics and failures come chunk by chunk, in no particular order.

    A program that takes its process down ends the campaign with BrokenProcessPool.
    """
    numbers = range(plan.first, plan.first + plan.programs)
    chunks = [numbers[start : start + plan.chunk] for start in range(0, len(numbers), plan.chunk)]
    if plan.jobs == 1:
        _prepare()
        yield from (run_chunk(plan, chunk) for chunk in chunks)
        return
    # Spawned: PyTorch must not be forked once its threads have started.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(plan.jobs, mp_context=context, initializer=_prepare) as pool:
        futures = [pool.submit(run_chunk, plan, chunk) for chunk in chunks]
        for future in as_completed(futures):
            yield future.result()


def _prepare() -> None:
    warnings.simplefilter("ignore")
    warm_up()
    warm_up_optimizers()
    # A crossing refused in a thread is observed; printing it a thousand times helps nobody.
    threading.excepthook = lambda arguments: None


def run_chunk(plan: Plan, numbers: range) -> tuple[Statistics, list[Failure]]:
    """Generate, run and compare the programs of these numbers in this process."""
    statistics, failures = Statistics(), []
    with _collected_by_hand():
        for number in numbers:
            started = time.process_time()
            program = nth_program(plan, number)
            _clock(statistics, "generating", started)
            found = _examine(program, statistics, plan, number)
            if (number + 1) % _ALL_COLLECTED_EVERY == 0:
                gc.collect()
            if found:
                failures.append(Failure(number, program.text, tuple(found)))
                statistics.contradictions.update(one.kind.value for one in found)
    return statistics, failures


@contextmanager
def _collected_by_hand() -> Iterator[None]:
    """Garbage is looked for among what was made last: behind each run what the program leaves, behind
    each analysis what that leaves. The little that is made elsewhere waits for one program of many."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _examine(
    program: Program, statistics: Statistics, plan: Plan, number: int
) -> list[Contradiction]:
    statistics.programs += 1
    statistics.source_lines += program.text.count("\n")
    statistics.forms.update(program.forms)
    if number % _LOWERED_EVERY == 0:
        statistics.ir_classes.update(ir_classes(program.text))
        statistics.behaviours.update(behaviours(program.text))
    started = time.process_time()
    try:
        runs = run(program.text)
    except TooSlow:
        statistics.ended_early["ran too long"] += 1
        return []
    started = _clock(statistics, "running", started)
    _count_runs(statistics, runs)
    findings = findings_in(program.text)
    gc.collect(0)
    if isinstance(findings, Contradiction):
        return [findings]
    started = _clock(statistics, "analysing", started)
    statistics.findings.update(f"{f.code} {f.confidence.value}" for f in findings)
    found = contradictions(program.text, findings, runs)
    if not found and plan.fixes_every and number % plan.fixes_every == 0:
        found = compare_fix(program.text)
        _clock(statistics, "fixing", started)
        statistics.fixed += 1
    return found


def _count_runs(statistics: Statistics, runs: Runs) -> None:
    if runs.kept_going.error is not None:
        statistics.ended_early[runs.kept_going.error.type] += 1
    outcomes: dict[int, set[bool]] = {}
    for crossing in (*runs.kept_going.crossings, *runs.plain.crossings):
        outcomes.setdefault(crossing.line, set()).add(crossing.refused_for_grad)
    for outcome in outcomes.values():
        statistics.lines[_OUTCOMES[frozenset(outcome)]] += 1


_OUTCOMES = {
    frozenset({True}): "always refused",
    frozenset({False}): "never refused",
    frozenset({True, False}): "sometimes refused",
}


def _clock(statistics: Statistics, what: str, started: float) -> float:
    now = time.process_time()
    statistics.seconds[what] += now - started
    return now

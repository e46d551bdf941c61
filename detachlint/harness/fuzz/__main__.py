"""`python -m detachlint.harness.fuzz`: look for contradictions in generated programs.

Executes the programs it generates in this user's name; they are closed and touch no files.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from itertools import zip_longest

from detachlint.harness.fuzz.campaign import Failure, Plan, Statistics, run_campaign
from detachlint.harness.fuzz.compare import Contradiction, Kind, TooSlow, compare, compare_fix, run
from detachlint.harness.fuzz.coverage import ALL_CLASSES, NOT_GENERATED, all_behaviours
from detachlint.harness.fuzz.program import form_names
from detachlint.harness.fuzz.shrink import shrink

_COLUMNS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign; the exit code is 1 if there were contradictions."""
    options = _parser().parse_args(arguments)
    plan = Plan(
        options.programs,
        options.seed,
        options.first,
        options.jobs,
        frozenset(options.without),
        options.fixes_every,
    )
    statistics, started, shown = Statistics(), time.monotonic(), 0
    for part, failures in run_campaign(plan):
        statistics.add(part)
        for failure in failures:
            if shown < options.show:
                shown += 1
                _print_failure(plan, failure, options.shrink)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{statistics.programs} programs")
    _print_statistics(statistics, time.monotonic() - started)
    return 1 if statistics.contradictions else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m detachlint.harness.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first program")
    parser.add_argument("--jobs", type=int, default=1, help="processes to use")
    parser.add_argument("--without", nargs="*", default=[], choices=form_names(), metavar="FORM")
    parser.add_argument("--show", type=int, default=10, help="contradicting programs to print")
    parser.add_argument(
        "--shrink", type=float, default=60.0, metavar="SECONDS", help="0 prints them as they are"
    )
    parser.add_argument(
        "--fixes-every", type=int, default=20, metavar="N", help="fix one program in N; 0 for none"
    )
    return parser


def _print_failure(plan: Plan, failure: Failure, seconds: float) -> None:
    text = shrink_failure(failure, seconds) if seconds else failure.text
    print(f"--- program {failure.number} of seed {plan.seed}")
    for contradiction in _contradictions(text, failure.contradictions[0].kind):
        print(contradiction)
    for number, line in enumerate(text.splitlines(), start=1):
        print(f"{number:4} {line}")
    sys.stdout.flush()


def shrink_failure(failure: Failure, seconds: float) -> str:
    """A smaller program with a contradiction of the kind of the first one of `failure`."""
    kind = failure.contradictions[0].kind

    return shrink(failure.text, lambda text: bool(_contradictions(text, kind)), seconds)


def _contradictions(text: str, kind: Kind) -> list[Contradiction]:
    """Those of a kind, in a program that runs to its end; others are not what was looked for."""
    try:
        runs = run(text, seconds=5)
        if not runs.ran_through:
            return []
        found = compare_fix(text) if kind is Kind.REFUTED_FIX else compare(text, runs)
    except TooSlow:
        return []
    return [contradiction for contradiction in found if contradiction.kind is kind]


def _print_statistics(statistics: Statistics, elapsed: float) -> None:
    count = max(statistics.programs, 1)
    print(f"{statistics.programs} programs in {elapsed:.1f} s, ", end="")
    print(f"{statistics.source_lines / count:.0f} lines each on average")
    for what, seconds in statistics.seconds.items():
        print(f"  {what}: {1000 * seconds / count:.1f} ms a program")
    valid = 100 * (1 - statistics.ended_early.total() / count)
    print(f"ended without an exception: {valid:.2f} %", dict(statistics.ended_early) or "")
    print("lines with a crossing:", dict(statistics.lines.most_common()))
    print(f"programs that were fixed and run again: {statistics.fixed}")
    print("findings:", dict(statistics.findings.most_common()))
    print("what was generated, per program:")
    cells = [f"{uses / count:8.4f} {form}" for form, uses in sorted(statistics.forms.items())]
    for row in zip_longest(*(cells[i::_COLUMNS] for i in range(_COLUMNS)), fillvalue=""):
        print("".join(f"{cell:46}" for cell in row).rstrip())
    missing = sorted(ALL_CLASSES - set(statistics.ir_classes)) or "none"
    print(f"classes of the intermediate representation that did not occur: {missing}")
    unreached = all_behaviours() - set(statistics.behaviours)
    chance = sorted(unreached - set(NOT_GENERATED)) or "none"
    print(f"of {len(all_behaviours())} behaviours in the facts table, not reached: {chance}")
    for behaviour in sorted(unreached & set(NOT_GENERATED)):
        print(f"  nor {behaviour}, on purpose: {NOT_GENERATED[behaviour]}")
    print("contradictions:", dict(statistics.contradictions.most_common()) or "none")


if __name__ == "__main__":
    raise SystemExit(main())

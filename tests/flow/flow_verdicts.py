"""Compares what a program expects with what PyTorch did and with what the analysis says.

Each function returns complaints, one line each; none means agreement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from execute import Crossing, Execution
from flow_documents import Program

OTHERWISE = {
    "DTL111": {"device"},
    "DTL112": {"dtype"},
    "DTL113": {"conjugate", "negative"},
    "DTL114": {"uninitialized", "subclass", "layout", "device", "dtype", "storage"},
}
"""What PyTorch may refuse first where a code is marked, by the names of its checks."""
CONFIDENCES = ("possible", "likely", "certain")


def complaints_of_execution(program: Program, execution: Execution) -> list[str]:
    """Where the markers are not true of what PyTorch did."""
    if execution.failure:
        return [f"the program failed:\n{execution.failure}"]
    return [
        *_reveals_against_pytorch(program, execution),
        *_crossings_against_pytorch(program, execution.crossings),
    ]


def _reveals_against_pytorch(program: Program, execution: Execution) -> Iterable[str]:
    seen: dict[int, set[str]] = defaultdict(set)
    for line, requires_grad in execution.reveals:
        seen[line].add("YES" if requires_grad else "NO")
    for line, expected in program.reveals.items():
        if expected != "MAYBE" and seen[line] != {expected}:
            what = " and ".join(sorted(seen[line])) or "never reached"
            yield f"line {line}: under PyTorch {what}, marked {expected}"


def _crossings_against_pytorch(program: Program, crossings: list[Crossing]) -> Iterable[str]:
    # By line, then by crossing: a line may hold several of which one raises.
    outcomes: dict[int, dict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for crossing in crossings:
        line = _marked_line(program.errors, crossing.line, crossing.end_line)
        outcomes[line][crossing.site].append(crossing.raised)
    for line, check in sorted({(c.line, c.check) for c in crossings if c.check}):
        expected = OTHERWISE.get(program.codes.get(line, ""), {"grad"})
        if line in program.codes and check not in expected:
            yield f"line {line}: PyTorch refuses its {check} first, marked {program.codes[line]}"
    for line, sites in sorted(outcomes.items()):
        if line not in program.errors and any(map(any, sites.values())):
            yield f"line {line}: raises under PyTorch, is not marked"
    for line, confidence in program.errors.items():
        sites = outcomes[line]
        if confidence == "possible":
            continue
        if not sites:
            yield f"line {line}: marked, never reached"
        elif confidence == "certain" and not _always_raises(program.codes[line], sites):
            yield f"line {line}: marked certain, does not raise on every execution"
        elif not any(map(any, sites.values())):
            yield f"line {line}: marked, does not raise"


def _always_raises(code: str, sites: Mapping[int, list[bool]]) -> bool:
    # One call that converts several arguments is one site, whichever of them requires grad.
    every = all if code == "DTL101" or code in OTHERWISE else any
    return any(map(every, sites.values()))


def complaints_of_findings(
    program: Program, findings: Iterable[tuple[int, int, str, str, str]]
) -> list[str]:
    """Missed and false alarms, wrong codes and wrong confidences.

    A finding is (first line, last line, code, confidence, message).
    """
    reported: dict[int, str] = {}
    complaints: list[str] = []
    for line, end_line, code, confidence, message in findings:
        line = _marked_line(program.errors, line, end_line)
        if line in program.errors and code != program.codes[line]:
            complaints.append(f"line {line}: reported as {code}, expected {program.codes[line]}")
        elif line in program.errors:
            reported[line] = max(reported.get(line, confidence), confidence, key=CONFIDENCES.index)
        elif confidence != "possible":
            complaints.append(f"false alarm at line {line} ({confidence}): {message}")
    for line, expected in program.errors.items():
        actual = reported.get(line)
        if actual is None or (actual == "possible" and expected != "possible"):
            found = "" if actual is None else " (reported as possible)"
            complaints.append(f"missed alarm at line {line}{found}")
        elif expected not in ("", actual):
            complaints.append(f"line {line}: reported as {actual}, expected {expected}")
    return complaints


def complaints_of_reveals(program: Program, reveals: Iterable[tuple[int, str]]) -> list[str]:
    """Beliefs that differ. Several of one line (one for each call context) are joined."""
    believed: dict[int, set[str]] = defaultdict(set)
    for line, belief in reveals:
        believed[line].add(belief)
    complaints: list[str] = []
    for line, expected in program.reveals.items():
        if not believed[line]:
            complaints.append(f"line {line}: revealed nothing, expected {expected}")
            continue
        joined = believed[line].pop() if len(believed[line]) == 1 else "MAYBE"
        if joined != expected:
            complaints.append(f"line {line}: revealed {joined}, expected {expected}")
    return complaints


def _marked_line(marked: Iterable[int], line: int, end_line: int) -> int:
    """The marked line among those of an expression, its first line if none is."""
    return next((number for number in marked if line <= number <= end_line), line)

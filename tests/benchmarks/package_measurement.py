"""Check every file of one directory and measure it: `python package_measurement.py DIRECTORY`.

Runs in a process of its own, so that its peak memory is that of one package; prints JSON.
Times are CPU seconds of this process. The two parsers are timed over the same files as the check,
those that survive the byte scan. A crossing that no run of the analysis has come to is "unvisited":
nothing can be found there.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

import libcst
from file_limit import FileLimit, TooSlow

import detachlint.interpret
from detachlint.api import check_bytes
from detachlint.config.options import Options
from detachlint.interpret.facts import Facts
from detachlint.ir.nodes import Code
from detachlint.knowledge.own import OwnFacts
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.scan import may_hold_crossing

SLOWEST = 10

_PLACE = re.compile(r" \(.*\)$| (of|in) [\w.<>]+$")


class Measurement:
    """What is added up over the files of a directory."""

    def __init__(self, root: Path, limit: float) -> None:
        self.root = root
        self.limit = limit
        self.totals: Counter[str] = Counter()
        self.seconds: dict[str, float] = dict.fromkeys(("scan", "check", "ast", "libcst"), 0.0)
        self.findings: list[dict[str, Any]] = []
        self.errors: list[dict[str, str]] = []
        self.visited: set[tuple[int, int]] = set()
        self.unvisited: list[str] = []
        self.times: list[tuple[float, str]] = []
        self.gave_up: Counter[str] = Counter()
        self.unmodelled: Counter[str] = Counter()

    def record_facts(self) -> None:
        """Let every analysis tell what it gave up, what it does not model and where it has been."""
        analyse = detachlint.interpret.analyse_module

        def recording(code: Code, filename: str, own: OwnFacts) -> Facts:
            facts = analyse(code, filename, own)
            self.gave_up.update(_without_places(facts.bounds))
            self.unmodelled.update(facts.unmodelled)
            self.visited = {(span.line, span.end_line) for span in facts.crossings}
            return facts

        detachlint.interpret.analyse_module = recording

    def measure(self, path: Path) -> None:
        """Check one file."""
        data = path.read_bytes()
        self.totals["files"] += 1
        self.totals["lines"] += data.count(b"\n")
        suspect = self._timed("scan", lambda: may_hold_crossing(data))
        if not suspect:
            return
        self.totals["suspect files"] += 1
        self.totals["suspect lines"] += data.count(b"\n")
        name = str(path.relative_to(self.root))
        self.visited = set()
        self._check(data, name)
        self._parse(data, name)

    def _check(self, data: bytes, name: str) -> None:
        options = Options(min_confidence=Confidence.POSSIBLE)
        start = process_time()
        limit = FileLimit(self.limit)
        try:
            with limit:
                result = check_bytes(data, name, options)
        except TooSlow:
            self.errors.append({"file": name, "error": "too slow", "traceback": limit.where})
        else:
            self.findings += [_finding(finding) for finding in result.findings]
            if result.error:
                self.errors.append(_error(data, name, result.error))
        taken = process_time() - start
        self.seconds["check"] += taken
        self.times.append((taken, name))

    def _parse(self, data: bytes, name: str) -> None:
        try:
            tree = self._timed("ast", lambda: ast.parse(data))
            self._timed("libcst", lambda: libcst.parse_module(data))
        except (SyntaxError, ValueError, libcst.ParserSyntaxError):
            self.totals["unparsable files"] += 1
            return
        for first, last in _crossings(tree):
            self.totals["crossings"] += 1
            if (first, last) not in self.visited:
                self.unvisited.append(f"{name}:{first}")

    def _timed(self, what: str, work: Callable[[], Any]) -> Any:
        start = process_time()
        try:
            return work()
        finally:
            self.seconds[what] += process_time() - start

    def report(self) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        return {
            **self.totals,
            "seconds": self.seconds,
            "peak memory": peak_memory(),
            "findings": self.findings,
            "errors": self.errors,
            "unvisited": self.unvisited,
            "slowest": sorted(self.times, reverse=True)[:SLOWEST],
            "gave up": dict(self.gave_up.most_common()),
            "unmodelled": dict(self.unmodelled.most_common()),
        }


def _crossings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last line of each call that converts; one with `force` never raises."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("numpy", "__array__") and not node.keywords:
                yield node.lineno, node.end_lineno or node.lineno


def _without_places(reasons: Counter[str]) -> Counter[str]:
    """The reasons without the function they concern, which stands at their end."""
    merged: Counter[str] = Counter()
    for reason, count in reasons.items():
        merged[_PLACE.sub("", reason)] += count
    return merged


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.filename,
        "line": finding.span.line,
        "code": finding.code,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "trace": [f"{step.span.line}: {step.message}" for step in finding.trace],
        "fix": finding.fix.applicability.value if finding.fix else None,
    }


def _error(data: bytes, name: str, message: str) -> dict[str, str]:
    """An error with the traceback that the tool itself swallows."""
    from detachlint import api

    try:
        api._check_bytes(data, name, Options(min_confidence=Confidence.POSSIBLE), None)
    except Exception:
        return {"file": name, "error": message, "traceback": traceback.format_exc()}
    return {"file": name, "error": message, "traceback": ""}


def peak_memory() -> int:
    """Bytes of memory this process held at most; 0 where the platform does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Measure the directory named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--limit", type=float, default=20.0, help="CPU seconds for one file")
    arguments = parser.parse_args()
    measurement = Measurement(arguments.directory, arguments.limit)
    measurement.record_facts()
    for path in sorted(arguments.directory.rglob("*.py")):
        if path.is_file():
            measurement.measure(path)
    json.dump(measurement.report(), sys.stdout)


if __name__ == "__main__":
    main()

"""What the linter says of the files of a program that was run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detachlint.api import check_paths, check_tree
from detachlint.config.options import Options
from detachlint.rules.finding import Confidence, Finding
from detachlint.rules.suppression import sift
from detachlint.source.suppressions import NOTHING, read_suppressions
from detachlint.source.text import SourceText
from detachlint.syntax.parse import Unparsable, parse_module

_ALL = Options(min_confidence=Confidence.POSSIBLE)


@dataclass(frozen=True, slots=True)
class StaticFindings:
    """Findings of every confidence, whatever is configured; `silenced` are those of them that
    comments silence. `problems` are lines on files that could not be analysed; without `complete`,
    none was."""

    findings: tuple[Finding, ...] = ()
    silenced: frozenset[Finding] = frozenset()
    problems: tuple[str, ...] = ()
    complete: bool = True


def static_findings(files: Iterable[str]) -> StaticFindings:
    """The findings in all these files."""
    results = list(check_paths(files, _ALL))
    open_findings = [finding for result in results for finding in result.findings]
    silenced = frozenset(
        finding
        for result in results
        if result.source is not None
        for finding in _silenced(result.source)
    )
    problems = tuple(result.error for result in results if result.error is not None)
    return StaticFindings((*open_findings, *silenced), silenced, problems)


def _silenced(source: SourceText) -> Iterator[Finding]:
    suppressions = read_suppressions(source)
    if suppressions == NOTHING:
        return
    try:
        found = check_tree(parse_module(source.text, source.filename), source.filename, _ALL)
    except Unparsable:
        return
    kept = {id(finding) for finding in sift(found, suppressions).kept}
    yield from (finding for finding in found if id(finding) not in kept)

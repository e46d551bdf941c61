"""Why findings are not reported, one by one; `wanted` decides the same for all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from detachlint.config.baseline import part
from detachlint.config.options import Options
from detachlint.rules.finding import Finding
from detachlint.source.suppressions import Suppressions, read_suppressions
from detachlint.source.text import SourceText


class Verdict(NamedTuple):
    """A finding, and why it is not reported, as the end of a sentence; `""` if it is."""

    finding: Finding
    why_not: str


def verdicts(findings: Iterable[Finding], source: SourceText, options: Options) -> list[Verdict]:
    """What becomes of the findings of every confidence in a program, by position."""
    suppressions = read_suppressions(source)
    ordered = sorted(findings, key=lambda finding: (finding.span, finding.code))
    why = {
        id(finding): next(_reasons(finding, source, suppressions, options), "")
        for finding in ordered
    }
    open_ones = [finding for finding in ordered if not why[id(finding)]]
    new = set(map(id, part(open_ones, source, options.known)[0]))
    why |= {id(each): "the baseline holds it" for each in open_ones if id(each) not in new}
    return [Verdict(finding, why[id(finding)] or _unsure(finding, options)) for finding in ordered]


def _reasons(
    finding: Finding, source: SourceText, suppressions: Suppressions, options: Options
) -> Iterator[str]:
    if suppressions.skips_file:
        yield "a comment leaves the whole file out"
    if not options.reports(finding.code):
        yield f"{finding.code} is not selected for this file"
    for each in suppressions.at(finding.span):
        if each.silences(finding.code):
            words = " ".join(source.text[each.start : each.end].split())
            yield f"of `{words}` on {source.line_name(each.comment.row)}"


def _unsure(finding: Finding, options: Options) -> str:
    wanted, found = options.min_confidence, finding.confidence
    if found.at_least(wanted):
        return ""
    return f"it has to be {wanted.value} (`--min-confidence {found.value}` reports it)"

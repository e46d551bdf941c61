"""Gives findings their fixes."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from detachlint.fix.edits import FixStyle, detach_edits
from detachlint.rules.finding import Applicability, Confidence, Edit, Finding, Fix
from detachlint.source.text import SourceText
from detachlint.syntax.outline import Outline

CODES = frozenset({"DTL101"})
"""The rules whose findings are calls that convert a tensor."""


def attach_fixes(
    findings: Iterable[Finding],
    source: SourceText,
    style: FixStyle = "detach",
    tree: ast.Module | None = None,
) -> list[Finding]:
    """The findings in their order, those of `CODES` with a fix.

    A fix that the rule has decided on is left alone. A crossing that cannot be edited gets advice
    without edits. `tree` is the syntax tree of `source`, if there is one already.
    """
    findings = list(findings)
    if not any(map(_wants_fix, findings)):
        return findings
    outline = Outline.read(source, tree)
    return [_with_fix(finding, source, style, outline) for finding in findings]


def _wants_fix(finding: Finding) -> bool:
    return finding.code in CODES and finding.fix is None


def _with_fix(finding: Finding, source: SourceText, style: FixStyle, outline: Outline) -> Finding:
    if not _wants_fix(finding):
        return finding
    edits = detach_edits(source, finding.span, style, outline)
    if edits is None:
        advice = "detach the tensor before it is converted"
        return replace(finding, fix=Fix(advice, Applicability.DISPLAY_ONLY, ()))
    sure = finding.confidence.at_least(Confidence.LIKELY)
    applicability = Applicability.SAFE if sure else Applicability.UNSAFE
    return replace(finding, fix=Fix(_message(edits), applicability, edits))


def _message(edits: tuple[Edit, ...]) -> str:
    detaches = any("detach" in edit.content for edit in edits)
    return "insert `.detach()`" if detaches else "pass `force=True`"

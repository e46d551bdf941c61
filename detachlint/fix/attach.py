"""Gives findings their fixes."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from detachlint.fix.argument_edits import argument_edits
from detachlint.fix.edits import JUST_DETACH, FixStyle, calls, detach_edits
from detachlint.rules.finding import Applicability, Confidence, Edit, Finding, Fix, Remedy
from detachlint.source.text import SourceText
from detachlint.syntax.outline import Outline


def attach_fixes(
    findings: Iterable[Finding],
    source: SourceText,
    style: FixStyle = "detach",
    tree: ast.Module | None = None,
) -> list[Finding]:
    """The findings in their order, those with a remedy with the fix it asks for.

    A fix that the rule has decided on is left alone. A crossing that cannot be edited gets advice
    without edits. `tree` is the syntax tree of `source`, if there is one already.
    """
    findings = list(findings)
    if not any(map(_wants_fix, findings)):
        return findings
    outline = Outline.read(source, tree)
    return [_with_fix(finding, source, style, outline) for finding in findings]


def _wants_fix(finding: Finding) -> bool:
    return finding.remedy is not Remedy.NONE and finding.fix is None


def _with_fix(finding: Finding, source: SourceText, style: FixStyle, outline: Outline) -> Finding:
    if not _wants_fix(finding):
        return finding
    cures = finding.cures or JUST_DETACH
    if finding.remedy is Remedy.DETACH_RECEIVER:
        edits = detach_edits(source, finding.span, style, outline, cures)
    else:
        remedy, parts = finding.remedy, finding.parts
        edits = argument_edits(source, finding.span, remedy, outline, cures, parts)
    if edits is None:
        advice = _advice(finding.remedy, cures)
        return replace(finding, fix=Fix(advice, Applicability.DISPLAY_ONLY, ()))
    sure = finding.confidence.at_least(Confidence.LIKELY)
    sure = sure and not finding.doubtful
    # An item that stands beside numbers may be a number itself, for callers that see no error.
    sure = sure and (finding.parts is None or finding.confidence is Confidence.CERTAIN)
    applicability = Applicability.SAFE if sure else Applicability.UNSAFE
    return replace(finding, fix=Fix(_message(edits, finding), applicability, edits))


def _advice(remedy: Remedy, cures: tuple[str, ...]) -> str:
    each = remedy is Remedy.DETACH_EACH
    if cures[-1] == "numpy" and not each:
        return f"make an array of the tensor, with `{calls(cures)}`"
    if cures != JUST_DETACH:
        where = "on each tensor before they are" if each else "before it is"
        return f"call `{calls(cures)}` {where} converted"
    return (
        f"detach {'each tensor before they are' if each else 'the tensor before it is'} converted"
    )


def _message(edits: tuple[Edit, ...], finding: Finding) -> str:
    contents = [edit.content.lstrip(")") for edit in edits if edit.content != "("]
    if any(" for " in content for content in contents):
        cures = finding.cures or JUST_DETACH
        return "detach each of them" if cures == JUST_DETACH else f"call `{calls(cures)}` on each"
    steps = "".join(dict.fromkeys(content for content in contents if content.startswith(".")))
    parts = [f"insert `{steps}`"] if steps else []
    if any("True" in content for content in contents):
        parts.append("pass `force=True`")
    return " and ".join(parts)

"""Results as plain values, and back."""

from __future__ import annotations

from typing import Any, TypeAlias

from detachlint.outcome.result import FileResult
from detachlint.rules.finding import (
    Applicability,
    Confidence,
    Edit,
    Finding,
    Fix,
    Parts,
    Remedy,
    TraceStep,
)
from detachlint.source.span import Span

Packed: TypeAlias = "Any"
"""Lists, texts, numbers and None."""

PASSED_OVER = 0
NOTHING_FOUND = 1
"""What most results are packed into."""

NOTHING_FOUND_ALONE = 2
"""The same of a file that was looked at by itself."""


def pack(result: FileResult) -> Packed:
    """A result of checking, without its name and source."""
    if not result.findings and not result.known:
        found = NOTHING_FOUND_ALONE if result.alone else NOTHING_FOUND
        return PASSED_OVER if result.passed_over else found
    findings = [_pack_finding(each) for each in result.findings]
    return [findings, [list(k) for k in result.known], result.alone]


def unpack(packed: Packed, filename: str) -> FileResult:
    """The result, without source. Raises `ValueError`, `TypeError` or a `LookupError` for what was
    never packed."""
    if packed in (PASSED_OVER, NOTHING_FOUND, NOTHING_FOUND_ALONE):
        over, alone = packed == PASSED_OVER, packed == NOTHING_FOUND_ALONE
        return FileResult(filename, passed_over=over, alone=alone)
    findings, known, alone = packed
    if known:
        # Imported late: few projects have a baseline.
        from detachlint.config.baseline import Likeness

        known = [Likeness(*each) for each in known]
    found = tuple(map(_unpack_finding, findings))
    return FileResult(filename, found, known=tuple(known), alone=bool(alone))


def _pack_finding(finding: Finding) -> Packed:
    fix = finding.fix
    return [
        *(finding.code, finding.name, finding.message, finding.filename, list(finding.span)),
        finding.confidence.value,
        [[step.filename, list(step.span), step.message] for step in finding.trace],
        None if fix is None else _pack_fix(fix),
        finding.remedy.name,
        list(finding.cures),
        finding.parts,
        finding.because,
    ]


def _pack_fix(fix: Fix) -> Packed:
    edits = [[list(edit.span), edit.content] for edit in fix.edits]
    return [fix.message, fix.applicability.value, edits]


def _unpack_parts(packed: Packed) -> Parts:
    return tuple(map(_unpack_parts, packed)) if isinstance(packed, (list, tuple)) else bool(packed)


def _unpack_finding(packed: Packed) -> Finding:
    code, name, message, filename, span, confidence, trace, fix, remedy, *rest = packed
    cures, parts, because = rest
    return Finding(
        *(code, name, message, filename, Span(*span), Confidence(confidence)),
        trace=tuple(TraceStep(file, Span(*place), words) for file, place, words in trace),
        fix=None if fix is None else _unpack_fix(fix),
        remedy=Remedy[remedy],
        cures=tuple(cures),
        parts=None if parts is None else _unpack_parts(parts),
        because=because,
    )


def _unpack_fix(packed: Packed) -> Fix:
    message, applicability, edits = packed
    made = tuple(Edit(Span(*span), content) for span, content in edits)
    return Fix(message, Applicability(applicability), made)

"""Findings at the crossings of a text, without an analysis that would have to agree."""

from __future__ import annotations

import ast

from detachlint.fix import FixStyle, apply_fixes, attach_fixes, detach_edits
from detachlint.rules.finding import Confidence, Edit, Finding, Fix, Remedy
from detachlint.source.span import Span
from detachlint.source.text import SourceText


def source_of(text: str) -> SourceText:
    return SourceText.from_text(text, "module.py")


def is_crossing(node: ast.AST) -> bool:
    """Any call that looks like a conversion, by name alone."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr in {"numpy", "__array__"}
    return isinstance(function, ast.Call) and ast.unparse(function.func) == "getattr"


def crossing_spans(text: str) -> list[Span]:
    found = [node for node in ast.walk(ast.parse(text)) if is_crossing(node)]
    spans = [
        Span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) for node in found
    ]
    return sorted(spans)


def finding_at(
    span: Span,
    confidence: Confidence = Confidence.CERTAIN,
    fix: Fix | None = None,
    code: str = "DTL101",
) -> Finding:
    name = "numpy-on-grad-tensor"
    remedy = Remedy.DETACH_RECEIVER if code == "DTL101" else Remedy.NONE
    return Finding(code, name, "raises", "module.py", span, confidence, (), fix, remedy)


def fix_text(text: str, style: FixStyle = "detach") -> str:
    """The text with every crossing fixed."""
    source = source_of(text)
    findings = [finding_at(span) for span in crossing_spans(text)]
    return apply_fixes(source, attach_fixes(findings, source, style)).text


def all_edits(text: str, style: FixStyle = "detach") -> list[Edit]:
    """The edits of every crossing."""
    source = source_of(text)
    edits = [detach_edits(source, span, style) for span in crossing_spans(text)]
    return [edit for own in edits if own is not None for edit in own]

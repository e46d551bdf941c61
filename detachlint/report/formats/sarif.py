"""SARIF 2.1.0, which code scanning services read: with rules, traces as code flows, and fixes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from detachlint import __version__
from detachlint.report.fingerprint import fingerprints
from detachlint.report.model import Report
from detachlint.report.uri import uri
from detachlint.rules.finding import Confidence, Finding, Fix, TraceStep
from detachlint.rules.registry import Rule, all_rules
from detachlint.source.span import Span
from detachlint.source.text import Place

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
"""The official schema, which the tests hold the output against."""

_LEVELS = {
    Confidence.CERTAIN: "error",
    Confidence.LIKELY: "warning",
    Confidence.POSSIBLE: "note",
}
_ROOT = "%SRCROOT%"


def render(report: Report) -> str:
    """One log with one run. Regions are those of the stored files, in characters.

    Relative paths stay relative to `%SRCROOT%`, which the reader knows best.
    """
    rules = [rule for rule in all_rules() if any(f.code == rule.code for f in report.findings)]
    codes = [rule.code for rule in rules]
    pairs = zip(report.findings, fingerprints(report), strict=True)
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [{"executionSuccessful": not report.incomplete}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding, codes, name) for finding, name in pairs],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "name": "detachlint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(
    report: Report, finding: Finding, codes: Sequence[str], fingerprint: str
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.confidence],
        "message": {"text": finding.message},
        "locations": [_location(report, finding.filename, finding.span)],
        "partialFingerprints": {"detachlint/v1": fingerprint},
        "properties": {"confidence": finding.confidence.value},
    }
    if finding.code in codes:
        result["ruleIndex"] = codes.index(finding.code)
    if finding.trace:
        result["codeFlows"] = [_code_flow(report, finding.trace)]
    if finding.fix and finding.fix.edits:
        result["fixes"] = [_fix(report, finding, finding.fix)]
        result["properties"]["fixApplicability"] = finding.fix.applicability.value
    return result


def _location(report: Report, filename: str, span: Span) -> dict[str, Any]:
    region = _region(report.stored_place(filename, span))
    physical = {"artifactLocation": _artifact(filename), "region": region}
    cell = report.place(filename, span).cell
    if cell is None:
        return {"physicalLocation": physical}
    return {"physicalLocation": physical, "logicalLocations": [{"name": f"cell {cell}"}]}


def _artifact(filename: str) -> dict[str, Any]:
    if PurePath(filename).is_absolute():
        return {"uri": uri(filename)}
    return {"uri": uri(filename), "uriBaseId": _ROOT}


def _region(place: Place) -> dict[str, Any]:
    return {
        "startLine": place.start.row,
        "startColumn": place.start.column,
        "endLine": place.end.row,
        "endColumn": place.end.column,
    }


def _code_flow(report: Report, trace: Sequence[TraceStep]) -> dict[str, Any]:
    steps = [
        {
            "location": {
                **_location(report, step.filename, step.span),
                "message": {"text": step.message},
            }
        }
        for step in trace
    ]
    return {"threadFlows": [{"locations": steps}]}


def _fix(report: Report, finding: Finding, fix: Fix) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(report.stored_place(finding.filename, edit.span)),
            "insertedContent": {"text": stored.content},
        }
        for edit, stored in zip(fix.edits, report.stored_edits(finding), strict=True)
    ]
    change = {"artifactLocation": _artifact(finding.filename), "replacements": replacements}
    return {"description": {"text": fix.message}, "artifactChanges": [change]}

"""A GitLab code quality report: what a merge request shows as new and as resolved."""

from __future__ import annotations

import json
import os
from pathlib import PurePath
from typing import Any

from detachlint.report.fingerprint import fingerprints
from detachlint.report.model import Report
from detachlint.rules.finding import Confidence, Finding

_SEVERITIES = {
    Confidence.CERTAIN: "critical",
    Confidence.LIKELY: "major",
    Confidence.POSSIBLE: "minor",
}


def render(report: Report) -> str:
    """All findings as one array. Paths are relative to the current directory, as GitLab wants."""
    pairs = zip(report.findings, fingerprints(report), strict=True)
    issues = [_issue(report, finding, fingerprint) for finding, fingerprint in pairs]
    return json.dumps(issues, indent=2) + "\n"


def _issue(report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
    start, end, _ = report.stored_place(finding.filename, finding.span)
    return {
        "description": f"{finding.code}: {finding.message}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.confidence],
        "location": {
            "path": _path(finding.filename),
            "lines": {"begin": start.row, "end": end.row},
            "positions": {
                "begin": {"line": start.row, "column": start.column},
                "end": {"line": end.row, "column": end.column},
            },
        },
    }


def _path(filename: str) -> str:
    path = PurePath(filename)
    return (PurePath(os.path.relpath(path)) if path.is_absolute() else path).as_posix()

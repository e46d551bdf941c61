"""Writes small projects: `tree(tmp_path, {"a/b.py": "text"})`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from detachlint.api import check_paths
from detachlint.config.options import Options
from detachlint.project.files import ProjectFiles
from detachlint.project.program import Project
from detachlint.rules.finding import Confidence, Finding


def tree(root: Path, files: Mapping[str, str]) -> Project:
    """A project with these files, all of them asked for; names are relative to `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(ProjectFiles([name for name in files if name.endswith(".py")]))


def found(root: Path, *paths: str) -> dict[str, str]:
    """The findings of every confidence as `file:line` and confidence, for the project at `root`."""
    return {
        f"{finding.filename}:{finding.span.line}": finding.confidence.value
        for finding in findings(root, *paths)
        if finding.confidence.at_least(Confidence.LIKELY)
    }


def findings(root: Path, *paths: str) -> list[Finding]:
    """All findings, by file and place."""
    results = list(check_paths(paths or (root,), Options(Confidence.POSSIBLE)))
    assert [result.error for result in results if result.error] == []
    return [finding for result in results for finding in result.findings]

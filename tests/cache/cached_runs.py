"""Runs with and without a cache over the current folder, and what stands there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detachlint.api import check_paths
from detachlint.cache.store import Store
from detachlint.config.options import Options
from detachlint.outcome import run
from detachlint.outcome.result import FileResult
from detachlint.rules.finding import Confidence

PROJECTS = Path(__file__).parents[1] / "projects"


def outcome(results: Iterator[FileResult]) -> list[Any]:
    """All that a front end can see of results."""
    return [
        (
            *(each.filename, each.findings, each.known, each.error, each.passed_over),
            each.source.text if each.source is not None and each.findings else None,
        )
        for each in results
    ]


def checked(store: Store | None, confidence: Confidence = Confidence.POSSIBLE) -> list[Any]:
    return outcome(check_paths(["."], Options(confidence), store=store))


def write_all(root: Path, name: str) -> None:
    shutil.copytree(PROJECTS / name, root / name)


def write_notebook(*lines: str) -> None:
    """A notebook of one cell with these lines, among the files that are checked."""
    cell = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": lines,
    }
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    Path("nb.ipynb").write_text(json.dumps(whole))


def forbid_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise AssertionError("a file was checked anew")

    monkeypatch.setattr(run, "_one_file", fails)

"""The folder in which the command is run."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one; some files of tests put something into it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path

"""A tree of files that is checked, and a cache beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.cache.store import Store


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")

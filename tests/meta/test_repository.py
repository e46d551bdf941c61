"""The repository stands on its own: it leans neither on one machine nor on what lies beside it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from package_sources import ROOT, repository_files

import detachlint
from detachlint.flake8_plugin import Plugin

TOP_LEVEL = {"pyproject.toml", "setup.cfg", "README.md", "LICENSE", "detachlint", "tests"}
"""Besides files and folders whose name starts with a dot."""

# Spelt so that this file does not match itself.
ELSEWHERE = re.compile(
    r"\.\./[s]hared|(?<![\w.<])/(?:wor[k]|roo[t]|hom[e]|User[s]|tmp/ven[v])(?:/|\b)|[A-Z]:\\\\?User[s]"
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def mentions(text: str) -> list[str]:
    return [match.group() for match in ELSEWHERE.finditer(text)]


@pytest.mark.parametrize("path", repository_files(), ids=relative)
def test_files_name_no_place_outside_the_repository(path: Path) -> None:
    assert mentions(path.read_bytes().decode("utf-8", "replace")) == []


@pytest.mark.parametrize(
    "place", ["see ../share" + "d/notes", "'/wor" + "k/x'", "/hom" + "e/me", "C:\\User" + "s\\me"]
)
def test_places_outside_are_recognised(place: str) -> None:
    assert len(mentions(place)) == 1


@pytest.mark.parametrize(
    "text", ["data/home/x", "at work", "http://x.org/home", "root/a", "./work"]
)
def test_other_words_are_not(text: str) -> None:
    assert mentions(text) == []


def test_the_top_level_holds_what_it_should() -> None:
    entries = {relative(path).split("/")[0] for path in repository_files()}
    assert {entry for entry in entries if not entry.startswith(".")} == TOP_LEVEL


def test_the_version_is_the_same_everywhere() -> None:
    version = detachlint.__version__
    command = [sys.executable, "-m", "detachlint", "--version"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"detachlint {version}\n"
    assert importlib.metadata.version("detachlint") == version
    assert Plugin.version == version
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)

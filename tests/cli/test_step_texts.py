"""The texts that a trace passes through are read when a report shows them, and not before."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.api import check_source
from detachlint.cli.step_texts import TextsOfSteps
from detachlint.config.configuration import Configuration
from detachlint.rules.finding import Finding
from detachlint.source.text import decode
from detachlint.source.value_class import replace


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def found_with_step_in(filename: str) -> Finding:
    [finding] = check_source("import torch\ntorch.ones(2, requires_grad=True).numpy()\n", "main.py")
    steps = (replace(finding.trace[0], filename=filename), *finding.trace[1:])
    return replace(finding, trace=steps)


def test_a_text_is_read_when_it_is_asked_for() -> None:
    texts = TextsOfSteps([found_with_step_in("parts.py")], {}, Configuration())
    Path("parts.py").write_text("x = 1\n")
    assert texts["parts.py"].text == "x = 1\n"
    Path("parts.py").write_text("x = 2\n")
    assert texts["parts.py"].text == "x = 1\n"


def test_known_texts_are_not_read_and_others_not_looked_for() -> None:
    Path("stranger.py").write_text("x = 1\n")
    known = decode(b"x = 3\n", "parts.py")
    texts = TextsOfSteps([found_with_step_in("parts.py")], {"parts.py": known}, Configuration())
    assert texts["parts.py"] is known
    assert texts.get("stranger.py") is None
    assert set(texts) == {"parts.py"}


def test_a_text_that_cannot_be_read_is_none_of_them() -> None:
    Path("parts.py").write_bytes(b"\xff\xfe\x00")
    texts = TextsOfSteps(
        [found_with_step_in("parts.py"), found_with_step_in("gone.py")], {}, Configuration()
    )
    assert len(texts) == 0

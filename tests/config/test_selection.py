"""Which rules are run."""

from __future__ import annotations

import pytest

from detachlint.config import selection as module
from detachlint.config.selection import EVERYTHING, Choice, Selection


def includes(*choices: Choice, code: str = "DTL101") -> bool:
    return Selection(choices).includes(code)


def test_all_rules_are_run_where_nobody_says_anything() -> None:
    assert includes()
    assert includes(Choice(), Choice())


def test_rules_that_are_off_by_default_are_run_when_selected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "is_off_by_default", lambda code: code == "DTL101")
    assert not includes()
    assert not includes(Choice(ignore=("DTL2",)))
    assert includes(Choice(extend_select=("DTL101",)))
    assert includes(Choice(select=("DTL",)))
    assert EVERYTHING.includes("DTL101")


def test_only_what_is_selected_is_run() -> None:
    assert includes(Choice(select=("DTL1",)))
    assert not includes(Choice(select=("DTL2",)))
    assert not includes(Choice(select=()))


def test_more_can_be_selected() -> None:
    assert includes(Choice(select=("DTL2",), extend_select=("DTL101",)))
    assert includes(Choice(extend_select=("DTL2",)))


def test_the_longest_entry_decides() -> None:
    assert not includes(Choice(select=("DTL",), ignore=("DTL1",)))
    assert includes(Choice(select=("DTL101",), ignore=("DTL1",)))
    assert includes(Choice(ignore=("DTL1",), extend_select=("DTL101",)))
    assert not includes(Choice(select=("DTL101",), ignore=("DTL101",)))


def test_the_last_place_has_the_last_word() -> None:
    assert includes(Choice(ignore=("DTL101",)), Choice(select=("DTL",)))
    assert includes(Choice(ignore=("DTL101",)), Choice(extend_select=("DTL101",)))
    assert not includes(Choice(select=("DTL101",)), Choice(ignore=("DTL1",)))
    assert not includes(Choice(ignore=("DTL101",)), Choice(extend_select=("DTL2",)))
    assert not includes(Choice(select=("DTL1",)), Choice(select=("DTL2",)))

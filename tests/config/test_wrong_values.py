"""Whatever value a key has: it can be used, or one line names the file, the key and the mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError
from detachlint.config.values import KEYS

TOML = (
    *("3", "1.5", "nan", "true", '"x"', '""', '"\\u0000"', "1979-05-27", "[]", '["x"]', "[3]"),
    *('[""]', '[["x"]]', "{}", "{ a = 3 }", '{ a = "x" }', '{ a = ["x"] }'),
)
INI = (
    *("", "x", "3", "true", "x: y", "x = y", "a,b", "%(x)s", "DTL101 DTL102", "é", "."),
    *("\n  a\n  b", "\n  a: DTL101", "\n  a.b: array"),
)

FLAG, LIST = {"true"}, {"[]"}
RIGHT_TOML = {
    "select": LIST,
    "extend-select": LIST,
    "ignore": LIST,
    "per-file-ignores": {"{}"},
    "min-confidence": set(),
    "exclude": {"[]", '["x"]'},
    "extend-exclude": {"[]", '["x"]'},
    "force-exclude": FLAG,
    "respect-gitignore": FLAG,
    "fix-style": set(),
    "unsafe-fixes": FLAG,
    "target-torch": set(),
    "extension": LIST,
    "facts": {"{}"},
    "follow-packages": {"[]", '["x"]'},
    "environment": set(),
    "baseline": {'"x"'},
}
NAMES = set(INI) - {"", "."}
RIGHT_INI = {
    "select": {""},
    "extend-select": {""},
    "ignore": {""},
    "per-file-ignores": {"", "\n  a: DTL101"},
    "min-confidence": set(),
    "exclude": {"", ".", *NAMES},
    "extend-exclude": {"", ".", *NAMES},
    "force-exclude": FLAG,
    "respect-gitignore": FLAG,
    "fix-style": set(),
    "unsafe-fixes": FLAG,
    "target-torch": set(),
    "extension": {""},
    "facts": {"", "\n  a.b: array"},
    "follow-packages": {"", "x", "true", "a,b", "é", "\n  a\n  b"},
    "environment": {"."},
    "baseline": {".", *NAMES},
}


def complaint(name: str, text: str) -> str:
    """What is wrong with a configuration file of that name; nothing, if it can be used."""
    Path(name).write_text(text, encoding="utf-8")
    try:
        Configuration().of_file("a.py")
    except ConfigurationError as error:
        return str(error)
    return ""


def test_no_key_is_left_out() -> None:
    assert list(RIGHT_TOML) == list(RIGHT_INI) == list(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_values_in_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.chdir(tmp_path)
    said = {
        value: complaint("pyproject.toml", f"[tool.detachlint]\n{key} = {value}\n")
        for value in TOML
    }
    assert {value for value, words in said.items() if not words} == RIGHT_TOML[key]
    for words in filter(None, said.values()):
        assert words.startswith(f"pyproject.toml: {key}: ")
        assert "\n" not in words


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini"])
def test_values_in_ini(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = {value: complaint(name, f"[detachlint]\n{key} = {value}\n") for value in INI}
    assert {value for value, words in said.items() if not words} == RIGHT_INI[key]
    for words in filter(None, said.values()):
        assert words.startswith(f"{name}: {key}: ")
        assert "\n" not in words

"""The README tells of every key, and its example is a configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detachlint.cli.main import command
from detachlint.config.configuration import Configuration
from detachlint.config.settings import Settings
from detachlint.config.values import KEYS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## Configuration\n")[2].partition("\n## ")[0]


def test_the_table_has_all_keys() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", SECTION, re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`([a-z-]+)`", row)] == list(KEYS)


def test_the_example_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"^```toml\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    Path("pyproject.toml").write_text("".join(examples))
    configuration = Configuration()
    assert configuration.of_file("a.py").source == "pyproject.toml"
    assert configuration.options("a.py").reports("DTL101")
    assert len(configuration.options("a.py").facts.stated) == 19
    assert not configuration.options("tests/a.py").reports("DTL101")


def test_every_key_is_a_setting() -> None:
    of_rules = {"select", "extend_select", "ignore"}
    assert {key.replace("-", "_") for key in KEYS} - of_rules <= set(Settings.__slots__)


def test_nearly_every_key_is_an_option() -> None:
    for name in ("check", "fix"):
        options = {parameter.name for parameter in command.commands[name].params}
        assert {key.replace("-", "_") for key in KEYS} - options == {"per_file_ignores", "facts"}

"""The codes of the rules: what the source reports, what has a page and what is listed agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from package_sources import PACKAGE, package_modules
from readme_document import README, rules_table

from detachlint.rules.registry import Rule, all_rules

CODE = re.compile(r"DTL\d{3}")
CODES = {rule.code for rule in all_rules()}
PAGES = {path.stem: path for path in (PACKAGE / "rules").glob("*.md")}
CHECKS = {path.stem: path for path in (PACKAGE / "rules").glob("DTL*.py")}


def codes_in_source() -> dict[str, set[str]]:
    """The codes that occur as whole strings in the package, by module."""
    found: dict[str, set[str]] = {}
    for module in package_modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
                found.setdefault(module.name, set()).add(str(node.value))
    return found


def test_every_page_is_a_rule_and_every_rule_has_a_page() -> None:
    assert set(PAGES) == CODES
    assert set(CHECKS) <= CODES


def test_every_code_in_the_source_has_a_page() -> None:
    used = codes_in_source()
    assert {"detachlint.rules.codes", "detachlint.rules.DTL101"} <= set(used)
    assert {name: codes - CODES for name, codes in used.items() if codes - CODES} == {}


def test_every_rule_is_reported_by_something() -> None:
    assert set().union(*codes_in_source().values()) == CODES


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_names_and_summaries_are_fit_to_be_listed(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.name)
    assert 10 < len(rule.summary) <= 140
    assert rule.summary.endswith(".")


def test_names_are_told_apart() -> None:
    assert len({rule.name for rule in all_rules()}) == len(CODES)


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_a_check_reports_its_own_code_and_name(code: str) -> None:
    [rule] = [rule for rule in all_rules() if rule.code == code]
    text = CHECKS[code].read_text(encoding="utf-8")
    assert set(re.findall(r'"(DTL\d{3})"', text)) == {code}
    assert f'"{rule.name}"' in text


def test_the_readme_lists_the_rules() -> None:
    assert rules_table() in README.read_text(encoding="utf-8")


def test_the_readme_mentions_no_other_codes_but_the_recipe_s() -> None:
    recipe = "DTL199"
    assert set(CODE.findall(README.read_text(encoding="utf-8"))) == {*CODES, recipe}
    assert recipe not in CODES


def test_pages_mention_no_codes_that_do_not_exist() -> None:
    mentioned = {code: set(CODE.findall(_text(path))) - CODES for code, path in PAGES.items()}
    assert {code: others for code, others in mentioned.items() if others} == {}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")

"""The rules that exist: a rule is a Markdown page and, beside it, a module with its `check`."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

from detachlint.interpret.facts import Facts
from detachlint.rules.codes import PAGES
from detachlint.rules.finding import Finding
from detachlint.source.value_class import value_class

Check: TypeAlias = Callable[[Facts], Iterator[Finding]]

_TITLE = re.compile(r"# (?P<code>DTL\d{3}): (?P<name>[a-z0-9-]+)\s*$")


@value_class(frozen=True, slots=True)
class Rule:
    """One rule. `page` is its Markdown page, `summary` that page's first paragraph."""

    code: str
    name: str
    summary: str
    page: str
    check: Check


@cache
def all_rules() -> tuple[Rule, ...]:
    """All rules, by code. Raises ValueError for a page whose title is not `# CODE: name`."""
    pages = sorted(
        (entry for entry in PAGES.iterdir() if entry.name.endswith(".md")),
        key=lambda entry: entry.name,
    )
    return tuple(_read(page.name.removesuffix(".md"), page.read_text("utf-8")) for page in pages)


def run_rules(facts: Facts) -> list[Finding]:
    """The findings of all rules in one file, in source order."""
    findings = [finding for rule in all_rules() for finding in rule.check(facts)]
    return sorted(findings, key=lambda finding: (finding.span, finding.code))


def _read(code: str, page: str) -> Rule:
    lines = page.splitlines()
    title = _TITLE.match(lines[0]) if lines else None
    if title is None or title["code"] != code:
        raise ValueError(f"the page of {code} does not start with '# {code}: name'")
    paragraph = page.split("\n\n")[1] if "\n\n" in page else ""
    return Rule(code, title["name"], " ".join(paragraph.split()), page, _check(code))


def _check(code: str) -> Check:
    if not (PAGES / f"{code}.py").is_file():
        return _nothing
    check: Check = importlib.import_module(f"detachlint.rules.{code}").check
    return check


def _nothing(facts: Facts) -> Iterator[Finding]:
    """The check of a rule whose findings come from elsewhere (DTL900: from reading the file)."""
    return iter(())

"""The codes that exist, known without importing a rule: what configuration and comments name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PAGES = Path(__file__).parent
"""The folder of the rules and their pages."""

PREFIX = "DTL"
"""What all codes begin with, and no other tool's."""

UNREADABLE = "DTL900"
"""What cannot be read as Python; it is found by reading."""

UNUSED_SUPPRESSION = "DTL901"
"""The rule about comments rather than code: `detachlint.rules.suppression` makes its findings."""


@cache
def all_codes() -> frozenset[str]:
    """The codes of all rules: the names of their pages."""
    names = (entry.name for entry in PAGES.iterdir())
    return frozenset(
        name.removesuffix(".md")
        for name in names
        if name.startswith(PREFIX) and name.endswith(".md")
    )


def stands_for_a_code(text: str) -> bool:
    """Whether a text is the code of a rule, or the beginning of one (`DTL`, `DTL1`)."""
    return text.startswith(PREFIX) and any(code.startswith(text) for code in all_codes())


@cache
def is_off_by_default(code: str) -> bool:
    """Whether a rule is only run when it is selected: the first paragraph of its page ends so."""
    if code not in all_codes():
        return False
    page = (PAGES / f"{code}.md").read_text("utf-8")
    return page.split("\n\n")[1].rstrip().endswith("Off by default.")

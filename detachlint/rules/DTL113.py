"""DTL113: `.numpy()` on a view whose conjugation or negation is pending."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Finding
from detachlint.rules.otherwise import findings

CODE = "DTL113"
NAME = "numpy-on-lazy-view"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each crossing that is refused for the bit of a lazy view."""
    return findings(facts, CODE, NAME)

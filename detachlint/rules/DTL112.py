"""DTL112: `.numpy()` on a tensor of a dtype that NumPy has not."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Finding
from detachlint.rules.otherwise import findings

CODE = "DTL112"
NAME = "numpy-on-unsupported-dtype"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each crossing that is refused for its dtype."""
    return findings(facts, CODE, NAME)

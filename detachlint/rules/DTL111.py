"""DTL111: `.numpy()` on a tensor that lives on an accelerator."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Finding
from detachlint.rules.otherwise import findings

CODE = "DTL111"
NAME = "numpy-on-accelerator-tensor"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each crossing that is refused for its device."""
    return findings(facts, CODE, NAME)

"""DTL114: `.numpy()` on a tensor without ordinary memory: sparse, quantized, nested, meta, …"""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Finding
from detachlint.rules.otherwise import findings

CODE = "DTL114"
NAME = "numpy-on-non-strided-tensor"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each crossing that is refused for what kind of tensor it is."""
    return findings(facts, CODE, NAME)

"""DTL115: a tensor is handed to what accepts no tensor, whether or not it requires grad."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.domain.traits import Check
from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Confidence, Finding, Remedy
from detachlint.rules.implicit import finding_of, taker
from detachlint.rules.visits import Raising, refused_in

CODE = "DTL115"
NAME = "numpy-function-rejects-tensor"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each argument or operand that is a tensor in some context."""
    for raising in refused_in(facts):
        if raising.refusal.check is Check.TENSOR:
            remedy = Remedy.NONE if raising.worst.container else Remedy.DETACH
            yield finding_of(facts, CODE, NAME, raising, _message(raising), remedy)


def _message(raising: Raising) -> str:
    tensor = "what may be a tensor" if raising.confidence is Confidence.POSSIBLE else "a tensor"
    text = f"{taker(raising.worst)} fails on {tensor}, whether or not it requires grad"
    return text + raising.suffix

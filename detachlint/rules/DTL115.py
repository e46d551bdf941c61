"""DTL115: a tensor is handed to what accepts no tensor, whether or not it requires grad."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.domain.belief import NO
from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Confidence, Finding, Remedy
from detachlint.rules.implicit import finding_of, taker
from detachlint.rules.visits import Raising, crossings_of, is_rejected

CODE = "DTL115"
NAME = "numpy-function-rejects-tensor"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each argument or operand that is a tensor in some context."""
    for raising in crossings_of(facts, is_rejected):
        yield finding_of(facts, CODE, NAME, raising, _message(raising), _remedy(raising))


def _remedy(raising: Raising) -> Remedy:
    if raising.worst.container:
        return Remedy.NONE
    detached = all(visit.grad.both(visit.mode) == NO for visit in raising.visits)
    return Remedy.TO_ARRAY if detached else Remedy.DETACH_TO_ARRAY


def _message(raising: Raising) -> str:
    tensor = "what may be a tensor" if raising.confidence is Confidence.POSSIBLE else "a tensor"
    text = f"{taker(raising.worst)} fails on {tensor}, whether or not it requires grad"
    return text + raising.suffix

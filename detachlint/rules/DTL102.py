"""DTL102: a tensor that requires grad is handed to NumPy, or to a library that converts it."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Facts
from detachlint.knowledge.gates import Gate
from detachlint.rules.finding import Finding, Remedy
from detachlint.rules.implicit import afterthought, finding_of, is_single, taker
from detachlint.rules.visits import Raising, crossings_of

CODE = "DTL102"
NAME = "implicit-array-of-grad-tensor"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each argument or operand that is such a tensor in some context."""
    for raising in crossings_of(facts, is_single):
        worst = raising.worst
        unfit = worst.gate is Gate.UNFIT and not worst.number
        remedy = Remedy.NONE if unfit else Remedy.DETACH
        yield finding_of(facts, CODE, NAME, raising, _message(raising), remedy)


def _message(raising: Raising) -> str:
    what = f"{taker(raising.worst)} {raising.converts} {raising.subject} to an array"
    return what + raising.suffix + afterthought(raising)

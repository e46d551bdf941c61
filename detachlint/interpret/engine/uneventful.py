"""Where runs have come without converting anything.

A crossing is certain to be refused only if each run that comes there converts something. A run in which
the argument is an array, or the method that of another class, visits no crossing: it would be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.interpret.facts import Crossing, Facts
from detachlint.knowledge.names import CONVERSIONS
from detachlint.source.span import Span
from detachlint.source.value_class import replace


class Uneventful:
    """The calls, and the operands and arguments, of which a run has converted nothing.

    The two are kept apart: a call that converts nothing itself may be an argument that is converted.
    """

    __slots__ = ("_calls", "_operands")

    def __init__(self) -> None:
        self._calls: set[Span] = set()
        self._operands: set[Span] = set()

    def note(self, call: Span | None, operands: Iterable[Span], visits: Iterable[Crossing]) -> None:
        """Note what a run has come to: a `call`, if it is one, and what was handed over there; `visits`
        are those to crossings, which it made on the way."""
        converted = {visit.span for visit in visits}
        if call is not None and call not in converted:
            self._calls.add(call)
        self._operands.update(span for span in operands if span not in converted)

    def doubt(self, facts: Facts) -> None:
        """Take for no tensor for sure what crosses where another run has converted nothing."""
        for span, visits in facts.crossings.items():
            if any(map(self._concerns, visits)):
                facts.crossings[span] = [replace(v, tensor_for_sure=False) for v in visits]

    def _concerns(self, visit: Crossing) -> bool:
        return visit.span in (self._calls if _is_of_call(visit) else self._operands)


def _is_of_call(visit: Crossing) -> bool:
    """Whether the place of the crossing is a call: that of the tensor's method, or that of what is
    handed a tensor out of sight."""
    return visit.form in CONVERSIONS or not visit.located

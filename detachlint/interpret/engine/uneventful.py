"""Where runs have come without converting anything.

A crossing is certain to be refused only if each run that comes there converts something. A run in which
the argument is an array, or the method that of another class, visits no crossing: it would be forgotten.
Where what it hands over is no tensor, what is put behind a tensor there would fail in that run.
"""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.objects import Array, Instance, Kind, Mapping, Sequence, Unknown
from detachlint.domain.values import Address, Atom, Library, Literal, Value
from detachlint.interpret.engine.state import State
from detachlint.interpret.facts import Crossing, Facts
from detachlint.knowledge.names import CONVERSIONS
from detachlint.source.span import Span
from detachlint.source.value_class import replace

DEEPEST = 3
"""Levels of lists that are looked into."""


class Uneventful:
    """The calls, and the operands and arguments, of which a run has converted nothing.

    The two are kept apart: a call that converts nothing itself may be an argument that is converted.
    `others` are the operands and arguments that are no tensors in some run, `mixed` those that are
    tensors or something else in one and the same.
    """

    __slots__ = ("_calls", "_mixed", "_operands", "_others")

    def __init__(self) -> None:
        self._calls: set[Span] = set()
        self._operands: set[Span] = set()
        self._others: set[Span] = set()
        self._mixed: set[Span] = set()

    def note(
        self,
        call: Span | None,
        operands: Iterable[tuple[Span, Value]],
        visits: Iterable[Crossing],
        state: State,
    ) -> None:
        """Note what a run has come to: a `call`, if it is one, and what was handed over there; `visits`
        are those to crossings, which it made on the way."""
        converted = {visit.span for visit in visits}
        if call is not None and call not in converted:
            self._calls.add(call)
        for span, value in operands:
            # Of a container that is converted, the visit tells which items are tensors.
            is_met = span in converted
            if not is_met:
                self._operands.add(span)
            known = self._mixed if is_met else self._others
            depth = 0 if is_met else DEEPEST
            if span not in known and any(_is_no_tensor(state, atom, depth) for atom in value):
                known.add(span)

    def doubt(self, facts: Facts) -> None:
        """Take for no tensor for sure what crosses where another run has converted nothing, and tell
        where something else comes as well."""
        for span, visits in facts.crossings.items():
            others, mixed = span in self._others, span in self._mixed
            if others or mixed:
                told = [replace(visit, others=others, mixed=mixed) for visit in visits]
                facts.crossings[span] = visits = told
            if any(map(self._concerns, visits)):
                facts.crossings[span] = [replace(v, tensor_for_sure=False) for v in visits]

    def _concerns(self, visit: Crossing) -> bool:
        return visit.span in (self._calls if _is_of_call(visit) else self._operands)


def _is_no_tensor(state: State, atom: Atom, depth: int) -> bool:
    """Whether something is a number or an array, or holds nothing else."""
    thing = state.get(atom) if isinstance(atom, Address) else atom
    match thing:
        case Literal(value=None):
            return depth > 0  # beside tensors it is what there was before there were any
        case Array() | Mapping() | Literal() | Unknown(kind=Kind.NUMBER | Kind.TRUTH | Kind.TEXT):
            return True
        case Instance(cls=classes):
            # Those of the program may be derived from tensors.
            return bool(classes) and all(isinstance(cls, Library) for cls in classes)
        case Sequence() if depth and thing.all:
            return all(_is_no_tensor(state, item, depth - 1) for item in thing.all)
    return False


def _is_of_call(visit: Crossing) -> bool:
    """Whether the place of the crossing is a call: that of the tensor's method, or that of what is
    handed a tensor out of sight."""
    return visit.form in CONVERSIONS or not visit.located

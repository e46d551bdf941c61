"""Turning objects into text runs the `__str__` or `__repr__` of the program's classes.

Of constants the text is known: it may be the key under which something is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as SequenceOf
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Instance, Kind, Unknown
from detachlint.domain.values import (
    Address,
    Atom,
    Literal,
    Value,
    addresses,
    in_order,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import enumerations
from detachlint.interpret.language.lookup import find_in_class
from detachlint.ir.nodes import ConstantValue
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

LONGEST_TEXT = 200
"""Characters of a text that is still known."""

MOST_TEXTS = 8
"""Texts that one f-string is known to give."""

JOINED = "joined text"
"""How a text that is put together, by an f-string or by `+`, is derived from its pieces."""

QUESTION = "method "
"""How a question that is asked of a text by calling a method is derived, before the method's name."""

STARTS_WITH = f"{QUESTION}startswith"

_CONVERSIONS: dict[str, Callable[[object], object]] = {
    "": lambda value: value,
    "!s": str,
    "!r": repr,
    "!a": ascii,
}


def show(machine: Machine, value: Value, state: State, call: LibraryCall) -> list[State]:
    """The states after `str(value)`, asked for by a call."""
    first = "__repr__" if call.name.endswith("repr") else "__str__"
    return show_at(machine, value, state, call.activation, call.span, first)


def show_at(
    machine: Machine,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    first: str = "__str__",
) -> list[State]:
    """The states after `value` has been turned into text at `span`."""
    states = [state]
    for address in addresses(value):
        method = _method(state, address, first)
        if method is not None:
            states = [
                after
                for before in states
                for _, after in machine.invoke(
                    method, Arguments((value_of(address),)), before, activation, span
                )
            ]
    return states


def _method(state: State, address: Address, first: str) -> Address | None:
    thing = state.get(address)
    if not isinstance(thing, Instance):
        return None
    for cls in addresses(thing.cls):
        for name in (first, "__repr__"):
            found = find_in_class(state, cls, name)
            if found is not None:
                return next(iter(addresses(found[0])), None)
    return None


def joined(
    state: State, pieces: SequenceOf[Value], formats: SequenceOf[Value | None]
) -> Value | None:
    """The texts that an f-string may give, where all is known; `formats` as in `Display.keys`."""
    alternatives: list[list[str]] = []
    for piece, how in zip(pieces, formats, strict=True):
        texts = _texts(state, piece, how)
        if texts is None:
            return None
        alternatives.append(texts)
    if prod(map(len, alternatives)) > MOST_TEXTS:
        return None
    whole = {"".join(texts) for texts in product(*alternatives)}
    if not whole or any(len(text) > LONGEST_TEXT for text in whole):
        return None
    return frozenset(literal(text) for text in whole)


def formatted(
    machine: Machine, template: Value, mark: str, state: State, activation: Activation, span: Span
) -> Value:
    """What comes of a template by `template.format(…)` or `template % …`, if something unknown is put in:
    as it is, up to the first `mark`."""
    rest = machine.unknown(state, activation, span, "text", kind=Kind.TEXT, grad=NO)
    known = single_literal(template)
    text = known.value if known is not None else None
    start = text.partition(mark)[0] if isinstance(text, str) else ""
    if not start:
        return rest
    pieces = (literal(start), *rest)
    return machine.derived(JOINED, pieces, span, Unknown(Kind.TEXT, NO))


def _texts(state: State, value: Value, how: Value | None) -> list[str] | None:
    """What a value looks like, formatted; None if nobody knows."""
    formats = [""] if how is None else _constants(state, how)
    values = _constants(state, value)
    if formats is None or values is None:
        return None
    found: set[str] = set()
    for constant, one in product(values, formats):
        conversion, _, specification = str(one).partition(":")
        try:
            found.add(format(_CONVERSIONS[conversion](constant), specification))
        except (ValueError, TypeError, KeyError):
            return None  # the program raises here
    return sorted(found)


def beginning_of(state: State, atom: Atom) -> str:
    """What a text begins with, as far as it is known: `f"models.{name}"`, `"models." + name`.

    Where a test has found what the name begins with (`name.startswith("a")`), that belongs to it.
    """
    return _beginning(state, atom)[0]


def _beginning(state: State, atom: Atom) -> tuple[str, bool]:
    """What a text begins with, and whether that is all of it."""
    known = state.equals.get(atom, atom) if isinstance(atom, Address) else atom
    if isinstance(known, Literal):
        is_text = isinstance(known.value, str) and not enumerations.is_plain_member(known)
        return (str(known.value), True) if is_text else ("", False)
    operator, operands = (isinstance(atom, Address) and atom.derived) or ("", ())
    if operator != JOINED:
        return _tested_beginning(state, atom), False
    text, whole = "", True
    for operand in operands:
        if whole:
            more, whole = _beginning(state, operand)
            text += more
    return text, whole


def _tested_beginning(state: State, atom: Atom) -> str:
    found = ""
    for question, answer in state.truths.items():
        operator, operands = (isinstance(question, Address) and question.derived) or ("", ())
        if answer and operator == STARTS_WITH and len(operands) == 2 and operands[0] == atom:
            start = operands[1]
            if isinstance(start, Literal) and isinstance(start.value, str):
                found = max(found, start.value, key=len)
    return found


def _constants(state: State, value: Value) -> list[ConstantValue] | None:
    atoms = [state.equals.get(a, a) if isinstance(a, Address) else a for a in in_order(value)]
    known = [
        atom.value
        for atom in atoms
        if isinstance(atom, Literal) and not enumerations.is_plain_member(atom)
    ]
    return known if len(known) == len(atoms) and len(known) <= MOST_TEXTS else None

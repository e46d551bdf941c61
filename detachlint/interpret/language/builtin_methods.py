"""Methods of text, numbers and other things that are no tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Kind, Sequence, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Value,
    literal,
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.language import textual
from detachlint.interpret.language.contents import LONGEST_KNOWN
from detachlint.interpret.language.textual import QUESTION
from detachlint.interpret.pytorch.needed import note_use
from detachlint.knowledge import facts

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

PURE_TEXT_METHODS = frozenset(
    {"startswith", "endswith", "lower", "upper", "strip", "lstrip", "rstrip", "replace", "format",
     "removeprefix", "removesuffix", "title", "capitalize", "casefold", "swapcase", "zfill", "isdigit",
     "isalpha", "isnumeric", "isupper", "islower", "isidentifier", "count", "find", "rfind", "index",
     "split", "rsplit", "splitlines", "partition", "rpartition"}
)  # fmt: skip
YES_OR_NO = frozenset({"startswith", "endswith", "isdigit", "isalpha", "isnumeric", "isupper"})


def text_method(machine: Machine, call: LibraryCall) -> Value:
    """A method of a string: carried out on literals where it is pure."""
    result = _carried_out(call)
    if isinstance(result, (list, tuple)) and len(result) <= LONGEST_KNOWN:
        kind = type(result).__name__
        parts = Sequence(kind, tuple(value_of(literal(part)) for part in result))
        return machine.new(call.state, call.activation, call.span, "parts", parts)
    if isinstance(result, (str, bool, int)):
        return value_of(literal(result))
    return _plain(machine, call)


def _carried_out(call: LibraryCall) -> object:
    """What a pure method of a known text gives; None if that is not known."""
    receiver = single_literal(call.receiver)
    if receiver is None or not call.arguments.exact:
        return None
    if call.name == "join":
        return _joined_parts(call, str(receiver.value))
    positional = [single_literal(value) for value in call.arguments.positional]
    keywords = {name: single_literal(value) for name, value in call.arguments.keywords.items()}
    if call.name not in PURE_TEXT_METHODS or None in (*positional, *keywords.values()):
        return None
    try:
        given = {name: one.value for name, one in keywords.items() if one is not None}
        result: object = getattr(receiver.value, call.name)(
            *(one.value for one in positional if one is not None), **given
        )
    except Exception:
        return None  # the program raises here
    return result


def _joined_parts(call: LibraryCall, between: str) -> str | None:
    given = single_address(call.arguments.get(0) or BOTTOM_VALUE)
    parts = call.state.get(given) if given is not None else None
    if not isinstance(parts, Sequence) or not parts.exact or parts.kind == "set":
        return None
    constants = [single_literal(item) for item in parts.items]
    texts = [one.value for one in constants if one is not None and isinstance(one.value, str)]
    return between.join(texts) if len(texts) == len(constants) else None


def _plain(machine: Machine, call: LibraryCall) -> Value:
    if call.name in ("split", "splitlines", "rsplit", "partition", "rpartition"):
        element = machine.unknown(
            call.state, call.activation, call.span, "part", kind=Kind.TEXT, grad=NO
        )
        thing = Sequence("list", (), element)
        return machine.new(call.state, call.activation, call.span, "parts", thing)
    if call.name == "format":
        return textual.formatted(
            machine, call.receiver, "{", call.state, call.activation, call.span
        )
    kind = Kind.TRUTH if call.name in YES_OR_NO else Kind.TEXT
    return machine.unknown(call.state, call.activation, call.span, call.name, kind=kind, grad=NO)


def plain_method(machine: Machine, call: LibraryCall, things: list[Unknown]) -> Value:
    """A method of an unknown number, text or other non-tensor."""
    if call.name in facts.tensor_methods("backward"):
        note_use(machine, call.receiver, call.state, call.span)
    question = _question(machine, call)
    if question is not None:
        return question
    if all(thing.kind is Kind.TEXT for thing in things):
        return _plain(machine, call)
    return machine.unknown(
        call.state, call.activation, call.span, call.name, kind=Kind.OTHER, grad=NO
    )


def _question(machine: Machine, call: LibraryCall) -> Value | None:
    """What one unknown thing answers to a question that only texts are asked, the same each time."""
    atoms = tuple(call.receiver)
    constants = tuple(c for v in call.arguments.positional if (c := single_literal(v)) is not None)
    pure = len(atoms) == 1 and len(constants) == len(call.arguments.positional)
    if not pure or call.name not in YES_OR_NO:
        return None
    operands = (*atoms, *constants)
    question = f"{QUESTION}{call.name}"
    return machine.derived(question, operands, call.span, Unknown(Kind.TRUTH, NO))

"""Methods of text, numbers and other things that are no tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Kind, Sequence, Unknown
from detachlint.domain.values import Value, literal, single_literal, value_of
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.pytorch.needed import note_use

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

PURE_TEXT_METHODS = frozenset(
    {
        "startswith",
        "endswith",
        "lower",
        "upper",
        "strip",
        "replace",
        "format",
        "removeprefix",
        "removesuffix",
        "rstrip",
        "lstrip",
        "title",
        "capitalize",
        "isdigit",
        "count",
        "find",
        "split",
    }
)
YES_OR_NO = frozenset({"startswith", "endswith", "isdigit", "isalpha", "isnumeric", "isupper"})


def text_method(machine: Machine, call: LibraryCall) -> Value:
    """A method of a string: carried out on literals where it is pure."""
    receiver = single_literal(call.receiver)
    arguments = [single_literal(value) for value in call.arguments.positional]
    if (
        receiver is not None
        and call.name in PURE_TEXT_METHODS
        and all(argument is not None for argument in arguments)
        and not call.arguments.keywords
        and call.arguments.exact
    ):
        try:
            method = getattr(receiver.value, call.name)
            result = method(*(a.value for a in arguments if a is not None))
        except Exception:
            result = None  # the program raises here
        if isinstance(result, list) and len(result) <= 32:
            items = tuple(value_of(literal(part)) for part in result)
            return machine.new(
                call.state, call.activation, call.span, "parts", Sequence("list", items)
            )
        if isinstance(result, (str, bool, int)):
            return value_of(literal(result))
    return _plain(machine, call)


def _plain(machine: Machine, call: LibraryCall) -> Value:
    if call.name in ("split", "splitlines", "rsplit", "partition"):
        element = machine.unknown(
            call.state, call.activation, call.span, "part", kind=Kind.TEXT, grad=NO
        )
        thing = Sequence("list", (), element)
        return machine.new(call.state, call.activation, call.span, "parts", thing)
    kind = Kind.TRUTH if call.name in YES_OR_NO else Kind.TEXT
    return machine.unknown(call.state, call.activation, call.span, call.name, kind=kind, grad=NO)


def plain_method(machine: Machine, call: LibraryCall, things: list[Unknown]) -> Value:
    """A method of an unknown number, text or other non-tensor."""
    if call.name == "backward":
        note_use(machine, call.receiver, call.state)
    if all(thing.kind is Kind.TEXT for thing in things):
        return _plain(machine, call)
    atoms = tuple(sorted(call.receiver, key=repr))
    constants = tuple(c for v in call.arguments.positional if (c := single_literal(v)) is not None)
    pure = len(atoms) == 1 and len(constants) == len(call.arguments.positional)
    if pure and call.name in YES_OR_NO:
        operands = (*atoms, *constants)
        return machine.derived(f"method {call.name}", operands, call.span, Unknown(Kind.TRUTH, NO))
    return machine.unknown(
        call.state, call.activation, call.span, call.name, kind=Kind.OTHER, grad=NO
    )

"""Builtins that ask about objects or reach into them: `isinstance`, `getattr`, `type`, …"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Function, Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    FALSE,
    NONE,
    TRUE,
    Address,
    Atom,
    Bound,
    Library,
    Literal,
    Method,
    Value,
    addresses,
    in_order,
    literal,
    single_literal,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import (
    attribute_stores,
    definitions,
    enumerations,
    membership,
)
from detachlint.interpret.language.contents import SLICE, unsettled
from detachlint.knowledge.names import PARAMETER, TENSOR
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", LibraryCall], Outcomes]


def answer_value(
    machine: Machine,
    call: LibraryCall,
    question: str,
    operands: tuple[Atom, ...],
    answer: bool | None,
) -> Value:
    """The answer as a bool; where it is open, a question with one answer per path."""
    if answer is None:
        return machine.derived(question, operands, call.span, Unknown(Kind.TRUTH, NO))
    return TRUE if answer else FALSE


def _isinstance(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    wanted = call.arguments.get(1) or BOTTOM_VALUE
    parts: set[Atom] = set()
    for atom in in_order(subject):
        answer = membership.is_instance(machine, call.state, atom, wanted)
        asked = in_order(wanted)[0] if len(wanted) == 1 else literal(repr(call.span))
        parts |= answer_value(machine, call, "isinstance", (atom, asked), answer)
    return [(frozenset(parts), call.state)]


def _hasattr(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    name = single_literal(call.arguments.get(1) or BOTTOM_VALUE)
    parts: set[Atom] = set()
    for atom in in_order(subject):
        answer: bool | None = None
        if name is not None:
            answer = membership.has_attribute(machine, call.state, atom, str(name.value))
        operands = (atom, name or literal(""))
        parts |= answer_value(machine, call, membership.HASATTR, operands, answer)
    return [(frozenset(parts), call.state)]


def _getattr(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    names = _names(call)
    if not names:
        value = machine.unknown(call.state, call.activation, call.span, "getattr")
        return [(value, call.state)]
    outcomes: Outcomes = []
    for index, name in enumerate(names):
        state = call.state if index == len(names) - 1 else call.state.fork()
        outcomes += machine.read_attribute(subject, name, state, call.activation, call.span, name)
    default = call.arguments.get(2)
    if default is None:
        return machine.merge_outcomes(outcomes)
    return machine.merge_outcomes(
        [
            (value | default if _may_lack(after, subject, names) else value, after)
            for value, after in outcomes
        ]
    )


def _names(call: LibraryCall) -> list[str]:
    """The names that the second argument may be, where all are known; otherwise none."""
    names = [_text(call.state, atom) for atom in in_order(call.arguments.get(1) or BOTTOM_VALUE)]
    known = [name for name in names if name is not None]
    return known if len(known) == len(names) else []


def _text(state: State, atom: Atom) -> str | None:
    constant = state.equals.get(atom) if isinstance(atom, Address) else atom
    if isinstance(constant, Literal) and isinstance(constant.value, str):
        return constant.value
    return None


def _may_lack(state: State, subject: Value, names: list[str]) -> bool:
    for atom in subject:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and all(name in thing.attributes for name in names):
            continue
        if isinstance(thing, Tensor) and all(
            membership.has_every_tensor(literal(name)) for name in names
        ):
            continue
        return True
    return False


def _setattr(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    value = call.arguments.get(2) or BOTTOM_VALUE
    outcomes: Outcomes = []
    names = _names(call)
    for index, name in enumerate(names):
        state = call.state if index == len(names) - 1 else call.state.fork()
        ends = attribute_stores.write_attribute(
            machine, subject, name, value, state, call.activation, call.span
        )
        outcomes += [(NONE, end) for end in ends]
    if not names:
        _set_somewhere(machine, call, subject, value)
        return [(NONE, call.state)]
    return machine.merge_outcomes(outcomes)


def _set_somewhere(machine: Machine, call: LibraryCall, subject: Value, value: Value) -> None:
    """Store into an attribute whose name nobody knows."""
    state = call.state
    for address in addresses(subject):
        thing = state.get(address)
        if isinstance(thing, Instance):
            attributes = unsettled(machine, state, thing.attributes, value, call.span)
            state.put(address, replace(thing, attributes=attributes))


def _property(machine: Machine, call: LibraryCall) -> Outcomes:
    function = call.arguments.get(0, "fget") or BOTTOM_VALUE
    kind = definitions.KINDS.get(call.name, "")
    for atom in in_order(function):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Function) and isinstance(atom, Address):
            setter = call.arguments.get(1, "fset") or thing.setter
            call.state.heap[atom] = replace(thing, kind=kind, setter=setter)
    return [(function, call.state)]


def _vars(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0)
    if subject is None:
        return [(machine.unknown(call.state, call.activation, call.span, "vars"), call.state)]
    return machine.read_attribute(
        subject, "__dict__", call.state, call.activation, call.span, "vars"
    )


def _locals(machine: Machine, call: LibraryCall) -> Outcomes:
    """The variables of a function, as they are now; those of a module can be set by anyone."""
    state, activation = call.state, call.activation
    if activation.code.kind != "function":
        return [(machine.unknown(state, activation, call.span, "locals"), state)]
    variables = state.frame(activation.frame).variables
    named = Mapping({literal(name): value for name, value in variables.items()})
    return [(machine.new(state, activation, call.span, "locals", named), state)]


def _type(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    parts: set[Atom] = set()
    for atom in in_order(subject):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance):
            parts |= thing.cls
        elif isinstance(thing, Tensor):
            parts.add(Library(PARAMETER if thing.parameter else TENSOR))
        elif isinstance(atom, Literal):
            if enumerations.is_plain_member(atom):
                parts.update(enumerations.classes_of(machine, call.state, atom))
            else:
                parts.add(Library(f"builtins.{atom.kind}"))
        elif isinstance(thing, Sequence):
            parts.add(Library(f"builtins.{thing.kind}"))
        else:
            parts |= machine.unknown(call.state, call.activation, call.span, "type", grad=NO)
    return [(frozenset(parts), call.state)]


def _callable(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    parts: set[Atom] = set()
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        answer: bool | None = None
        if isinstance(thing, Function) or isinstance(atom, (Bound, Method)):
            answer = True
        elif isinstance(atom, Literal):
            answer = None if enumerations.classes_of(machine, call.state, atom) else False
        elif isinstance(thing, (Tensor, Sequence, Mapping)):
            answer = False
        parts |= answer_value(machine, call, "callable", (atom,), answer)
    return [(frozenset(parts), call.state)]


def _slice(machine: Machine, call: LibraryCall) -> Outcomes:
    """`slice(stop)`, `slice(start, stop, step)`."""
    given = call.arguments.positional
    if not call.arguments.exact or not 1 <= len(given) <= 3:
        unknown = machine.unknown(call.state, call.activation, call.span, "slice", grad=NO)
        return [(unknown, call.state)]
    parts = (NONE, *given) if len(given) == 1 else given
    thing = Sequence(SLICE, (*parts, *[NONE] * (3 - len(parts))))
    return [(machine.new(call.state, call.activation, call.span, SLICE, thing), call.state)]


HANDLERS: dict[str, Handler] = {
    "callable": _callable,
    "classmethod": _property,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "isinstance": _isinstance,
    "locals": _locals,
    "property": _property,
    "setattr": _setattr,
    "slice": _slice,
    "staticmethod": _property,
    "type": _type,
    "vars": _vars,
}

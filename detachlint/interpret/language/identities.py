"""`is`, `in`, `not` and the tests that `match` makes: operators whose answer is a truth value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Class, Kind, Mapping, Sequence, Unknown, View
from detachlint.domain.values import (
    FALSE,
    TRUE,
    Address,
    Atom,
    Library,
    Literal,
    Method,
    Value,
    in_order,
    literal,
    single_address,
    single_literal,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import conditions, enumerations
from detachlint.interpret.language.elements import members_of_view
from detachlint.interpret.language.membership import may_be_anything, names_tensors
from detachlint.ir.nodes import Operator
from detachlint.knowledge import facts
from detachlint.knowledge.names import ARRAY

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

OPERATORS = frozenset({"is", "is not", "in", "not in", "not", "is sequence", "is mapping"})


def constant_in(state: State, value: Value) -> Literal | None:
    """The one literal that a value is, or was found equal to; None if there is none."""
    constant = single_literal(value)
    if constant is not None:
        return constant
    address = single_address(value)
    return state.equals.get(address) if address is not None else None


def answer(machine: Machine, node: Operator, operands: tuple[Value, ...], state: State) -> Value:
    """What one of the `OPERATORS` gives."""
    if node.name == "not":
        return negated(machine, node, operands[0], state)
    if node.name in ("is", "is not"):
        answer = _is_same(machine, node, operands[0], operands[1], state)
        return answer if node.name == "is" else negated(machine, node, answer, state)
    if node.name in ("in", "not in"):
        answer = _contains(machine, node, operands[0], operands[1], state)
        return answer if node.name == "in" else negated(machine, node, answer, state)
    return _matches_shape(machine, node, operands, state)


def negated(machine: Machine, node: Operator, value: Value, state: State) -> Value:
    """`not value`."""
    parts: set[Atom] = set()
    for atom in in_order(value):
        truth = conditions.truth_of(state, atom)
        if truth is None:
            parts |= machine.derived("not", (atom,), node.span, Unknown(Kind.TRUTH, NO))
        else:
            parts |= FALSE if truth else TRUE
    return frozenset(parts)


def _is_same(machine: Machine, node: Operator, left: Value, right: Value, state: State) -> Value:
    parts: set[Atom] = set()
    for a in in_order(left):
        for b in in_order(right):
            parts |= _is_same_atom(machine, node, a, b, state)
    return frozenset(parts)


def _is_same_atom(machine: Machine, node: Operator, a: Atom, b: Atom, state: State) -> Value:
    for atom, other in ((a, b), (b, a)):
        if isinstance(other, Literal) and isinstance(atom, Address):
            thing = state.get(atom)
            if not isinstance(thing, Unknown):
                return FALSE
            equal = state.equals.get(atom)
            if equal is not None:
                return TRUE if equal.value is other.value else FALSE
            if state.truths.get(atom) is True and not other.value:
                return FALSE
            if other.value is None:
                if thing.kind not in (Kind.ANY, Kind.MODULE):
                    return FALSE
                return machine.derived("is None", (atom,), node.span, Unknown(Kind.TRUTH, NO))
            return machine.derived("==", (atom, other), node.span, Unknown(Kind.TRUTH, NO))
        if may_be_anything(atom) or _is_attribute_of_unknown(state, atom):
            operator = "is None" if other == literal(None) else "is"
            operands = (atom,) if operator == "is None" else (atom, other)
            if a != b:
                return machine.derived(operator, operands, node.span, Unknown(Kind.TRUTH, NO))
        if isinstance(other, Library) and _may_be_of_a_library(state, atom):
            return machine.derived("is", (atom, other), node.span, Unknown(Kind.TRUTH, NO))
    if isinstance(a, Literal) and isinstance(b, Literal):
        return TRUE if a == b else FALSE
    if a == b and not (isinstance(a, Address) and a.summary):
        return TRUE
    if isinstance(a, Address) and isinstance(b, Address):
        unknown = isinstance(state.get(a), Unknown) or isinstance(state.get(b), Unknown)
        if unknown or a == b:
            return machine.derived("is", (a, b), node.span, Unknown(Kind.TRUTH, NO))
    return FALSE


def same_class(state: State, first: Atom, second: Atom) -> bool | None:
    """The answer of `type(x) == cls`: classes are compared by identity.

    None if either may be no class, or both are of tensors: what is known as a tensor may be a parameter.
    """
    names = [_name_of_class(state, atom) for atom in (first, second)]
    if None in names or all(isinstance(n, str) and names_tensors(n) for n in names):
        return None
    return names[0] == names[1]


def _name_of_class(state: State, atom: Atom) -> str | Address | None:
    if isinstance(atom, Library):
        name = facts.canonical_name(atom.name)
        known = name.startswith("builtins.") or name == ARRAY or names_tensors(name)
        return name if known else None
    is_one = isinstance(atom, Address) and not atom.summary and isinstance(state.get(atom), Class)
    return atom if is_one and isinstance(atom, Address) else None


def _may_be_of_a_library(state: State, atom: Atom) -> bool:
    """Whether something may be what a library has by some name: an unknown dtype, `torch.float32`."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    return isinstance(thing, Unknown) and thing.kind not in (Kind.NUMBER, Kind.TRUTH, Kind.TEXT)


def _is_attribute_of_unknown(state: State, atom: Atom) -> bool:
    """Whether an atom is what something unknown has under a name, which may be no method: `text.dtype`."""
    if not isinstance(atom, Method) or not isinstance(atom.receiver, Address):
        return False
    thing = state.get(atom.receiver)
    return isinstance(thing, Unknown) and thing.kind is Kind.OTHER


def _contains(
    machine: Machine, node: Operator, item: Value, container: Value, state: State
) -> Value:
    constant = constant_in(state, item)
    parts: set[Atom] = set()
    for atom in in_order(container):
        answer: bool | None = None
        thing = state.get(atom) if isinstance(atom, Address) else None
        if constant is not None:
            held = members_of_view(state, thing) if isinstance(thing, View) else thing
            answer = _holds_literal(atom, held, constant)
        elif isinstance(thing, Sequence) and thing.exact:
            answer = _holds_class(state, item, thing)
        if answer is None:
            operands = (*in_order(item)[:1], atom)
            parts |= machine.derived("in", operands, node.span, Unknown(Kind.TRUTH, NO))
        else:
            parts |= TRUE if answer else FALSE
    return frozenset(parts)


def _holds_literal(atom: Atom, thing: object, constant: Literal) -> bool | None:
    if isinstance(atom, Literal):
        if enumerations.is_plain_member(atom) or enumerations.is_plain_member(constant):
            return None
        if isinstance(atom.value, str) and isinstance(constant.value, str):
            return constant.value in atom.value
        return None
    if isinstance(thing, Mapping):
        if constant in thing.entries:
            return None if constant in thing.rest_keys else True
        return None if thing.rest_keys else False
    if isinstance(thing, Sequence) and thing.exact:
        found = [single_literal(item) for item in thing.items]
        if any(f is not None and _are_equal(f, constant) for f in found):
            return True
        return False if all(f is not None for f in found) else None
    return None


def _are_equal(one: Literal, other: Literal) -> bool:
    members = enumerations.is_plain_member(one) or enumerations.is_plain_member(other)
    return one == other if members else one.value == other.value


def _holds_class(state: State, item: Value, thing: Sequence) -> bool | None:
    """The answer of `type(x) in (int, float)`."""
    if any(len(part) != 1 for part in (item, *thing.items)):
        return None
    answers = {same_class(state, *item, *part) for part in thing.items}
    return True if True in answers else None if None in answers else False


def _matches_shape(
    machine: Machine, node: Operator, operands: tuple[Value, ...], state: State
) -> Value:
    """`is sequence` and `is mapping` of `match`."""
    parts: set[Atom] = set()
    for atom in in_order(operands[0]):
        thing = state.get(atom) if isinstance(atom, Address) else None
        answer: bool | None
        if isinstance(thing, Unknown) and thing.kind is Kind.ANY:
            answer = None
        elif node.name == "is mapping":
            answer = isinstance(thing, Mapping)
        else:
            answer = _is_sequence_of(thing, operands)
        if answer is None:
            parts |= machine.derived(node.name, (atom,), node.span, Unknown(Kind.TRUTH, NO))
        else:
            parts |= TRUE if answer else FALSE
    return frozenset(parts)


def _is_sequence_of(thing: object, operands: tuple[Value, ...]) -> bool | None:
    if not isinstance(thing, Sequence) or thing.kind not in ("list", "tuple", "deque"):
        return False
    minimum, longer = single_literal(operands[1]), single_literal(operands[2])
    if minimum is None or longer is None or not isinstance(minimum.value, int):
        return None
    if not thing.exact:
        return None
    if longer.value:
        return len(thing.items) >= minimum.value
    return len(thing.items) == minimum.value

"""`enum.Enum` and its relatives: classes of constants.

A member is the constant that is its value. That of a plain enumeration is equal to nothing else: its
literal has a kind of its own. Those of `class Mode(str, Enum)` are texts like any others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Class, Function
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Library,
    Literal,
    Value,
    in_order,
    join_values,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import bind_members, find_in_class, library_bases
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

PLAIN = frozenset({"enum.Enum", "enum.Flag"})
ENUMERATIONS = PLAIN | {"enum.IntEnum", "enum.StrEnum", "enum.IntFlag"}
AUTO = Library("enum.auto()")
"""What stands for `enum.auto()` until the class is made."""

_IN = " in "


def is_enumeration(state: State, cls: Address) -> bool:
    """Whether the members of a class are all there are of it, and are its class attributes."""
    return any(base in ENUMERATIONS for base in library_bases(state, cls))


def name_members(machine: Machine, state: State, cls: Address) -> None:
    """Make members of what the body of a new class has assigned to names."""
    thing = state.get(cls)
    if not isinstance(thing, Class) or not is_enumeration(state, cls):
        return
    plain = PLAIN.issuperset(set(library_bases(state, cls)) - {"builtins.object"})
    made: dict[str, Value] = {}
    last: object = 0
    for name, value in thing.attributes.items():
        if value == value_of(AUTO):
            last = last + 1 if isinstance(last, int) else 1
            value = value_of(literal(last))
        held = single_literal(value)
        if held is not None and not name.startswith("_"):
            last = held.value
            value = value_of(_member(held, cls) if plain else held)
        made[name] = value
    state.put(cls, replace(thing, attributes=made))
    machine.enumerations[cls] = None


def _member(held: Literal, cls: Address) -> Literal:
    span = cls.span
    return Literal(held.value, f"{held.kind}{_IN}{span.file}:{span.line}:{span.column}")


def plain_value(atom: Atom) -> Atom:
    """The constant that is the value of a member; any other atom as it is."""
    if isinstance(atom, Literal) and _IN in atom.kind:
        return Literal(atom.value, atom.kind.partition(_IN)[0])
    return atom


def is_plain_member(atom: Atom) -> bool:
    """Whether an atom is a member that is equal to nothing but itself."""
    return isinstance(atom, Literal) and _IN in atom.kind


def members(state: State, cls: Address) -> dict[str, Value]:
    """The members of an enumeration, by name."""
    thing = state.get(cls)
    if not isinstance(thing, Class) or not is_enumeration(state, cls):
        return {}
    return {
        name: value
        for name, value in thing.attributes.items()
        if not name.startswith("_") and not _is_code(state, value)
    }


def _is_code(state: State, value: Value) -> bool:
    return any(
        isinstance(a, Address) and isinstance(state.get(a), (Function, Class)) for a in value
    )


def with_value(state: State, cls: Address, value: Value) -> Value:
    """`Mode("train")`: the members with one of these values; what is not known may be any and stays."""
    known = {plain_value(a): a for member in members(state, cls).values() for a in member}
    return frozenset(known.get(plain_value(atom), atom) for atom in value)


def classes_of(machine: Machine, state: State, atom: Literal) -> list[Address]:
    """The enumerations that a constant may be a member of."""
    return [
        cls
        for cls in machine.enumerations
        if cls in state.heap and any(value_of(atom) == one for one in members(state, cls).values())
    ]


def read_attribute(machine: Machine, atom: Literal, name: str, state: State) -> Value:
    """`member.name`; bottom where the constant is no member, or what it is has the attribute."""
    if not machine.enumerations or (not is_plain_member(atom) and hasattr(atom.value, name)):
        return BOTTOM_VALUE
    return join_values(
        _of_member(state, atom, cls, name) for cls in classes_of(machine, state, atom)
    )


def _of_member(state: State, atom: Literal, cls: Address, name: str) -> Value:
    if name in ("value", "_value_"):
        return value_of(plain_value(atom))
    if name in ("name", "_name_"):
        named = (key for key, one in members(state, cls).items() if one == value_of(atom))
        return value_of(literal(next(named, "")))
    found = find_in_class(state, cls, name)
    return bind_members(state, found[0], atom, found[1]) if found is not None else BOTTOM_VALUE


def own_call(machine: Machine, atom: Literal, state: State) -> Value:
    """What calling a member calls; bottom if it cannot be called."""
    return read_attribute(machine, atom, "__call__", state)


def named(state: State, cls: Address, index: Value) -> Value:
    """`Mode["TRAIN"]`; bottom where the name is not known."""
    known = members(state, cls)
    names = [atom.value for atom in in_order(index) if isinstance(atom, Literal)]
    return join_values(known.get(name, BOTTOM_VALUE) for name in names if isinstance(name, str))

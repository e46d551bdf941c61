"""`enum.Enum` and its relatives: classes of constants.

A member is the constant that is its value. That of a plain enumeration is equal to nothing else: its
literal has a kind of its own, and is true. Those of `class Mode(str, Enum)` are texts like any others.
Only a member whose value is no constant, or is what an `__init__` takes, is an object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Class, Function, Instance, Sequence
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
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import bind_members, find_in_class, library_bases
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

PLAIN = frozenset({"enum.Enum", "enum.Flag"})
ENUMERATIONS = PLAIN | {"enum.IntEnum", "enum.StrEnum", "enum.IntFlag"}
FLAGS = frozenset({"enum.Flag", "enum.IntFlag"})
AUTO = Library("enum.auto()")
"""What stands for `enum.auto()` until the class is made."""

_IN = " in "


def is_enumeration(state: State, cls: Address) -> bool:
    """Whether the members of a class are all there are of it, and are its class attributes."""
    return any(base in ENUMERATIONS for base in library_bases(state, cls))


def name_constants(machine: Machine, state: State, cls: Address) -> None:
    """Make members of the constants that the body of a new class has assigned to names."""
    thing = state.get(cls)
    if not isinstance(thing, Class) or not is_enumeration(state, cls):
        return
    bases = frozenset(library_bases(state, cls))
    plain = PLAIN.issuperset(bases - {"builtins.object"})
    made: dict[str, Value] = {}
    last: object = 0
    for name, value in thing.attributes.items():
        if value == value_of(AUTO):
            value = value_of(_automatic(bases, name, last))
        held = single_literal(value)
        if held is not None and not name.startswith("_") and not _takes_values(state, cls):
            last = held.value
            value = value_of(_member(held, cls) if plain else held)
        made[name] = value
    state.put(cls, replace(thing, attributes=made))
    machine.enumerations[cls] = None


def _automatic(bases: frozenset[str], name: str, last: object) -> Literal:
    """What `auto()` stands for behind a value (https://docs.python.org/3/library/enum.html#enum.auto)."""
    if "enum.StrEnum" in bases:
        return literal(name.lower())
    before = int(last) if isinstance(last, (int, str)) and str(last).isdigit() else 0
    if bases & FLAGS:
        return literal(1 << before.bit_length())
    return literal(str(before + 1) if "builtins.str" in bases else before + 1)


def make_objects(machine: Machine, made: Outcomes, activation: Activation, span: Span) -> Outcomes:
    """The outcomes of making members of all else that the body of a new class has assigned to names."""
    outcomes: Outcomes = []
    for value, state in made:
        cls = single_address(value)
        paths = [state]
        for name, held in members(state, cls).items() if cls is not None else ():
            known = single_literal(held)
            if cls is not None and (known is None or _takes_values(state, cls)):
                paths = [
                    after
                    for before in paths
                    for after in _make_object(machine, cls, name, held, before, activation, span)
                ]
        outcomes += [(value, after) for after in paths]
    return outcomes


def _takes_values(state: State, cls: Address) -> bool:
    return find_in_class(state, cls, "__init__") is not None


def _make_object(
    machine: Machine,
    cls: Address,
    name: str,
    held: Value,
    state: State,
    activation: Activation,
    span: Span,
) -> list[State]:
    """The states after a class attribute has become a member, set up with the items of its value."""
    made = machine.book.place(cls.span, f"member {name}", activation.context)
    state.heap[made] = Instance(value_of(cls), {"value": held, "name": value_of(literal(name))})
    thing = state.get(cls)
    if isinstance(thing, Class):
        attributes = {**thing.attributes, name: value_of(made)}
        state.put(cls, replace(thing, attributes=attributes))
    own = find_in_class(state, cls, "__init__")
    if own is None:
        return [state]
    items = single_address(held)
    several = state.get(items) if items is not None else None
    given = several.items if isinstance(several, Sequence) else (held,)
    arguments = Arguments((value_of(made), *given))
    ends = machine.call(own[0], arguments, state, activation, span, "__init__")
    return [end for _, end in ends]


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


def in_definition_order(state: State, cls: Address) -> tuple[Value, ...]:
    """What iteration over an enumeration gives: an alias, a second name of a value, is no member."""
    found: list[Value] = []
    values: list[object] = []
    for value in members(state, cls).values():
        known = single_literal(value)
        plain = plain_value(known) if known is not None else None
        if isinstance(plain, Literal):
            if any(plain.value == one for one in values):
                continue
            values.append(plain.value)
        found.append(value)
    return tuple(found)


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
    found = find_in_class(state, cls, name)
    if found is not None:
        return bind_members(state, found[0], atom, found[1])
    if name in ("value", "_value_"):
        return value_of(plain_value(atom))
    if name in ("name", "_name_"):
        named = (key for key, one in members(state, cls).items() if one == value_of(atom))
        return value_of(literal(next(named, "")))
    return BOTTOM_VALUE


def own_call(machine: Machine, atom: Literal, state: State) -> Value:
    """What calling a member calls; bottom if it cannot be called."""
    return read_attribute(machine, atom, "__call__", state)


def named(state: State, cls: Address, index: Value) -> Value:
    """`Mode["TRAIN"]`; bottom where the name is not known."""
    known = members(state, cls)
    names = [atom.value for atom in in_order(index) if isinstance(atom, Literal)]
    return join_values(known.get(name, BOTTOM_VALUE) for name in names if isinstance(name, str))

"""Classes: method resolution order and attribute look-up along it."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.domain.objects import Class, Function, Instance
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Bound,
    Library,
    Value,
    in_order,
)
from detachlint.interpret.engine.heap import Order
from detachlint.interpret.engine.state import State
from detachlint.knowledge import facts
from detachlint.knowledge.names import NUMPY
from detachlint.knowledge.source_facts import is_bare_module, is_module_source


def linear_order(state: State, cls: Address) -> list[Address | Library]:
    """The method resolution order, as far as we see the classes: C3, or depth first where that fails."""
    orders = state.heap.log.orders
    known = orders.get(cls)
    if known is not None and all(state.get(place) is thing for place, thing in known.classes):
        return known.order
    order = _linearize(state, cls, (), {})
    if order is None:
        return list(dict.fromkeys(_depth_first(state, cls, 0)))
    classes = [(entry, state.get(entry)) for entry in order if isinstance(entry, Address)]
    orders[cls] = Order(order, classes)
    return order


def _linearize(
    state: State,
    cls: Address | Library,
    seen: tuple[Address, ...],
    done: dict[Address, list[Address | Library] | None],
) -> list[Address | Library] | None:
    if isinstance(cls, Library):
        return [cls]
    if cls in done:
        return done[cls]
    if cls in seen:
        return None
    done[cls] = order = _linearize_bases(state, cls, seen, done)
    return order


def _linearize_bases(
    state: State,
    cls: Address,
    seen: tuple[Address, ...],
    done: dict[Address, list[Address | Library] | None],
) -> list[Address | Library] | None:
    parents = _bases(state, cls)
    sequences: list[list[Address | Library]] = []
    for parent in parents:
        order = _linearize(state, parent, (*seen, cls), done)
        if order is None:
            return None
        sequences.append(order)
    sequences.append(list(parents))
    merged = _merge(sequences)
    return None if merged is None else [cls, *merged]


def _merge(sequences: list[list[Address | Library]]) -> list[Address | Library] | None:
    merged: list[Address | Library] = []
    if len(sequences) == 2:  # one base: its order, as it is
        return sequences[0]
    sequences = [list(s) for s in sequences if s]
    while sequences:
        for candidate in (s[0] for s in sequences):
            if not any(candidate in s[1:] for s in sequences):
                break
        else:
            return None
        merged.append(candidate)
        sequences = [rest for s in sequences if (rest := [c for c in s if c != candidate])]
    return merged


def _depth_first(state: State, cls: Address | Library, depth: int) -> Iterator[Address | Library]:
    yield cls
    if isinstance(cls, Address) and depth < 12:
        for parent in _bases(state, cls):
            yield from _depth_first(state, parent, depth + 1)


def _bases(state: State, cls: Address) -> list[Address | Library]:
    thing = state.get(cls)
    if not isinstance(thing, Class):
        return []
    return [
        atom
        for base in thing.bases
        for atom in in_order(base)
        if isinstance(atom, (Address, Library)) and atom != cls
    ]


def find_in_class(
    state: State, cls: Address, name: str, after: Address | None = None
) -> tuple[Value, Address] | None:
    """The value of a class attribute along the order (behind class `after`), and the class that has it."""
    order = linear_order(state, cls)
    if after is not None and after in order:
        order = order[order.index(after) + 1 :]
    for entry in order:
        thing = state.get(entry) if isinstance(entry, Address) else None
        if isinstance(thing, Class) and isinstance(entry, Address):
            value = thing.attributes.get(name)
            if value:
                return value, entry
    return None


def own_members(state: State, thing: Instance, name: str) -> Iterator[tuple[Value, Address]]:
    """What the classes in the program that an instance may be of have under a name, each with the class."""
    for cls in in_order(thing.cls):
        found = find_in_class(state, cls, name) if isinstance(cls, Address) else None
        if found is not None and isinstance(cls, Address):
            yield found[0], cls


def own_member(state: State, thing: Instance, name: str) -> Value:
    """What the first of them has; bottom if none has it."""
    return next((value for value, _ in own_members(state, thing, name)), BOTTOM_VALUE)


def library_bases(state: State, cls: Address) -> list[str]:
    """The canonical names of the library classes among the ancestors, nearest first."""
    return [
        facts.canonical_name(entry.name)
        for entry in linear_order(state, cls)
        if isinstance(entry, Library)
    ]


def has_unknown_base(state: State, cls: Address) -> bool:
    """Whether some ancestor is out of sight, so that attributes may come from anywhere."""
    for entry in linear_order(state, cls):
        if isinstance(entry, Library):
            if entry.name not in KNOWN_EMPTY_BASES and not _is_module_in_sight(entry.name):
                return True
        elif not isinstance(state.get(entry), Class):
            return True
    return False


KNOWN_EMPTY_BASES = frozenset(
    {
        "builtins.object",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "typing.NamedTuple",
        "builtins.Exception",
    }
)


def _is_module_in_sight(name: str) -> bool:
    """Whether all that a module class adds to its subclasses is known."""
    name = facts.canonical_name(name)
    return _is_torch_module(name) or (_root(name) not in NOT_LIBRARIES and is_bare_module(name))


def _is_torch_module(name: str) -> bool:
    return facts.module_fact(name) is not None or facts.class_kind(name) == "module"


def _root(name: str) -> str:
    return name.partition(".")[0]


NOT_LIBRARIES = frozenset({"builtins", "torch", NUMPY, "typing", "abc"})
"""Where no facts about libraries are looked up."""


def is_module_name(name: str) -> bool:
    """Whether a library class is a `torch.nn.Module`."""
    name = facts.canonical_name(name)
    if _is_torch_module(name):
        return True
    return _root(name) not in NOT_LIBRARIES and is_module_source(name)


def classes_of(thing: Instance) -> list[Address | Library]:
    """The classes an instance may have."""
    return [atom for atom in in_order(thing.cls) if isinstance(atom, (Address, Library))]


def class_names(state: State, thing: Instance) -> list[str]:
    """The canonical names of the library classes an instance is of, directly or by inheritance."""
    names: list[str] = []
    for cls in classes_of(thing):
        if isinstance(cls, Library):
            names.append(facts.canonical_name(cls.name))
        else:
            names.extend(library_bases(state, cls))
    return names


def is_module(state: State, thing: Instance) -> bool:
    """Whether an instance is a `torch.nn.Module`."""
    return any(is_module_name(name) for name in class_names(state, thing))


def bind_members(state: State, value: Value, receiver: Atom, cls: Atom) -> Value:
    """A class attribute as read through an instance: functions become bound methods."""
    bound: set[Atom] = set()
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, (Function,)) and isinstance(atom, Address):
            if thing.kind == "static":
                bound.add(atom)
            elif thing.kind == "class":
                bound.add(Bound(cls, atom))
            else:
                bound.add(Bound(receiver, atom))
        else:
            bound.add(atom)
    return frozenset(bound)

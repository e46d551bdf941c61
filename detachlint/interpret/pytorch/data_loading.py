"""`DataLoader`: batches of what the data set gives, put together as `default_collate` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, Belief, Truth
from detachlint.domain.objects import (
    Array,
    Instance,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
)
from detachlint.domain.traits import Dtype
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Literal,
    Value,
    addresses,
    in_order,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import class_names, own_member
from detachlint.interpret.language.turns import over_elements
from detachlint.interpret.pytorch.tensors import flag_of_atom, make_tensor, story_of
from detachlint.knowledge import facts
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

GIVEN = "@given"
"""Attribute of ours: the positional arguments a library object was made of."""

COLUMNS = "tensors"
"""Attribute under which a data set of rows has its tensors (torch: `TensorDataset.tensors`)."""

DATA = frozenset({"items", "loader", "rows"})
"""Kinds of classes that give data, the data sets and the loader."""

PLAIN = Belief(Truth.NO, Truth.MAYBE)
"""Data from files and the like: requires no grad, unless unseen code makes it so."""


def iterate_loader(
    machine: Machine,
    thing: Instance,
    state: State,
    activation: Activation,
    span: Span,
    body: Callable[[Value, State], list[State]],
) -> list[State]:
    """The states after `body` has been run on each batch of a loader."""
    dataset = given(state, thing, 0, "dataset")
    custom = thing.attributes.get("collate_fn", BOTTOM_VALUE)

    def step(before: State) -> list[State]:
        ends: list[State] = []
        for item, after in _item(machine, dataset, before, activation, span):
            if custom:
                items = machine.new(after, activation, span, "items", Sequence("list", (), item))
                batches = machine.call(
                    custom, Arguments((items,)), after, activation, span, "collate_fn"
                )
            else:
                batches = [(_collate(machine, item, after, activation, span, "batch"), after)]
            for batch, end in batches:
                ends += body(batch, end)
        return ends

    return over_elements(machine, state, activation, span, step)


def is_loader(state: State, thing: Instance) -> bool:
    """Whether an object gives batches of the items of a data set."""
    return any(facts.class_kind(name) == "loader" for name in class_names(state, thing))


def given(state: State, thing: Instance, position: int, name: str) -> Value:
    """A constructor argument of a library object."""
    named = thing.attributes.get(name)
    if named:
        return named
    for address in addresses(thing.attributes.get(GIVEN, BOTTOM_VALUE)):
        arguments = state.get(address)
        if isinstance(arguments, Sequence) and position < len(arguments.items):
            return arguments.items[position]
    return BOTTOM_VALUE


DEEPEST = 3
"""Data sets inside data sets that are gone into."""


def _item(
    machine: Machine,
    dataset: Value,
    state: State,
    activation: Activation,
    span: Span,
    depth: int = DEEPEST,
) -> Outcomes:
    """One item of a data set: what its `__getitem__` gives for some index."""
    for atom in in_order(dataset):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence):
            return [(thing.all, state)]
        if not isinstance(thing, Instance):
            continue
        index = machine.unknown(state, activation, span, "index", kind=Kind.NUMBER, grad=NO)
        own = own_member(state, thing, "__getitem__")
        if own:
            arguments = Arguments((value_of(atom), index))
            return machine.call(own, arguments, state, activation, span, "__getitem__")
        inner = sets_below(state, atom)
        if inner and depth:
            return _item(machine, inner, state, activation, span, depth - 1)
        columns = columns_of(state, thing)
        if columns is not None:
            return [(machine.new(state, activation, span, "data row", columns), state)]
    return [(machine.unknown(state, activation, span, "data item", grad=PLAIN), state)]


def sets_below(state: State, atom: Atom, depth: int = DEEPEST) -> Value:
    """The data sets whose items those of a subset, or of several put together, are; else bottom."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    names = class_names(state, thing) if isinstance(thing, Instance) else []
    if not isinstance(thing, Instance) or not any(facts.class_kind(n) == "items" for n in names):
        return BOTTOM_VALUE
    found: set[Atom] = set()
    for inner in in_order(_wrapped_dataset(state, thing, names)) if depth else []:
        found |= sets_below(state, inner, depth - 1) or value_of(inner)
    return frozenset(found)


def columns_of(state: State, thing: Instance) -> Sequence | None:
    """The tensors whose rows a data set gives, in order; None of any other."""
    if not any(facts.class_kind(name) == "rows" for name in class_names(state, thing)):
        return None
    held = [state.get(a) for a in addresses(thing.attributes.get(COLUMNS, BOTTOM_VALUE))]
    return held[0] if len(held) == 1 and isinstance(held[0], Sequence) else None


def is_set(state: State, atom: Atom) -> bool:
    """Whether an object of a library is a data set whose items are known by what it is made of."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Instance):
        return False
    return bool(sets_below(state, atom)) or columns_of(state, thing) is not None


def _wrapped_dataset(state: State, thing: Instance, names: list[str]) -> Value:
    """The data sets that a subset, or several put together, are made of."""
    positions = [fact.positions[0] for name in names if (fact := facts.class_fact(name))]
    inner = given(state, thing, 0, positions[0]) if positions else BOTTOM_VALUE
    lists = [state.get(address) for address in addresses(inner)]
    if positions and positions[0].endswith("s") and lists:
        return frozenset().union(*(one.all for one in lists if isinstance(one, Sequence)))
    return inner


def _collate(
    machine: Machine, item: Value, state: State, activation: Activation, span: Span, role: str
) -> Value:
    """Tensors are stacked, numbers and arrays become tensors, containers are gone into."""
    parts: Value = frozenset()
    for atom in in_order(item):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Tensor) and isinstance(atom, Address):
            made = _stacked(state, atom, thing)
            parts |= make_tensor(machine, state, activation, span, made, role)
        elif isinstance(thing, Array) or _is_number(atom, thing):
            made = Tensor(NO, dtype=Dtype.UNKNOWN, severed=getattr(thing, "severed", frozenset()))
            parts |= make_tensor(machine, state, activation, span, made, f"{role} of numbers")
        elif isinstance(thing, Sequence):
            made_sequence = _collate_items(machine, thing, state, activation, span, role)
            parts |= machine.new(state, activation, span, f"{role} list", made_sequence)
        elif isinstance(thing, Mapping):
            entries = {
                key: _collate(machine, inner, state, activation, span, f"{role}[{key.value!r}]")
                for key, inner in thing.entries.items()
            }
            made_mapping = replace(thing, entries=entries)
            parts |= machine.new(state, activation, span, f"{role} dict", made_mapping)
        else:
            parts |= value_of(atom)
    return parts


def _stacked(state: State, address: Address, tensor: Tensor) -> Tensor:
    flag = flag_of_atom(state, address).both(state.recording)
    return Tensor(
        flag,
        leaf=flag.opposite(),
        dtype=tensor.dtype,
        device=tensor.device,
        story=story_of(state, value_of(address)),
    )


def _collate_items(
    machine: Machine, thing: Sequence, state: State, activation: Activation, span: Span, role: str
) -> Sequence:
    """Each item put together with those at its place: a tuple comes out as a list."""
    items = tuple(
        _collate(machine, inner, state, activation, span, f"{role}.{i}")
        for i, inner in enumerate(thing.items)
    )
    rest = _collate(machine, thing.rest, state, activation, span, f"{role}.*")
    kind = "list" if thing.kind == "tuple" and not thing.fields else thing.kind
    return replace(thing, kind=kind, items=items, rest=rest)


def _is_number(atom: object, thing: object) -> bool:
    if isinstance(atom, Literal):
        return isinstance(atom.value, (int, float))
    return isinstance(thing, Unknown) and thing.kind in (Kind.NUMBER, Kind.TRUTH)

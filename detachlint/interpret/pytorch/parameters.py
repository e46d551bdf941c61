"""The parameters, buffers and sub-modules of a module, as its methods list them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT, YES
from detachlint.domain.objects import Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.story import begin
from detachlint.domain.traits import UNSEEN, Dtype, Family
from detachlint.domain.values import Address, Atom, Value, in_order, value_of
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch.registering import names_of
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DEEPEST = 24
"""Levels of modules that are looked into."""


def named_children(state: State, thing: Instance) -> Iterator[tuple[str | None, Value]]:
    """What is registered directly in a module: attributes by name, items of containers by theirs."""
    parts = [part for atom in in_order(thing.payload) for part in _parts_of(state, atom)]
    own = {name: value for name, value in thing.attributes.items() if not name.startswith("@")}
    named = {name for name, _ in parts}
    yield from ((name, value) for name, value in own.items() if name not in named)
    if thing.hidden:
        yield None, thing.hidden
    for name, value in parts:
        # What an attribute has by its name is none of those without names.
        left = value if name is not None else value.difference(*own.values())
        if left:
            yield name, left


def _parts_of(state: State, atom: Atom) -> Iterator[tuple[str | None, Value]]:
    """What a container holds: names (None: not known), and the items."""
    inner = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(inner, Sequence) and inner.kind == "modules":
        for name, item in zip(names_of(inner), inner.items, strict=False):
            yield name or None, item
        if inner.rest:
            yield None, inner.rest
    elif isinstance(inner, Mapping):
        for key, item in inner.entries.items():
            yield str(key.value), item
        if inner.rest:
            yield None, inner.rest
    elif isinstance(inner, (Instance, Unknown)):
        yield "module", value_of(atom)


def children(
    state: State, address: Address, prefix: str | None = ""
) -> Iterator[tuple[str | None, Address]]:
    """The modules directly below a module, with dotted names (None: not known)."""
    thing = state.get(address)
    if not isinstance(thing, Instance):
        return
    for name, value in named_children(state, thing):
        path = None if prefix is None or name is None else f"{prefix}.{name}".lstrip(".")
        for atom in in_order(value):
            inner = state.get(atom) if isinstance(atom, Address) else None
            if not isinstance(atom, Address) or atom is address:
                continue
            unseen = isinstance(inner, Unknown) and inner.kind in (Kind.MODULE, Kind.ANY)
            if unseen or (isinstance(inner, Instance) and is_module(state, inner)):
                yield path, atom


def walk(
    state: State, address: Address, prefix: str | None = "", above: tuple[Address, ...] = ()
) -> Iterator[tuple[str | None, Address]]:
    """A module and all below it, outermost first, with dotted names (None: not known)."""
    yield prefix, address
    if len(above) == DEEPEST:
        return
    for path, inner in children(state, address, prefix):
        if inner not in above:
            yield from walk(state, inner, path, (*above, address))


def named_parameters(
    machine: Machine, state: State, address: Address, span: Span
) -> list[tuple[str | None, Address]]:
    """All parameters below a module, each once. What we cannot see into has a family of them."""
    found: dict[Address, str | None] = {}
    for prefix, owner in walk(state, address):
        thing = state.get(owner)
        if isinstance(thing, Unknown):
            family = unseen_parameters(machine, state, owner, span)
            found.setdefault(family, None)
        elif isinstance(thing, Instance):
            for name, value in named_children(state, thing):
                for atom in in_order(value):
                    inner = state.get(atom) if isinstance(atom, Address) else None
                    if isinstance(atom, Address) and isinstance(inner, Tensor) and inner.parameter:
                        path = None if prefix is None or name is None else f"{prefix}.{name}"
                        found.setdefault(atom, path.lstrip(".") if path is not None else None)
    return [(name, parameter) for parameter, name in found.items()]


def unseen_parameters(machine: Machine, state: State, owner: Address, span: Span) -> Address:
    """All parameters of a module that we cannot see into, as one family.

    Those of a part have the flags of the whole for as long as nothing is known of them alone.
    """
    default = Tensor(
        BY_DEFAULT,
        leaf=YES,
        parameter=True,
        dtype=Dtype(Family.FLOAT, UNSEEN),
        device=UNSEEN,
        story=begin(span, "a parameter of a module; trainable by default"),
    )
    family = machine.book.derive("parameters", (owner,), span, default, family=True)
    whole = _whole_of(state, owner)
    if whole is not None and state.heap.get(family) is None:
        flagged = state.get(unseen_parameters(machine, state, whole, span))
        if isinstance(flagged, Tensor) and flagged.grad != default.grad:
            state.heap[family] = replace(default, grad=flagged.grad)
    return family


def _whole_of(state: State, part: Address) -> Address | None:
    """The module that one that we cannot see into is an attribute of."""
    operator, operands = part.derived or ("", ())
    (owner,) = operands if operator.startswith("attribute ") else (None,)
    thing = state.get(owner) if isinstance(owner, Address) else None
    is_whole = isinstance(thing, Unknown) and thing.kind is Kind.MODULE
    return owner if is_whole and isinstance(owner, Address) else None


def all_parameters(machine: Machine, state: State, address: Address, span: Span) -> Value:
    """The join of all parameters below a module."""
    return frozenset(parameter for _, parameter in named_parameters(machine, state, address, span))


def named_buffers(state: State, address: Address) -> list[tuple[str | None, Address]]:
    """The tensors of a module that are no parameters, as far as they were registered by name."""
    found: dict[Address, str | None] = {}
    for prefix, owner in walk(state, address):
        thing = state.get(owner)
        if not isinstance(thing, Instance):
            continue
        for name in registered(thing):
            for atom in in_order(thing.attributes[name]):
                if isinstance(atom, Address) and isinstance(state.get(atom), Tensor):
                    path = None if prefix is None else f"{prefix}.{name}".lstrip(".")
                    found.setdefault(atom, path)
    return [(name, buffer) for buffer, name in found.items()]


def registered(module: Instance) -> list[str]:
    """The names under which a module itself has buffers."""
    names = module.attributes.get(REGISTERED, frozenset())
    return sorted({str(getattr(atom, "value", "")) for atom in names} & set(module.attributes))


REGISTERED = "@buffers"
"""The attribute of ours that lists the names of registered buffers."""

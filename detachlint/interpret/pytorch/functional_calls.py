"""What a module is called with: arguments handed over as containers, and parameters in place of its own."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.objects import Instance, Mapping, Sequence
from detachlint.domain.values import BOTTOM_VALUE, Address, Value
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.parameters import walk
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    pass

Attributes: TypeAlias = dict[Address, dict[str, Value]]
"""What attributes of modules hold."""


def unpacked(state: State, args: Value | None, kwargs: Value | None) -> Arguments:
    """What a call is given that is handed over as a tuple (or one thing) and a dict."""
    return Arguments(_items(state, args or BOTTOM_VALUE), _keywords(state, kwargs or BOTTOM_VALUE))


def _items(state: State, arguments: Value) -> tuple[Value, ...]:
    items: tuple[Value, ...] = (arguments,)
    for atom in arguments:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and thing.kind == "tuple":
            items = thing.items
    return items


def _keywords(state: State, arguments: Value) -> dict[str, Value]:
    things = [state.get(atom) for atom in arguments if isinstance(atom, Address)]
    known = things[0] if len(things) == len(arguments) == 1 else None
    entries = known.entries if isinstance(known, Mapping) else {}
    return {str(key.value): value for key, value in entries.items()}


def given_attributes(state: State, module: Value, parameters: Value | None) -> Attributes | None:
    """The attributes of the module, and of those in it, that are given; None if that is not known."""
    if len(module) != 1 or parameters is None or len(parameters) != 1:
        return None
    (called,), (named,) = module, parameters
    known = state.get(named) if isinstance(named, Address) else None
    if not isinstance(called, Address) or not isinstance(known, Mapping) or known.rest:
        return None
    owners = {prefix: owner for prefix, owner in walk(state, called) if prefix is not None}
    given: Attributes = {}
    for key, value in known.entries.items():
        prefix, _, name = str(key.value).rpartition(".")
        owner = owners.get(prefix)
        thing = state.get(owner) if owner is not None else None
        if owner is None or not isinstance(thing, Instance) or name not in thing.attributes:
            return None
        given.setdefault(owner, {})[name] = value
    return given


def exchange(state: State, given: MappingOf[Address, MappingOf[str, Value]]) -> Attributes:
    """Put values into attributes; what they held before."""
    before: Attributes = {}
    for owner, attributes in given.items():
        thing = state.get(owner)
        if isinstance(thing, Instance):
            before[owner] = {name: thing.attributes[name] for name in attributes}
            state.put(owner, replace(thing, attributes={**thing.attributes, **attributes}))
    return before

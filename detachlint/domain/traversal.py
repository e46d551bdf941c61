"""The values that an object of the heap holds."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf

from detachlint.domain.objects import (
    Array,
    Class,
    Frame,
    Function,
    GradSwitch,
    HeapObject,
    Instance,
    Iterator,
    Key,
    Mapping,
    Partial,
    Sequence,
    Tensor,
    Unknown,
    View,
)
from detachlint.domain.values import Address, Value
from detachlint.source.value_class import replace


def map_object(thing: HeapObject, change: Callable[[Value], Value]) -> HeapObject:
    """The object with `change` applied to every value it holds (its own flags stay)."""
    match thing:
        case Tensor():
            base = frozenset(a for a in change(thing.base) if isinstance(a, Address))
            flag = next(iter(change(frozenset({thing.flag})))) if thing.flag is not None else None
            attributes = _map_all(thing.attributes, change)
            return replace(thing, base=base, flag=flag, attributes=attributes)
        case Unknown():
            return replace(thing, attributes=_map_all(thing.attributes, change))
        case Sequence():
            return replace(thing, items=tuple(map(change, thing.items)), rest=change(thing.rest))
        case Mapping():
            return Mapping(
                _map_all(thing.entries, change),
                change(thing.rest_keys),
                change(thing.rest),
                change(thing.default),
            )
        case View():
            return replace(thing, source=change(thing.source))
        case Instance():
            return Instance(
                change(thing.cls),
                _map_all(thing.attributes, change),
                change(thing.hidden),
                change(thing.payload),
            )
        case Frame():
            return Frame(thing.code, thing.parent, _map_all(thing.variables, change))
        case Iterator():
            return replace(
                thing,
                source=change(thing.source),
                function=change(thing.function),
                start=change(thing.start),
            )
        case Partial():
            return replace(
                thing,
                function=change(thing.function),
                arguments=tuple(map(change, thing.arguments)),
                keywords=_map_all(thing.keywords, change),
                modes=tuple(map(change, thing.modes)),
            )
        case Function():
            return replace(
                thing,
                defaults=_map_all(thing.defaults, change),
                attributes=_map_all(thing.attributes, change),
                setter=change(thing.setter),
                modes=tuple(map(change, thing.modes)),
            )
        case Class():
            return replace(
                thing,
                bases=tuple(map(change, thing.bases)),
                attributes=_map_all(thing.attributes, change),
            )
        case Array() | GradSwitch():
            return thing


def _map_all(
    values: MappingOf[Key, Value], change: Callable[[Value], Value]
) -> MappingOf[Key, Value]:
    return {key: change(value) for key, value in values.items()} if values else values


def values_in(thing: HeapObject) -> list[Value]:
    """All values an object holds, in the order in which `map_object` changes them."""
    match thing:
        case Tensor():
            flag = [frozenset({thing.flag})] if thing.flag is not None else []
            return [thing.base, *flag, *thing.attributes.values()]
        case Frame():
            return list(thing.variables.values())
        case Instance():
            return [thing.cls, *thing.attributes.values(), thing.hidden, thing.payload]
        case Unknown():
            return list(thing.attributes.values())
        case Sequence():
            return [*thing.items, thing.rest]
        case Mapping():
            return [*thing.entries.values(), thing.rest_keys, thing.rest, thing.default]
        case View():
            return [thing.source]
        case Iterator():
            return [thing.source, thing.function, thing.start]
        case Partial():
            return [thing.function, *thing.arguments, *thing.keywords.values(), *thing.modes]
        case Function():
            kept = (*thing.defaults.values(), *thing.attributes.values())
            return [*kept, thing.setter, *thing.modes]
        case Class():
            return [*thing.bases, *thing.attributes.values()]
        case Array() | GradSwitch():
            return []

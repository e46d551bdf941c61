"""Generated elements of every domain, for the law suites.

Strategies of heap objects are made from the annotations of their fields, so a new field is generated
without a word here; a field of a new type fails with the name of what has no strategy.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping as MappingOf
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from detachlint.domain import objects
from detachlint.domain.belief import Belief, Truth
from detachlint.domain.objects import Class, Frame, Function, HeapObject, Iterator, Unknown
from detachlint.domain.story import Story, begin, then
from detachlint.domain.surroundings import Surroundings
from detachlint.domain.traits import Check, Dtype, Family, Trait
from detachlint.domain.values import (
    Address,
    Atom,
    Bound,
    Library,
    Literal,
    Method,
    Super,
    Value,
    literal,
)
from detachlint.ir.nodes import Code
from detachlint.source.span import Span

HEAP_CLASSES: tuple[type, ...] = typing.get_args(HeapObject)

SAME_AT_ONE_ADDRESS: dict[type, frozenset[str]] = {
    Function: frozenset({"code", "closure", "kind", "manager", "owner"}),
    Class: frozenset({"name", "code", "fields", "flavour"}),
    Frame: frozenset({"code", "parent"}),
    Iterator: frozenset({"kind"}),
}
"""Fields in which two objects at one address agree, since one piece of code makes them both."""


def an_address(serial: int, *, summary: bool = False, default: HeapObject | None = None) -> Address:
    return Address(serial, Span(serial, 0, serial, 5), f"place {serial}", summary, default)


def a_code(name: str = "f") -> Code:
    return Code(
        kind="function",
        name=name,
        qualified_name=name,
        parameters=(),
        body=(),
        variables=frozenset(),
        captured=frozenset(),
        yields=False,
        is_async=False,
        returns=None,
        span=Span(1, 0, 2, 0),
    )


ADDRESSES = [an_address(1), an_address(2), an_address(3, summary=True)]
UNKNOWN_PLACES = [an_address(4, default=Unknown()), an_address(5, default=Unknown())]
CODES = [a_code("f"), a_code("g")]
SPANS = [Span(line, 0, line, 9) for line in (1, 2, 3)]

spans = st.sampled_from(SPANS)
addresses = st.sampled_from([*ADDRESSES, *UNKNOWN_PLACES])
truths = st.sampled_from(Truth)
beliefs = st.builds(Belief, truths, truths)
literals = st.sampled_from([literal(v) for v in (None, True, False, 0, 1, 1.0, "a", b"a")])
atoms: st.SearchStrategy[Atom] = st.one_of(
    literals,
    st.builds(Library, st.sampled_from(["torch.relu", "builtins.len"])),
    addresses,
    st.builds(Method, addresses, st.sampled_from(["add", "sum"])),
    st.builds(Bound, addresses, addresses),
    st.builds(Super, addresses, addresses),
)
values: st.SearchStrategy[Value] = st.frozensets(atoms, max_size=3)
stories: st.SearchStrategy[Story | None] = st.one_of(
    st.none(),
    st.builds(begin, spans, st.just("begins")),
    st.builds(then, st.builds(begin, spans, st.just("begins")), spans, st.just("goes on")),
)
trait_elements = st.builds(
    Trait, beliefs, st.frozensets(st.sampled_from(["cuda", "sparse"]), max_size=2)
)
dtypes = st.builds(Dtype, st.sampled_from(Family), trait_elements)
surroundings = st.builds(
    Surroundings, dtypes, trait_elements, trait_elements, compiled=beliefs, fake=trait_elements
)
trait_maps = st.dictionaries(st.sampled_from(Check), trait_elements, max_size=2)


class ValueType:
    """`Value` in an evaluated annotation (the alias itself is a string)."""


class AtomType:
    """`Atom` in an evaluated annotation."""


_NAMES = st.sampled_from(["a", "b"])
_KNOWN_TYPES: dict[object, st.SearchStrategy[Any]] = {
    Belief: beliefs,
    Trait: trait_elements,
    Dtype: dtypes,
    Address: addresses,
    Literal: literals,
    Span: spans,
    Story: stories.filter(lambda story: story is not None),
    Code: st.sampled_from(CODES),
    ValueType: values,
    AtomType: atoms,
    str: _NAMES,
    bool: st.booleans(),
    int: st.integers(0, 2),
}


def field_types(cls: type) -> dict[str, Any]:
    """The annotations of a heap class's fields, evaluated."""
    names = vars(objects) | {"Value": ValueType, "Atom": AtomType}
    return {field.name: eval(str(field.type), names) for field in dataclasses.fields(cls)}


def strategy_for(hint: Any) -> st.SearchStrategy[Any]:
    """Elements of an annotated type."""
    if hint in _KNOWN_TYPES:
        return _KNOWN_TYPES[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType or origin is typing.Union:
        plain = [strategy_for(part) for part in inner if part is not types.NoneType]
        return st.one_of(st.none(), *plain)
    if origin is tuple and inner[1:] == (...,):
        return st.lists(strategy_for(inner[0]), max_size=2).map(tuple)
    if origin is frozenset:
        return st.frozensets(strategy_for(inner[0]), max_size=2)
    if origin is MappingOf:
        keys, held = strategy_for(inner[0]), strategy_for(inner[1])
        return st.dictionaries(keys, held, max_size=2)
    raise TypeError(f"no strategy for {hint}: add one to tests/domain/domain_elements.py")


def heap_objects(cls: type) -> st.SearchStrategy[Any]:
    """Any objects of a heap class."""
    return st.builds(cls, **{name: strategy_for(hint) for name, hint in field_types(cls).items()})


@st.composite
def at_one_address(draw: st.DrawFn, cls: type) -> tuple[Any, Any, Any]:
    """Three objects of a class that may lie at one address on different paths."""
    first, second, third = (draw(heap_objects(cls)) for _ in range(3))
    shared = {name: getattr(first, name) for name in SAME_AT_ONE_ADDRESS.get(cls, ())}
    return first, dataclasses.replace(second, **shared), dataclasses.replace(third, **shared)


any_heap_object: st.SearchStrategy[HeapObject] = st.one_of(*map(heap_objects, HEAP_CLASSES))

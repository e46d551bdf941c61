"""`map_object` and `values_in` reach every field that holds values: none may be forgotten.

What they do not reach is neither renamed nor kept alive when a loop ages its objects.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from domain_elements import (
    HEAP_CLASSES,
    AtomType,
    ValueType,
    an_address,
    any_heap_object,
    field_types,
    heap_objects,
)
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from detachlint.domain.objects import HeapObject
from detachlint.domain.traversal import map_object, values_in
from detachlint.domain.values import Address, Value, join_values, value_of

FEW = settings(max_examples=40, deadline=None)
ANY = settings(database=None, phases=[Phase.generate])
MARK, OTHER = an_address(98), an_address(99)


def marked(hint: Any) -> Any:
    """The mark, wrapped as a field of an annotated type holds values; None for other types."""
    if hint in (ValueType, frozenset[Address]):
        return value_of(MARK)
    if hint == tuple[ValueType, ...]:
        return (value_of(MARK),)
    if hint == AtomType | None:
        return MARK
    if "ValueType" in str(hint):
        return {"key": value_of(MARK)}
    return None


def fields_with_values() -> Iterator[Any]:
    for cls in HEAP_CLASSES:
        for name, hint in field_types(cls).items():
            if marked(hint) is not None:
                yield pytest.param(cls, name, id=f"{cls.__name__}.{name}")


def with_mark(cls: type, name: str) -> HeapObject:
    plain = find(heap_objects(cls), lambda _: True, settings=ANY)
    thing: HeapObject = dataclasses.replace(plain, **{name: marked(field_types(cls)[name])})
    return thing


@pytest.mark.parametrize(("cls", "name"), [*fields_with_values()])
def test_values_in_finds_what_every_field_holds(cls: type, name: str) -> None:
    assert MARK in join_values(values_in(with_mark(cls, name)))


@pytest.mark.parametrize(("cls", "name"), [*fields_with_values()])
def test_map_object_changes_what_every_field_holds(cls: type, name: str) -> None:
    def rename(value: Value) -> Value:
        return frozenset(OTHER if atom is MARK else atom for atom in value)

    renamed = map_object(with_mark(cls, name), rename)
    assert repr(OTHER) in repr(getattr(renamed, name))
    assert repr(MARK) not in repr(getattr(renamed, name))


@pytest.mark.parametrize("cls", HEAP_CLASSES)
@FEW
@given(data=st.data())
def test_what_one_finds_the_other_changes_in_the_same_order(cls: type, data: st.DataObject) -> None:
    thing: HeapObject = data.draw(heap_objects(cls))
    changed: list[Value] = []

    def note(value: Value) -> Value:
        changed.append(value)
        return value

    assert map_object(thing, note) == thing
    assert values_in(thing) == changed


def test_the_fields_that_hold_values_are_recognised() -> None:
    found = {param.id for param in fields_with_values()}
    assert {
        "Tensor.base", "Tensor.attributes", "Sequence.items", "Sequence.rest", "Mapping.entries",
        "Mapping.default", "Instance.payload", "Function.defaults", "Class.bases",
        "Frame.variables", "Iterator.source", "Partial.arguments",
    } <= found  # fmt: skip


@FEW
@given(any_heap_object)
def test_an_identical_change_changes_nothing(thing: HeapObject) -> None:
    assert map_object(thing, lambda value: value) == thing


@FEW
@given(any_heap_object)
def test_only_values_are_changed(thing: HeapObject) -> None:
    moved = map_object(thing, lambda value: value_of(OTHER) if value else value)
    assert type(moved) is type(thing)
    assert getattr(moved, "grad", None) == getattr(thing, "grad", None)
    assert getattr(moved, "story", None) is getattr(thing, "story", None)

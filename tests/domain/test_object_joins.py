"""Joins of heap objects: the laws, and that nothing an object holds is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from domain_elements import HEAP_CLASSES, SPANS, any_heap_object, at_one_address, heap_objects
from hypothesis import given, settings
from hypothesis import strategies as st
from join_laws import broken_laws

from detachlint.domain.belief import MAYBE, NO, SOMETIMES, YES, Belief, Truth
from detachlint.domain.objects import (
    Array,
    HeapObject,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
    grad_of,
    join_maps,
    join_objects,
)
from detachlint.domain.traits import Check, Trait, trait
from detachlint.domain.traversal import values_in
from detachlint.domain.values import Value, join_values, literal, value_of

ONE, TWO, THREE = (value_of(literal(number)) for number in (1, 2, 3))

FEW = settings(max_examples=40, deadline=None)


def held(thing: HeapObject) -> Value:
    """All values of an object but the condition that decides a flag: two conditions decide none."""
    if isinstance(thing, Tensor):
        thing = replace(thing, flag=None)
    return join_values(values_in(thing))


@pytest.mark.parametrize("cls", HEAP_CLASSES)
@FEW
@given(data=st.data())
def test_joins_keep_every_law(cls: type, data: st.DataObject) -> None:
    a, b, c = data.draw(at_one_address(cls))
    assert broken_laws(join_objects, a, b, c) == []


# An unknown object forgets attributes that only one side has set: they are unknown again.
@pytest.mark.parametrize("cls", [cls for cls in HEAP_CLASSES if cls is not Unknown])
@FEW
@given(data=st.data())
def test_a_join_holds_what_both_hold(cls: type, data: st.DataObject) -> None:
    a, b, _ = data.draw(at_one_address(cls))
    assert held(a) | held(b) <= held(join_objects(a, b))


@FEW
@given(any_heap_object, any_heap_object)
def test_objects_of_different_classes_join_to_something_unknown(
    a: HeapObject, b: HeapObject
) -> None:
    joined = join_objects(a, b)
    if type(a) is type(b):
        assert type(joined) is type(a)
        return
    assert isinstance(joined, Unknown)
    assert joined.kind is Kind.ANY
    assert not joined.attributes
    assert joined == join_objects(b, a)
    assert grad_of(a).leq(joined.grad)
    assert grad_of(b).leq(joined.grad)


@FEW
@given(heap_objects(Tensor), heap_objects(Tensor))
def test_a_tensor_that_requires_grad_is_seen_in_every_join(a: Tensor, b: Tensor) -> None:
    joined = join_objects(a, b)
    assert isinstance(joined, Tensor)
    assert a.grad.leq(joined.grad)
    assert a.base <= joined.base
    assert a.severed <= joined.severed


def test_what_both_paths_know_of_a_tensor_is_kept() -> None:
    sparse = {Check.LAYOUT: trait("sparse")}
    there = Tensor(YES, device=trait("cuda"), parameter=True, traits=sparse)
    here = Tensor(NO)
    joined = there.join(here)
    assert joined.device == Trait(SOMETIMES, frozenset({"cuda"}))
    assert joined.traits[Check.LAYOUT].held.usual is Truth.SOMETIMES
    assert not joined.parameter
    assert joined.grad.usual is Truth.SOMETIMES
    assert there.join(there) == there


def test_unseen_code_moves_parameters_and_nothing_else() -> None:
    tensor, parameter = Tensor(NO), Tensor(YES, parameter=True, device=trait("cuda"))
    assert tensor.in_unseen_hands().device == tensor.device
    assert parameter.in_unseen_hands().device.held == Belief(Truth.YES, Truth.MAYBE)


def test_sequences_of_one_length_are_joined_item_by_item() -> None:
    joined = Sequence("list", (ONE, TWO)).join(Sequence("list", (ONE, THREE)))
    assert joined == Sequence("list", (ONE, TWO | THREE))
    assert joined.exact


def test_a_longer_list_leaves_no_position_known() -> None:
    joined = Sequence("list", (ONE, TWO)).join(Sequence("list", (THREE,)))
    assert joined == Sequence("list", (), ONE | TWO | THREE)
    assert not joined.exact


def test_a_longer_tuple_keeps_the_positions_of_the_shorter() -> None:
    joined = Sequence("tuple", (ONE, TWO)).join(Sequence("tuple", (THREE,)))
    assert joined == Sequence("tuple", (ONE | THREE,), TWO)


def test_sequences_of_different_kinds_keep_their_elements() -> None:
    joined = Sequence("list", (ONE,), TWO).join(Sequence("tuple", (THREE,)))
    assert joined.all == ONE | TWO | THREE


def test_entries_of_one_dict_only_stay_entries() -> None:
    one, two = literal("one"), literal("two")
    joined = Mapping({one: ONE}).join(Mapping({two: TWO}, rest=THREE))
    assert joined.entries == {one: ONE, two: TWO}
    assert joined.all == ONE | TWO | THREE


def test_attributes_of_an_unknown_object_are_known_where_both_sides_know_them() -> None:
    left = Unknown(attributes={"a": ONE, "b": ONE}, grad=NO)
    right = Unknown(attributes={"a": TWO}, grad=MAYBE, kind=Kind.MODULE)
    assert left.join(right) == Unknown(Kind.ANY, MAYBE, {"a": ONE | TWO})


def test_arrays_remember_all_crossings_they_came_through() -> None:
    first, second, _ = (frozenset({span}) for span in SPANS)
    assert Array(first).join(Array(second)) == Array(first | second)


@FEW
@given(
    st.dictionaries(st.sampled_from("ab"), st.just(ONE)),
    st.dictionaries(st.sampled_from("ab"), st.sampled_from([ONE, TWO])),
)
def test_maps_are_joined_key_by_key(left: dict[str, Value], right: dict[str, Value]) -> None:
    joined = join_maps(left, right)
    assert joined.keys() == left.keys() | right.keys()
    for key, value in joined.items():
        assert value == left.get(key, frozenset()) | right.get(key, frozenset())

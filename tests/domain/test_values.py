"""Values as sets of atoms, addresses by identity, and one order for all of them."""

from __future__ import annotations

import random

from domain_elements import ADDRESSES, SPANS, addresses, an_address, atoms, values
from hypothesis import given
from hypothesis import strategies as st
from join_laws import broken_laws

from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Bound,
    Literal,
    Value,
    in_order,
    join_values,
    literal,
    single_address,
    single_literal,
    value_of,
)
from detachlint.domain.values import addresses as addresses_of


def join(left: Value, right: Value) -> Value:
    return join_values([left, right])


@given(values, values, values)
def test_joins_of_values_keep_every_law(a: Value, b: Value, c: Value) -> None:
    assert broken_laws(join, a, b, c) == []
    assert a <= join(a, b)
    assert join(a, BOTTOM_VALUE) == a


def test_equal_numbers_of_different_types_are_different_literals() -> None:
    assert len({literal(1), literal(1.0), literal(True)}) == 3
    assert literal(1) == literal(1)
    assert literal("1") != literal(b"1")


def test_an_address_is_its_number_among_addresses_and_none_among_literals() -> None:
    first, second = an_address(1), an_address(2)
    assert len({first, first, second}) == 2
    assert sorted([second, first]) == [first, second]
    assert value_of(first) != value_of(literal(1))
    assert len(value_of(first, literal(1), Bound(first, second), Bound(second, first))) == 4


@given(st.lists(st.integers(1, 10_000), unique=True))
def test_sets_of_addresses_are_gone_through_in_one_order_wherever_they_lie(
    serials: list[int],
) -> None:
    def in_memory_of_its_own() -> list[int]:
        return [int(address) for address in frozenset(map(an_address, serials))]

    assert in_memory_of_its_own() == in_memory_of_its_own()


UNBOUND = atoms.filter(lambda atom: not isinstance(atom, Bound))


@given(st.frozensets(UNBOUND, max_size=6), st.randoms())
def test_the_order_of_atoms_depends_on_nothing_but_the_atoms(
    value: Value, chance: random.Random
) -> None:
    shuffled = list(value)
    chance.shuffle(shuffled)
    ordered = in_order(value)
    assert frozenset(ordered) == value
    assert [repr(atom) for atom in in_order(frozenset(shuffled))] == [repr(a) for a in ordered]


def test_one_method_of_several_objects_is_ordered_by_object() -> None:
    function, *receivers = (an_address(serial) for serial in range(1, 12))
    bound = [Bound(receiver, function) for receiver in receivers]
    assert in_order(frozenset(reversed(bound))) == bound


@given(st.frozensets(addresses))
def test_addresses_come_oldest_first(value: Value) -> None:
    serials = [int(address) for address in addresses_of(value | value_of(literal(1)))]
    assert serials == sorted(serials)
    assert len(serials) == len(value)


@given(atoms)
def test_a_single_atom_is_recognised(atom: Atom) -> None:
    assert single_literal(value_of(atom)) == (atom if isinstance(atom, Literal) else None)
    assert single_address(value_of(atom)) is (atom if isinstance(atom, Address) else None)


def test_several_atoms_or_none_are_no_single_one() -> None:
    for value in (BOTTOM_VALUE, value_of(literal(1), literal(2)), value_of(*ADDRESSES[:2])):
        assert single_literal(value) is None
        assert single_address(value) is None


def test_addresses_show_their_place_and_whether_they_are_many() -> None:
    assert repr(an_address(3)) == f"<place 3 3:{SPANS[0].column} #3>"
    assert "*" in repr(an_address(3, summary=True))

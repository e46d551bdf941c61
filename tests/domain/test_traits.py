"""What keeps a tensor from becoming an array, as a lattice."""

from __future__ import annotations

from domain_elements import dtypes, surroundings, trait_elements, trait_maps
from hypothesis import given
from join_laws import broken_laws

from detachlint.domain.belief import NO, SOMETIMES, YES
from detachlint.domain.surroundings import Surroundings
from detachlint.domain.traits import (
    PLAIN,
    UNSEEN,
    Check,
    Dtype,
    Family,
    Trait,
    Traits,
    either_of,
    join_traits,
    narrow_dtype,
    trait,
    without,
)

CUDA, SPARSE = trait("cuda"), trait("sparse")


@given(trait_elements, trait_elements, trait_elements)
def test_joins_of_traits_keep_every_law(a: Trait, b: Trait, c: Trait) -> None:
    assert broken_laws(Trait.join, a, b, c) == []
    assert a.leq(a.join(b)) and b.leq(a.join(b))


@given(dtypes, dtypes, dtypes)
def test_joins_of_dtypes_keep_every_law(a: Dtype, b: Dtype, c: Dtype) -> None:
    assert broken_laws(Dtype.join, a, b, c) == []


@given(trait_maps, trait_maps, trait_maps)
def test_joins_of_all_traits_of_tensors_keep_every_law(a: Traits, b: Traits, c: Traits) -> None:
    assert broken_laws(join_traits, a, b, c) == []


@given(surroundings, surroundings, surroundings)
def test_joins_of_surroundings_keep_every_law(
    a: Surroundings, b: Surroundings, c: Surroundings
) -> None:
    assert broken_laws(Surroundings.join, a, b, c) == []


def test_the_default_dtype_is_one_of_the_floats() -> None:
    assert Dtype.FLOAT.join(Dtype.FLOAT32) == Dtype.FLOAT
    assert Dtype.FLOAT.join(Dtype.INTEGER).family is Family.UNKNOWN


def test_a_dtype_that_numpy_lacks_on_one_path_is_seen_in_the_join() -> None:
    joined = narrow_dtype(Family.FLOAT, "bfloat16").join(Dtype.FLOAT32)
    assert joined == Dtype(Family.FLOAT, Trait(SOMETIMES, frozenset({"bfloat16"})))


def test_a_device_of_one_path_is_remembered_by_its_name() -> None:
    assert CUDA.join(PLAIN) == Trait(SOMETIMES, frozenset({"cuda"}))
    assert CUDA.join(trait("mps")).names == {"cuda", "mps"}
    assert PLAIN.join(UNSEEN).held.usual is UNSEEN.held.usual


def test_a_result_has_what_any_input_has() -> None:
    assert CUDA.either(PLAIN) == CUDA == PLAIN.either(CUDA)
    assert either_of([{Check.LAYOUT: SPARSE}, {Check.SUBCLASS: UNSEEN}]) == {
        Check.LAYOUT: SPARSE,
        Check.SUBCLASS: UNSEEN,
    }


def test_what_one_side_has_not_it_certainly_has_not() -> None:
    joined = join_traits({Check.LAYOUT: SPARSE}, {})
    assert joined[Check.LAYOUT].held == YES.join(NO)
    assert without(joined, Check.LAYOUT) == {}

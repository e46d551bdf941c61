"""What, besides the gradient, keeps a tensor from becoming an array: device, layout, dtype, …

PyTorch looks at one after the other and raises for the first that it does not like (`Check`). Each is
believed like grad state is: under the defaults, and whatever the unseen code does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import Enum
from typing import ClassVar, final

from detachlint.domain.belief import MAYBE, NO, YES, Belief
from detachlint.domain.story import Story, then
from detachlint.source.span import Span
from detachlint.source.value_class import value_class


class Check(Enum):
    """What `numpy()` looks at, in the order it does so (torch 2.13: tensor_numpy.cpp, executed)."""

    UNINITIALIZED = "uninitialized"
    """A parameter of a lazy module that has not seen an input yet."""
    SUBCLASS = "subclass"
    """A class with a `__torch_dispatch__` of its own: FakeTensor, MaskedTensor, jagged nested."""
    LAYOUT = "layout"
    """Sparse and mkldnn tensors."""
    DEVICE = "device"
    """An accelerator, or `meta`."""
    GRAD = "grad"
    """It requires grad and grad mode is on."""
    CONJUGATE = "conjugate"
    """The conjugate bit of a lazy view."""
    NEGATIVE = "negative"
    """The negative bit of a lazy view."""
    DTYPE = "dtype"
    """bfloat16, float8, complex32, and the dtypes of quantized tensors."""
    STORAGE = "storage"
    """No memory of its own: inside `vmap` and its kin, and nested tensors."""
    TENSOR = "tensor"
    """It is no array: what takes only these refuses it then, or without looking at anything else."""

    __hash__ = object.__hash__  # as in `Truth`


_TYPE_ERRORS = frozenset({Check.LAYOUT, Check.DEVICE, Check.DTYPE, Check.TENSOR})


def raised_for(check: Check) -> str:
    """The exception that a conversion ends with which is refused for this (torch 2.13, executed)."""
    return TypeError.__name__ if check in _TYPE_ERRORS else RuntimeError.__name__


@final
@value_class(frozen=True, slots=True)
class Trait:
    """Whether a tensor has what a check refuses; `names` are what that may be: `cuda`, `bfloat16`.

    `story` tells where it got it, and is outside equality and order.
    """

    held: Belief
    names: frozenset[str] = frozenset()
    story: Story | None = field(default=None, compare=False)

    def join(self, other: Trait) -> Trait:
        """Either of two tensors."""
        if self is other:
            return self
        return Trait(
            self.held.join(other.held), self.names | other.names, self.story or other.story
        )

    def either(self, other: Trait) -> Trait:
        """That of a result which has it if one of its inputs does."""
        if self == other:
            return self
        return Trait(
            self.held.either(other.held), self.names | other.names, self.story or other.story
        )

    def in_unseen_hands(self) -> Trait:
        """The same under the defaults, but code out of sight may have changed it."""
        return Trait(self.held.in_unseen_hands(), self.names, self.story)

    def told(self, span: Span, message: str) -> Trait:
        """The same after one more step of its story; that of what has none is not begun."""
        story = then(self.story, span, message)
        return self if story is self.story else Trait(self.held, self.names, story)

    def leq(self, other: Trait) -> bool:
        """Whether `other` covers all that this believes."""
        return self.held.leq(other.held) and self.names <= other.names


PLAIN = Trait(NO)
UNSEEN = Trait(MAYBE)
"""Nobody knows."""


def trait(name: str, story: Story | None = None) -> Trait:
    """It has the thing of this name, for certain."""
    return Trait(YES, frozenset({name}), story)


Traits = Mapping[Check, Trait]
"""The traits of a tensor; those it certainly does not have are left out."""

NO_TRAITS: Traits = {}


def join_traits(left: Traits, right: Traits) -> Traits:
    """The pointwise join; what one side has not, it certainly has not."""
    if left is right or left == right:
        return left
    return {
        check: left.get(check, PLAIN).join(right.get(check, PLAIN))
        for check in Check
        if check in left or check in right
    }


def without(traits: Traits, *checks: Check) -> Traits:
    """All but those."""
    if not any(check in traits for check in checks):
        return traits
    return {check: kept for check, kept in traits.items() if check not in checks}


def either_of(several: Iterable[Traits]) -> Traits:
    """The traits that a result has if any of its inputs does."""
    combined: dict[Check, Trait] = {}
    for traits in several:
        for check, one in traits.items():
            combined[check] = combined.get(check, PLAIN).either(one)
    return combined


class Family(Enum):
    """What matters of a dtype to autograd. INTEGER never requires grad."""

    FLOAT = "float"
    """Some float type."""
    FLOAT32 = "float32"
    """PyTorch's default dtype, for certain (so `.float()` returns the tensor itself)."""
    COMPLEX = "complex"
    INTEGER = "integer"
    """Integers and bool."""
    UNKNOWN = "unknown"


@final
@value_class(frozen=True, slots=True)
class Dtype:
    """What matters of a dtype at a crossing: its family, and whether NumPy lacks it (`narrow`)."""

    family: Family
    narrow: Trait = PLAIN

    FLOAT: ClassVar[Dtype]
    FLOAT32: ClassVar[Dtype]
    COMPLEX: ClassVar[Dtype]
    INTEGER: ClassVar[Dtype]
    UNKNOWN: ClassVar[Dtype]

    def join(self, other: Dtype) -> Dtype:
        """Either dtype."""
        if self == other:
            return self
        return Dtype(_join_families(self.family, other.family), self.narrow.join(other.narrow))

    @property
    def is_integer(self) -> bool:
        """Whether it certainly is an integer type or bool."""
        return self.family is Family.INTEGER

    @property
    def is_float32(self) -> bool:
        """Whether it certainly is float32."""
        return self.family is Family.FLOAT32


Dtype.FLOAT = Dtype(Family.FLOAT)
Dtype.FLOAT32 = Dtype(Family.FLOAT32)
Dtype.COMPLEX = Dtype(Family.COMPLEX)
Dtype.INTEGER = Dtype(Family.INTEGER)
Dtype.UNKNOWN = Dtype(Family.UNKNOWN, UNSEEN)


def _join_families(left: Family, right: Family) -> Family:
    if left is right:
        return left
    if {left, right} == {Family.FLOAT, Family.FLOAT32}:
        return Family.FLOAT
    return Family.UNKNOWN


def narrow_dtype(family: Family, name: str, story: Story | None = None) -> Dtype:
    """A dtype that NumPy has not."""
    return Dtype(family, trait(name, story))

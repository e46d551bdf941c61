"""What the generator knows of a value it has named: enough for the program to run, no grad state.

Grad state is kept out on purpose. The generator must not share the analysis's beliefs, or both
would be wrong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Basic:
    """A kind without parts."""

    name: str


VECTOR = Basic("vector")
"""A float tensor of shape (3,), as nearly all are: shapes are not what is tested."""
SCALAR = Basic("scalar")
"""A float tensor without dimensions."""
MASK = Basic("mask")
"""A boolean tensor of shape (3,)."""
NUMBER = Basic("number")
"""A Python float."""
FLAG = Basic("flag")
"""A Python bool."""
ARRAY = Basic("array")
"""What a crossing gave: an ndarray, or anything computed from one."""
INFERENCE = Basic("inference tensor")
"""A tensor of shape (3,) made in inference mode, of which outside it little may be asked."""
MODULE = Basic("module")
"""Any module from vector to vector, of which nothing else is known."""
FUNCTION = Basic("function")
"""Any function from vector to vector, of which nothing else is known."""
OTHER = Basic("other")


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of at least one element."""

    element: Kind


@dataclass(frozen=True, slots=True)
class TupleOf:
    elements: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class DictOf:
    """A dictionary that has at least these keys."""

    keys: tuple[str, ...]
    value: Kind


@dataclass(frozen=True, slots=True)
class Parameter:
    """`form` is one of "plain", "positional", "default", "keyword-only", "star", "keywords"."""

    name: str
    kind: Kind
    form: str = "plain"


@dataclass(frozen=True, slots=True)
class CallableOf:
    """A function, or a bound method. `cost` bounds the statements that one call runs.

    `pure` means that a call leaves no tensor behind but its result, so that it may run in inference
    mode without an inference tensor turning up elsewhere.
    """

    parameters: tuple[Parameter, ...]
    result: Kind
    cost: int = 1
    pure: bool = True


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something read from an object by appending `access` (".weight[0]") to its name."""

    access: str
    kind: Kind
    writable: bool = False


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """An object. `call` is what calling it does, `parameters` whether it is a module with some."""

    attributes: tuple[Attribute, ...] = ()
    methods: tuple[tuple[str, CallableOf], ...] = ()
    call: CallableOf | None = None
    is_module: bool = False


Kind: TypeAlias = Basic | ListOf | TupleOf | DictOf | CallableOf | InstanceOf

VECTORS = ListOf(VECTOR)
MODULE_COST = 40
FUNCTION_COST = 25
"""Upper bounds for modules and functions that are handed around."""

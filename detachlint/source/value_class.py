"""Classes of values that are made by the million."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as value_class
else:

    def value_class(*, frozen: bool, slots: bool, eq: bool = True) -> Callable[[type], Any]:
        """A dataclass that is frozen for whoever checks types, and quick to make for Python.

        The constructor of a frozen dataclass sets each field by a call of `object.__setattr__`, which
        takes four times as long as to assign it. Values are compared and hashed by their fields all
        the same, and nothing but the type checker stops who writes into one.
        """
        assert frozen
        return dataclass(slots=slots, eq=eq, unsafe_hash=eq)


__all__ = ["value_class"]

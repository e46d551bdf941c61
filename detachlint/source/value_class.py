"""Classes of values that are made by the million, and that are quick to define."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as value_class
else:

    def value_class(*, frozen: bool, slots: bool, eq: bool = True) -> Callable[[type], Any]:
        """A dataclass that is frozen for whoever checks types, and quick for Python.

        The constructor of a frozen dataclass sets each field by a call of `object.__setattr__`, which
        takes four times as long as to assign it; and Python compiles each method of a dataclass
        when it is imported, which is a good part of the time that a run over one small file takes.
        Values are compared, hashed and shown by their fields all the same. Nothing but the type
        checker stops who writes into one.
        """
        assert frozen

        def made(cls: type) -> type:
            if "__repr__" not in cls.__dict__:
                cls.__repr__ = _shown
            return dataclass(slots=slots, eq=eq, unsafe_hash=eq, repr=False)(cls)

        return made


@recursive_repr()
def _shown(self: Any) -> str:
    fields = [f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__]
    return f"{type(self).__qualname__}({', '.join(fields)})"


__all__ = ["value_class"]

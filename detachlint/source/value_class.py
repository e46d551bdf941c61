"""Classes of values that are made by the million, and that are quick to define."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
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
            own = {"__repr__", *(("__eq__", "__hash__") if eq else ())} - cls.__dict__.keys()
            made = dataclass(slots=slots, eq=False, repr=False)(cls)
            for name, method in _methods(made).items():
                if name in own:
                    setattr(made, name, method)
            return made

        return made


def _methods(cls: type[Any]) -> dict[str, Callable[..., Any]]:
    names = [field.name for field in fields(cls) if field.compare]
    get: Callable[[Any], Any] = attrgetter(*names) if names else lambda self: ()
    # Of a single name, `attrgetter` makes no tuple; and a value is to be hashed apart from what it holds.
    values = get if len(names) != 1 else lambda self: (get(self),)

    def equals(self: Any, other: object) -> Any:
        return (
            values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented
        )

    def hashed(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": equals, "__hash__": hashed, "__repr__": _shown}


@recursive_repr()
def _shown(self: Any) -> str:
    shown = [f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__]
    return f"{type(self).__qualname__}({', '.join(shown)})"


__all__ = ["value_class"]

"""Classes of values that are made by the million, and that are quick to define."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as value_class
    from dataclasses import replace
else:
    from dataclasses import replace as _replace_in_dataclass

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
            _fields_of[made] = _getter([field.name for field in fields(made) if field.init])
            for name, method in _methods(made).items():
                if name in own:
                    setattr(made, name, method)
            return made

        return made

    def replace(value: Any, /, **changes: Any) -> Any:
        """The same value but for these fields: `dataclasses.replace`, at a third of its time.

        That one asks each field whether the constructor takes it; those of a value class do. Other
        dataclasses are handed over to it.
        """
        get = _fields_of.get(value.__class__)
        if get is None:
            return _replace_in_dataclass(value, **changes)
        made = value.__class__(*get(value))
        for name, field in changes.items():
            setattr(made, name, field)
        return made


_fields_of: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
"""By value class: what its constructor takes, read off a value."""


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads these attributes. Of a single one `attrgetter` makes no tuple."""
    get: Callable[[Any], Any] = attrgetter(*names) if names else lambda self: ()
    return get if len(names) != 1 else lambda self: (get(self),)


def _methods(cls: type[Any]) -> dict[str, Callable[..., Any]]:
    # A tuple even of one: a value is to be hashed apart from what it holds.
    values = _getter([field.name for field in fields(cls) if field.compare])

    def equals(self: Any, other: object) -> Any:
        return (
            values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented
        )

    def hashed(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": equals, "__hash__": hashed, "__repr__": _shown}


@recursive_repr()
def _shown(self: Any) -> str:
    fields = self.__dataclass_fields__.items()
    shown = [f"{name}={getattr(self, name)!r}" for name, field in fields if field.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


__all__ = ["replace", "value_class"]

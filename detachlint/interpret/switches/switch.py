"""Switches, set by hand with a literal (`PLOT = False`, `def train(plot=False)`), and how to set them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from detachlint.ir.nodes import SET_BY_HAND, Code, Constant, Opaque, Parameter
from detachlint.ir.walk import is_leaf
from detachlint.source.span import Span
from detachlint.source.value_class import replace

Plain: TypeAlias = "bool | int | float | str | None"
"""What a switch may be set to."""


class Vague(Enum):
    """What a switch may be, where nothing tells more: not None, or another text."""

    SET = "set"
    OTHER = "something else"


class Switch(NamedTuple):
    """A value that is set by hand: where first, what it is called, what to, and the literals that say so.

    `variable` tells it from what is handed to functions, and what objects and dicts hold.
    """

    span: Span
    name: str
    value: Plain
    places: tuple[Span, ...]
    variable: bool


class Turned(NamedTuple):
    """A switch that is set otherwise, and what to."""

    switch: Switch
    value: Plain | Vague

    @property
    def as_said(self) -> str:
        """What it is then, in a message."""
        return self.value.value if isinstance(self.value, Vague) else repr(self.value)


def set_otherwise(module: Code, turned: Iterable[Turned]) -> Code:
    """A module with these switches set otherwise."""
    values = {place: one.value for one in turned for place in one.switch.places}
    changed: Code = _rewritten(module, values)
    return changed


def _rewritten(node: Any, values: Mapping[Span, Plain | Vague]) -> Any:
    """A node, or a tuple of some, with other literals in some places; itself, if none are in it."""
    if type(node) is tuple:
        parts = tuple(_rewritten(part, values) for part in node)
        return parts if any(new is not old for new, old in zip(parts, node, strict=True)) else node
    if is_leaf(node):
        return node
    # That of a parameter is where its name stands.
    span = None if isinstance(node, Parameter) else getattr(node, "span", None)
    if span is not None and not any(map(span.contains, values)):
        return node
    if isinstance(node, Constant):
        return _literal(node, values[node.span]) if node.span in values else node
    fields = {name: getattr(node, name) for name in getattr(type(node), "__slots__", ())}
    changed = {
        name: new for name, old in fields.items() if (new := _rewritten(old, values)) is not old
    }
    return replace(node, **changed) if changed else node


def _literal(node: Constant, value: Plain | Vague) -> Constant | Opaque:
    if value is Vague.SET:
        return Opaque(SET_BY_HAND, (), node.span)
    return replace(node, value=value.value if isinstance(value, Vague) else value)

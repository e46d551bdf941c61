"""Which of the exceptions that a conversion may end with a `try` keeps from going on outwards.

And after which of them it does the same otherwise.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

from detachlint.domain.traits import Check, raised_for
from detachlint.ir.nodes import (
    Assign,
    Attribute,
    AugmentedAssign,
    Call,
    Expression,
    Handler,
    Name,
    Raise,
    Return,
    Subscript,
    Try,
)
from detachlint.ir.walk import nodes_in
from detachlint.knowledge.names import OTHERWISE

_RAISED = tuple(dict.fromkeys(map(raised_for, Check)))


def caught_by(node: Try) -> frozenset[str]:
    """The names of those that the handlers catch and do not raise again, as far as these name classes
    of Python: one of the program's own is no class of what PyTorch raises."""
    return frozenset(raised for raised in _RAISED if _is_kept(node, raised))


def handled_by(node: Try) -> frozenset[str]:
    """The names of those after which a handler does what the body could not: it gives the same variable, or
    its caller, or the same function what it takes out of the tensor in another way.

    One that logs, goes on or gives up hides the error.
    """
    return frozenset(
        raised
        for raised in caught_by(node)
        if (handler := _handler_of(node, raised)) is not None and _does_otherwise(node, handler)
    )


def _is_kept(node: Try, raised: str) -> bool:
    handler = _handler_of(node, raised)
    return handler is not None and not _raises_again(handler)


def _handler_of(node: Try, raised: str) -> Handler | None:
    """The handler that an exception comes to."""
    for handler in node.handlers:
        if handler.kind is None or _names_class_of(handler.kind, raised):
            return handler
    return None


def _does_otherwise(node: Try, handler: Handler) -> bool:
    wanted = {effect for inner in nodes_in(node.body) for effect in _effects(inner)}
    return any(
        not wanted.isdisjoint(_effects(inner)) and _takes_otherwise(inner)
        for inner in nodes_in(handler.body)
    )


def _effects(node: Any) -> Iterator[tuple[str, str]]:
    """What a node does: binds something, returns something, calls something."""
    match node:
        case Assign(targets=targets):
            yield from (("binds", _path(target)) for target in targets)
        case AugmentedAssign(target=target):
            yield "binds", _path(target)
        case Return(value=value) if value is not None:
            yield "returns", ""
        case Call(function=function) if path := _path(function):
            yield "calls", path


def _path(node: Any) -> str:
    """`table.rows[]`, of what is a name, an attribute or an item."""
    match node:
        case Name(name=name):
            return name
        case Attribute(value=owner, name=name):
            return f"{path}.{name}" if (path := _path(owner)) else ""
        case Subscript(value=owner):
            return f"{path}[]" if (path := _path(owner)) else ""
    return ""


def _takes_otherwise(node: Any) -> bool:
    return any(isinstance(n, Attribute) and n.name in OTHERWISE for n in nodes_in(node))


def _names_class_of(kind: Expression, raised: str) -> bool:
    """Whether one of the classes has this exception among its own."""
    ancestors = {cls.__name__ for cls in getattr(builtins, raised).__mro__}
    named = (node.name for node in nodes_in(kind) if isinstance(node, (Name, Attribute)))
    return not ancestors.isdisjoint(named)


def _raises_again(handler: Handler) -> bool:
    return bool(handler.body) and isinstance(handler.body[-1], Raise)

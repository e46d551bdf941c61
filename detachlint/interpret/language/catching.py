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
    Constant,
    Evaluate,
    Expression,
    Handler,
    Name,
    Raise,
    Return,
    Subscript,
    Try,
)
from detachlint.ir.walk import nodes_in
from detachlint.knowledge.names import OTHERWISE, TRANSFERS

_RAISED = tuple(dict.fromkeys(map(raised_for, Check)))


def caught_by(node: Try) -> frozenset[str]:
    """The names of those that the handlers catch and do not raise again, as far as these name classes
    of Python: one of the program's own is no class of what PyTorch raises."""
    return frozenset(raised for raised in _RAISED if _is_kept(node, raised))


def handled_by(node: Try) -> frozenset[str]:
    """The names of those after which a handler does what the body could not: all that the body binds, or
    what it returns, comes of what the handler takes out of the tensor in another way.

    One that logs, goes on, gives up or raises, if only sometimes, hides the error or does not catch it.
    """
    return frozenset(
        raised
        for raised in caught_by(node)
        if (handler := _handler_of(node, raised)) is not None
        and _does_otherwise(node, handler, raised)
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


def _does_otherwise(node: Try, handler: Handler, raised: str) -> bool:
    nodes = list(nodes_in(handler.body))
    if any(isinstance(inner, Raise) for inner in nodes):
        return False
    wanted = {effect for statement in node.body for effect in _effects(statement)}
    given = {effect for statement in handler.body for effect in _effects(statement)}
    ways = OTHERWISE if raised == raised_for(Check.GRAD) else OTHERWISE | TRANSFERS
    taken = (inner.name for inner in nodes if isinstance(inner, Attribute))
    comparable = bool(wanted) and NOTHING_COMPARED not in wanted
    return comparable and wanted <= given and not ways.isdisjoint(taken)


NOTHING_COMPARED = ("does", "")
"""What a statement does that nobody compares."""


def _effects(statement: Any) -> Iterator[tuple[str, str]]:
    """What a statement does: binds something, returns something, calls something."""
    match statement:
        case Assign(targets=targets):
            for target in targets:
                yield ("binds", path) if (path := _path(target)) else NOTHING_COMPARED
        case AugmentedAssign(target=target) if path := _path(target):
            yield "binds", path
        case Return(value=value) if value is not None:
            yield "returns", ""
        case Evaluate(value=Call(function=function)) if path := _path(function):
            yield "calls", path
        case _:
            yield NOTHING_COMPARED


def _path(node: Any) -> str:
    """`table.rows[0]`, of what is a name, an attribute or an item; empty for anything else."""
    match node:
        case Name(name=name):
            return name
        case Attribute(value=owner, name=name):
            return f"{path}.{name}" if (path := _path(owner)) else ""
        case Subscript(value=owner, index=Constant(value=key)):
            return f"{path}[{key!r}]" if (path := _path(owner)) else ""
        case Subscript(value=owner, index=Name(name=key)):
            return f"{path}[{key}]" if (path := _path(owner)) else ""
    return ""


def _names_class_of(kind: Expression, raised: str) -> bool:
    """Whether one of the classes has this exception among its own."""
    ancestors = {cls.__name__ for cls in getattr(builtins, raised).__mro__}
    named = (node.name for node in nodes_in(kind) if isinstance(node, (Name, Attribute)))
    return not ancestors.isdisjoint(named)


def _raises_again(handler: Handler) -> bool:
    return bool(handler.body) and isinstance(handler.body[-1], Raise)

"""Which of the exceptions that a conversion may end with a `try` keeps from going on outwards."""

from __future__ import annotations

import builtins

from detachlint.domain.traits import Check, raised_for
from detachlint.ir.nodes import Attribute, Expression, Handler, Name, Raise, Try
from detachlint.ir.walk import nodes_in

_RAISED = tuple(dict.fromkeys(map(raised_for, Check)))


def caught_by(node: Try) -> frozenset[str]:
    """The names of those that the handlers catch and do not raise again, as far as these name classes
    of Python: one of the program's own is no class of what PyTorch raises."""
    return frozenset(raised for raised in _RAISED if _is_kept(node, raised))


def _is_kept(node: Try, raised: str) -> bool:
    for handler in node.handlers:
        if handler.kind is None or _names_class_of(handler.kind, raised):
            return not _raises_again(handler)
    return False


def _names_class_of(kind: Expression, raised: str) -> bool:
    """Whether one of the classes has this exception among its own."""
    ancestors = {cls.__name__ for cls in getattr(builtins, raised).__mro__}
    named = (node.name for node in nodes_in(kind) if isinstance(node, (Name, Attribute)))
    return not ancestors.isdisjoint(named)


def _raises_again(handler: Handler) -> bool:
    return bool(handler.body) and isinstance(handler.body[-1], Raise)

"""Walking the IR without running it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from detachlint.ir.nodes import Code
from detachlint.source.span import Span

_SKIPPED = (str, int, float, complex, bytes, bool, type(None), Span)


def nodes_of(code: Code) -> Iterator[Any]:
    """All nodes of a body and, for parameters, of defaults and annotations; not those of inner code
    (an inner `Code` itself is among the nodes)."""
    yield from nodes_in((code.body, code.parameters, code.returns))


def nodes_in(part: Any) -> Iterator[Any]:
    """All nodes of a part of a body (a node, or a tuple of nodes), as `nodes_of` gives them."""
    pending: list[Any] = [part]
    while pending:
        node = pending.pop()
        if isinstance(node, _SKIPPED):
            continue
        if isinstance(node, tuple):
            pending.extend(node)
            continue
        yield node
        if isinstance(node, Code):
            continue
        for name in getattr(node, "__slots__", ()):
            pending.append(getattr(node, name))


def inner_codes(code: Code) -> list[Code]:
    """The functions, lambdas and classes that stand directly in a body."""
    return [node for node in nodes_of(code) if isinstance(node, Code)]


def all_codes(code: Code) -> Iterator[Code]:
    """A code and all code inside it, outermost first."""
    yield code
    for inner in inner_codes(code):
        yield from all_codes(inner)

"""Walking the IR without running it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from detachlint.ir.nodes import Code
from detachlint.source.span import Span

_LEAVES = frozenset({str, int, float, complex, bytes, bool, type(None), type(...), Span, frozenset})


@lru_cache(maxsize=256)
def nodes_of(code: Code) -> tuple[Any, ...]:
    """All nodes of a body and, for parameters, of defaults and annotations; not those of inner code
    (an inner `Code` itself is among the nodes). Kept for a while: several readers ask in a row."""
    return tuple(nodes_in((code.body, code.parameters, code.returns)))


def nodes_in(part: Any) -> Iterator[Any]:
    """All nodes of a part of a body (a node, or a tuple of nodes), as `nodes_of` gives them."""
    pending: list[Any] = [part] if type(part) not in _LEAVES else []
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind is tuple:
            pending.extend([inner for inner in node if type(inner) not in _LEAVES])
            continue
        yield node
        if kind is Code:
            continue
        for name in getattr(kind, "__slots__", ()):
            inner = getattr(node, name)
            if type(inner) not in _LEAVES:
                pending.append(inner)


@lru_cache(maxsize=1 << 14)
def inner_codes(code: Code) -> tuple[Code, ...]:
    """The functions, lambdas and classes that stand directly in a body."""
    return tuple(node for node in nodes_of(code) if isinstance(node, Code))


def all_codes(code: Code) -> Iterator[Code]:
    """A code and all code inside it, outermost first."""
    yield code
    for inner in inner_codes(code):
        yield from all_codes(inner)

"""Walking the IR without running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any

from detachlint.ir.nodes import Attribute, Code, Name, Subscript, Target, Unpack
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
        if type(node) is not tuple:
            yield node
        if type(node) is not Code:
            pending += parts_of(node)


def is_leaf(node: Any) -> bool:
    """Whether it is no node, and has none: a name, a number, a place."""
    return type(node) in _LEAVES


def parts_of(node: Any) -> list[Any]:
    """The nodes (and tuples of them) that stand directly in a node or a tuple."""
    parts = node if type(node) is tuple else _fields_of(type(node))(node)
    return [inner for inner in parts if type(inner) not in _LEAVES]


_READERS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}


def _fields_of(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """What reads the fields of nodes of a class, but for their span, which is no node."""
    known = _READERS.get(cls)
    if known is None:
        names = [name for name in getattr(cls, "__slots__", ()) if name != "span"]
        get: Callable[[Any], Any] = attrgetter(*names) if names else lambda node: ()
        known = _READERS[cls] = get if len(names) != 1 else lambda node: (get(node),)
    return known


def targets_in(target: Target) -> Iterator[Name | Attribute | Subscript]:
    """What an assignment target binds, or stores into: itself, or each target in a tuple or list."""
    if isinstance(target, Unpack):
        for inner in target.targets:
            yield from targets_in(inner)
    else:
        yield target


@lru_cache(maxsize=1 << 12)
def inner_codes(code: Code) -> tuple[Code, ...]:
    """The functions, lambdas and classes that stand directly in a body."""
    return tuple(node for node in nodes_of(code) if isinstance(node, Code))


def all_codes(code: Code) -> Iterator[Code]:
    """A code and all code inside it, outermost first."""
    yield code
    for inner in inner_codes(code):
        yield from all_codes(inner)

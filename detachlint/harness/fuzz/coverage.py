"""Which classes of the intermediate representation a program's lowering is made of."""

from __future__ import annotations

import ast
import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import get_args

from detachlint.ir import nodes
from detachlint.lower import lower_module

_HELPERS = (nodes.Code, nodes.Parameter, nodes.Argument, nodes.Clause, nodes.Handler, nodes.Unpack)

ALL_CLASSES = frozenset(
    kind.__name__ for kind in (*get_args(nodes.Expression), *get_args(nodes.Statement), *_HELPERS)
)
"""The names of all classes of the intermediate representation."""


def ir_classes(text: str) -> Counter[str]:
    """How often each class occurs in the lowering of a program."""
    return Counter(type(node).__name__ for node in _walk(lower_module(ast.parse(text), "program")))


def _walk(value: object) -> Iterator[object]:
    if type(value).__name__ in ALL_CLASSES:
        yield value
        for field in dataclasses.fields(value):  # type: ignore[arg-type]
            yield from _walk(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _walk(item)

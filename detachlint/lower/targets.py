"""What an assignment, `for`, `with` or `del` binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from detachlint.ir.nodes import Attribute, Name, Subscript, Target, Unpack
from detachlint.lower.context import Lowering
from detachlint.lower.expressions import lower_attribute, lower_subscript


def lower_target(lowering: Lowering, node: ast.expr) -> Target:
    """A target of any form."""
    if isinstance(node, (ast.Tuple, ast.List)):
        stars = [i for i, item in enumerate(node.elts) if isinstance(item, ast.Starred)]
        targets = tuple([lower_target(lowering, item) for item in node.elts])
        return Unpack(targets, stars[0] if stars else None, lowering.span_of(node))
    if isinstance(node, ast.Starred):
        return lower_target(lowering, node.value)
    return lower_simple_target(lowering, node)


def lower_simple_target(lowering: Lowering, node: Any) -> Name | Attribute | Subscript:
    """A target that takes one value: a name, an attribute or an item."""
    if isinstance(node, ast.Name):
        return lowering.variable(node.id, lowering.span_of(node))
    if isinstance(node, ast.Attribute):
        return lower_attribute(lowering, node)
    return lower_subscript(lowering, node)


def deleted_targets(lowering: Lowering, node: ast.expr) -> Iterator[Name | Attribute | Subscript]:
    """The single targets of one operand of `del`, which may be nested tuples."""
    if isinstance(node, (ast.Tuple, ast.List)):
        for item in node.elts:
            yield from deleted_targets(lowering, item)
    else:
        yield lower_simple_target(lowering, node)

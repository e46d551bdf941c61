"""What programs reach: classes of the intermediate representation, behaviours in the facts table."""

from __future__ import annotations

import ast
import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import get_args

from detachlint.ir import nodes
from detachlint.knowledge import facts
from detachlint.lower import lower_module

_ROOTS = {"torch": "torch", "F": "torch.nn.functional", "nn": "torch.nn"}
"""What generated programs call PyTorch's modules."""
_ELSEWHERE = {"copy.deepcopy": "torch.Tensor.__deepcopy__"}
"""What Python's own modules do with tensors by methods of theirs."""

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


NOT_GENERATED: Mapping[str, str] = {
    "calls: compiled": "compiling a program takes a hundred times as long as running it",
    "calls: not-compiled": "makes a difference in compiled code alone",
    "depends on the kind": "of sparse tensors alone, and what is made dense again is new in any case",
    "special: module_load": "what `load_state_dict` calls, and hardly any program",
}
"""Behaviours that no program is made to reach, and why: documents of programs of our own reach them."""


@cache
def all_behaviours() -> frozenset[str]:
    """What the facts about PyTorch's callables say that one may do with the grad state."""
    return frozenset().union(*map(_behaviours_of, facts.CALLS.names()))


def behaviours(text: str) -> Counter[str]:
    """How often a program names something of PyTorch's of each behaviour.

    `x.name` counts as the method or attribute of tensors of that name, whatever `x` is.
    """
    counts: Counter[str] = Counter()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            counts.update(_behaviours_of(_dotted(node) or f"torch.Tensor.{node.attr}"))
        elif isinstance(node, ast.Subscript):
            counts.update(_behaviours_of("torch.Tensor.__getitem__"))
    return counts


def _dotted(node: ast.expr) -> str:
    """The name of a member of PyTorch's as the table has it; "" if the expression is none."""
    if isinstance(node, ast.Name):
        return _ROOTS.get(node.id, "")
    if ast.unparse(node) in _ELSEWHERE:
        return _ELSEWHERE[ast.unparse(node)]
    owner = _dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{owner}.{node.attr}" if owner and isinstance(node, ast.Attribute) else ""


@cache
def _behaviours_of(name: str) -> frozenset[str]:
    fact = facts.call_fact(name)
    if fact is None:
        return frozenset()
    found = {f"result: {result.value}" for result in fact.results}
    found.add(f"aliasing: {fact.aliasing.value}")
    found.update(f"depends on the {what}" for what in fact.depends)
    for what in ("special", "calls", "ambient"):
        if getattr(fact, what):
            found.add(f"{what}: {getattr(fact, what)}")
    if fact.form is not None:
        found.add(f"outputs by what is {fact.form.asked}")
    flags = ("in_place", "rejects", "factory", "repeated", "attribute", "sequence", "ignored")
    return frozenset(found.union(flag.replace("_", " ") for flag in flags if getattr(fact, flag)))

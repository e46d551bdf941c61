"""What holds for the IR of every program."""

from __future__ import annotations

import ast
import typing
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from generated_programs import programs
from hypothesis import HealthCheck, Phase, given, settings
from ir_walk import codes, walk
from standard_library import label, read, sample

from detachlint.ir import nodes as ir
from detachlint.lower import lower_module
from detachlint.source.span import Span
from detachlint.syntax.parse import parse_module

NODE_KINDS = {
    *typing.get_args(ir.Expression),
    *typing.get_args(ir.Statement),
    *typing.get_args(ir.Target),
    ir.Argument,
    ir.Clause,
    ir.Handler,
    ir.Parameter,
}


def check(source: str) -> None:
    """Lower a program and check everything that must hold."""
    tree = parse_module(source, "program")
    code = lower_module(tree, "program")
    captured: dict[ir.Code, set[str]] = defaultdict(set)
    spans: set[Span] = set()
    for node, inside, chain in walk(code):
        assert type(node) in NODE_KINDS
        span = getattr(node, "span", None)
        if span is not None:
            spans.add(span)
            assert span.line >= 1 and (span.line, span.column) <= (span.end_line, span.end_column)
        if isinstance(node, ir.Name):
            holder = _holder(node, code, chain)
            if node.depth != ir.GLOBAL or "@" in node.name:
                assert node.name in holder.variables, f"{node} does not resolve"
            if holder is not inside and node.name in holder.variables:
                captured[holder].add(node.name)
    for inner in codes(code):
        assert inner.captured == captured[inner] <= inner.variables, inner.qualified_name
    for expression in _evaluated(tree):
        assert _span(expression) in spans, f"lost: {ast.unparse(expression)}"


def _holder(name: ir.Name, module: ir.Code, chain: tuple[ir.Code, ...]) -> ir.Code:
    return module if name.depth == ir.GLOBAL else chain[name.depth]


def _span(node: ast.expr) -> Span:
    assert node.end_lineno is not None and node.end_col_offset is not None
    return Span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def _evaluated(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions of a program that must be found again in its IR, by their places."""
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.expr) and not _is_absorbed(node, field, child):
                yield child
            if isinstance(child, ast.AST):
                yield from _evaluated(child)


def _is_absorbed(parent: ast.AST, field: str, child: Any) -> bool:
    """Whether the parent stands for the child as well: signs, stars and the text of f-strings."""
    if isinstance(child, (ast.Starred, ast.FormattedValue)) or field == "format_spec":
        return True
    if isinstance(parent, (ast.JoinedStr, ast.UnaryOp)) or type(parent).__name__ == "TemplateStr":
        return isinstance(child, ast.Constant)
    if isinstance(parent, ast.Raise) and field == "cause":
        return isinstance(child, ast.Constant)
    # Tuples of `del` come apart.
    return isinstance(getattr(child, "ctx", None), ast.Del) and not hasattr(child, "value")


@pytest.mark.parametrize("path", sample(), ids=label)
def test_standard_library(path: Path) -> None:
    check(read(path))


def test_program_that_python_rejects_later_is_lowered() -> None:
    check(
        "return 1\nbreak\nyield 2\nawait f\nnonlocal q\n*a\n*b = c\n*d, *e = f\n"
        "class A:\n  nonlocal z\n  z = 1\n  return z\n  g = any((h := i) for i in j)\n"
        "  k = [l := m for m in n]\n"
        "def f(a):\n  global a\n  nonlocal b\n  b = a\n  del (a, [b])\n"
        "[x := 1 for x in y]\n"
        "match 1:\n  case a: pass\n  case b: pass\n"
        "match 1:\n  case [*a, *b]: pass\n"
    )


def test_generated_programs() -> None:
    hypothesmith = pytest.importorskip("hypothesmith")

    # Shrinking takes minutes with programs made by this package.
    @settings(
        max_examples=25,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(hypothesmith.from_node())
    def run(source: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check(source)

    run()


@settings(deadline=None)
@given(programs())
def test_scopes_of_any_shape(source: str) -> None:
    check(source)

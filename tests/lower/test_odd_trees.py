"""Trees that today's parser does not make: syntax to come, and positions that are not unique."""

from __future__ import annotations

import ast
from typing import Any

from ir_walk import walk

from detachlint.ir import nodes as ir
from detachlint.ir.printing import render_code
from detachlint.lower import lower_module

POSITION = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 9}


class NovelExpression(ast.expr):
    _fields = ("left", "clauses")


class NovelClause(ast.AST):
    _fields = ("value", "name")


class NovelStatement(ast.stmt):
    _fields = ("value", "body")


def novel(kind: type, **fields: Any) -> Any:
    node = kind()
    for name, value in {**POSITION, **fields}.items():
        setattr(node, name, value)
    return node


def module(*body: ast.stmt) -> ast.Module:
    return ast.Module(list(body), [])


def expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


def test_unknown_expression_is_opaque_and_evaluates_what_is_inside() -> None:
    clause = novel(NovelClause, value=expression("g(y)"), name="z")
    node = novel(NovelExpression, left=expression("f(x)"), clauses=[clause])
    assign = novel(ast.Assign, targets=ast.parse("a = 1").body[0].targets, value=node)
    text = render_code(lower_module(module(assign), "m"))
    assert text == "module m:\n    a = <opaque NovelExpression: f(x), g(y)>\n"


def test_unknown_statement_may_run_the_statements_inside() -> None:
    node = novel(NovelStatement, value=expression("f(x)"), body=ast.parse("a = 1\nb = a").body)
    assert render_code(lower_module(module(node), "m")) == (
        "module m:\n"
        "    <opaque NovelStatement: f(x)>\n"
        "    if <opaque NovelStatement>:\n"
        "        a = 1\n"
        "        b = a\n"
    )


def test_names_bound_inside_unknown_syntax_belong_to_the_function() -> None:
    function = ast.parse("def f(): pass").body[0]
    inside = ast.parse("a = (b := 1)\na, b").body
    function.body = [novel(NovelStatement, value=None, body=inside)]
    lowered = lower_module(module(function), "m")
    depths = {n.name: n.depth for n, _, _ in walk(lowered) if isinstance(n, ir.Name)}
    assert depths == {"f": ir.GLOBAL, "a": 0, "b": 0}


def test_variables_stay_apart_where_positions_are_equal() -> None:
    # As in f"{[x for x in a]} {[x for x in a]}" before Python 3.12.
    tree = ast.parse("[x for x in a], [x for x in a]\n0 < f() < g() < 1")
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            for name, value in POSITION.items():
                setattr(node, name, value)
    lowered = lower_module(tree, "m")
    assert len(lowered.variables) == 4
    bound = [n.target for n, _, _ in walk(lowered) if isinstance(n, (ir.Clause, ir.Bind))]
    assert len(set(bound)) == 4

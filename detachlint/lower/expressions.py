"""Expressions other than functions and comprehensions."""

from __future__ import annotations

import ast
from typing import Any, Literal

from detachlint.ir.nodes import (
    Argument,
    Attribute,
    Await,
    Bind,
    Call,
    Conditional,
    Constant,
    Display,
    Expression,
    Logical,
    Name,
    Opaque,
    Operator,
    Slice,
    Subscript,
    Yield,
)
from detachlint.lower.context import ExpressionHandler, Lowering, span_between
from detachlint.lower.scope import mangled

BINARY_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
}

_UNARY_OPERATORS: dict[type[ast.unaryop], str] = {
    ast.Not: "not",
    ast.USub: "unary -",
    ast.UAdd: "unary +",
    ast.Invert: "unary ~",
}

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def lower_constant(lowering: Lowering, node: ast.Constant) -> Expression:
    return Constant(node.value, lowering.span_of(node))


def lower_name(lowering: Lowering, node: ast.Name) -> Expression:
    return lowering.read(node.id, lowering.span_of(node))


def lower_attribute(lowering: Lowering, node: ast.Attribute) -> Attribute:
    value = lowering.expressions[type(node.value)](lowering, node.value)
    return Attribute(value, mangled(node.attr, lowering.scope.private), lowering.span_of(node))


def lower_subscript(lowering: Lowering, node: ast.Subscript) -> Subscript:
    table = lowering.expressions
    value = table[type(node.value)](lowering, node.value)
    return Subscript(value, table[type(node.slice)](lowering, node.slice), lowering.span_of(node))


def lower_slice(lowering: Lowering, node: ast.Slice) -> Expression:
    optional = lowering.optional
    return Slice(
        optional(node.lower), optional(node.upper), optional(node.step), lowering.span_of(node)
    )


# --- operators --------------------------------------------------------------------------------


def lower_binary(lowering: Lowering, node: ast.BinOp) -> Expression:
    table = lowering.expressions
    left = table[type(node.left)](lowering, node.left)
    right = table[type(node.right)](lowering, node.right)
    return Operator(BINARY_OPERATORS[type(node.op)], (left, right), lowering.span_of(node))


def lower_unary(lowering: Lowering, node: ast.UnaryOp) -> Expression:
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        if isinstance(value, (int, float, complex)) and not isinstance(value, bool):
            return Constant(
                -value, lowering.span_of(node)
            )  # what anyone would call a negative literal
    operand = lowering.expressions[type(node.operand)](lowering, node.operand)
    return Operator(_UNARY_OPERATORS[type(node.op)], (operand,), lowering.span_of(node))


def lower_comparison(lowering: Lowering, node: ast.Compare) -> Expression:
    """`a < b < c` evaluates `b` once: `a < (kept := b) and kept < c`."""
    span = lowering.span_of(node)
    operands = lowering.all_of([node.left, *node.comparators])
    names = [_COMPARISONS[type(operator)] for operator in node.ops]
    if len(names) == 1:
        return Operator(names[0], operands, span)
    tests: list[Expression] = []
    left = operands[0]
    for name, operand in zip(names, operands[1:], strict=True):
        is_last = len(tests) == len(names) - 1
        right, again = (operand, operand) if is_last else lowering.reusable(operand)
        tests.append(Operator(name, (left, right), span_between(left.span, right.span)))
        left = again
    return Logical("and", tuple(tests), span)


def lower_logical(lowering: Lowering, node: ast.BoolOp) -> Expression:
    name: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
    return Logical(name, lowering.all_of(node.values), lowering.span_of(node))


def lower_conditional(lowering: Lowering, node: ast.IfExp) -> Expression:
    table = lowering.expressions
    test = table[type(node.test)](lowering, node.test)
    body = table[type(node.body)](lowering, node.body)
    orelse = table[type(node.orelse)](lowering, node.orelse)
    return Conditional(test, body, orelse, lowering.span_of(node))


def lower_walrus(lowering: Lowering, node: ast.NamedExpr) -> Expression:
    variable, depth = lowering.scope.walrus(node.target.id)
    value = lowering.expressions[type(node.value)](lowering, node.value)
    return Bind(Name(variable, depth, lowering.span_of(node.target)), value, lowering.span_of(node))


# --- calls and displays -----------------------------------------------------------------------


def lower_call(lowering: Lowering, node: ast.Call) -> Expression:
    function = lowering.expressions[type(node.func)](lowering, node.func)
    return Call(
        function, lower_arguments(lowering, node.args, node.keywords), lowering.span_of(node)
    )


def lower_arguments(
    lowering: Lowering, positional: list[ast.expr], keywords: list[ast.keyword]
) -> tuple[Argument, ...]:
    """The arguments of a call or the bases of a class, in source order."""
    nodes: list[Any] = [*positional, *keywords]
    # `f(key=value, *rest)` is legal.
    if keywords and positional and isinstance(positional[-1], ast.Starred):
        nodes.sort(key=_start)
    return _items(lowering, nodes)


def _start(node: Any) -> tuple[int, int]:
    return (node.lineno, node.col_offset)


def _items(lowering: Lowering, nodes: list[Any]) -> tuple[Argument, ...]:
    table = lowering.expressions
    found: list[Argument] = []
    for node in nodes:
        kind = type(node)
        if kind is ast.Starred:
            found.append(Argument(table[type(node.value)](lowering, node.value), None, "*"))
        elif kind is ast.keyword:
            value = table[type(node.value)](lowering, node.value)
            found.append(Argument(value, node.arg, "" if node.arg is not None else "**"))
        else:
            found.append(Argument(table[kind](lowering, node)))
    return tuple(found)


def lower_list(lowering: Lowering, node: ast.List) -> Expression:
    return Display("list", _items(lowering, node.elts), (), lowering.span_of(node))


def lower_tuple(lowering: Lowering, node: ast.Tuple) -> Expression:
    return Display("tuple", _items(lowering, node.elts), (), lowering.span_of(node))


def lower_set(lowering: Lowering, node: ast.Set) -> Expression:
    return Display("set", _items(lowering, node.elts), (), lowering.span_of(node))


def lower_dict(lowering: Lowering, node: ast.Dict) -> Expression:
    keys: list[Expression | None] = []
    items: list[Argument] = []
    for key, value in zip(node.keys, node.values, strict=True):
        keys.append(lowering.optional(key))
        items.append(Argument(lowering.expression(value), None, "**" if key is None else ""))
    return Display("dict", tuple(items), tuple(keys), lowering.span_of(node))


def lower_format_string(lowering: Lowering, node: ast.JoinedStr) -> Expression:
    """The pieces of text and the values that are formatted, with how they are."""
    return _joined(lowering, node, "")


def _joined(lowering: Lowering, node: ast.JoinedStr, before: str) -> Expression:
    """An f-string, or a format specification, as `before` and what it says."""
    span = lowering.span_of(node)
    pieces: list[Expression] = [Constant(before, span)] if before else []
    keys: list[Expression | None] = [None] * len(pieces)
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            pieces.append(lowering.expression(part.value))
            keys.append(_format_of(lowering, part))
        else:
            pieces.append(lowering.expression(part))
            keys.append(None)
    if all(isinstance(part, ast.Constant) for part in node.values):
        texts = [str(piece.value) for piece in pieces if isinstance(piece, Constant)]
        return Constant("".join(texts), span)
    return Display("string", tuple(map(Argument, pieces)), tuple(keys), span)


def _format_of(lowering: Lowering, part: ast.FormattedValue) -> Expression | None:
    conversion = f"!{chr(part.conversion)}" if part.conversion > 0 else ""
    if isinstance(part.format_spec, ast.JoinedStr):
        return _joined(lowering, part.format_spec, f"{conversion}:")
    return Constant(conversion, lowering.span_of(part)) if conversion else None


def lower_template_string(lowering: Lowering, node: Any) -> Expression:
    """`t"…"` makes a `Template` object, which is not modelled."""
    return Opaque(
        "template string", tuple(_interpolated(lowering, node.values)), lowering.span_of(node)
    )


def _interpolated(lowering: Lowering, parts: list[Any]) -> list[Expression]:
    found: list[Expression] = []
    for part in parts:
        if isinstance(part, ast.Constant):
            continue
        found.append(lowering.expression(part.value))
        if part.format_spec is not None:
            found += _interpolated(lowering, part.format_spec.values)
    return found


# --- generators and coroutines ----------------------------------------------------------------


def lower_yield(lowering: Lowering, node: ast.Yield) -> Expression:
    lowering.frame.yields = True
    return Yield(lowering.optional(node.value), False, lowering.span_of(node))


def lower_yield_from(lowering: Lowering, node: ast.YieldFrom) -> Expression:
    lowering.frame.yields = True
    return Yield(lowering.expression(node.value), True, lowering.span_of(node))


def lower_await(lowering: Lowering, node: ast.Await) -> Expression:
    lowering.frame.awaits = True
    return Await(
        lowering.expressions[type(node.value)](lowering, node.value), lowering.span_of(node)
    )


def lower_starred(lowering: Lowering, node: ast.Starred) -> Expression:
    """A star where nothing is unpacked into: `*args: *Ts`, or a program that Python rejects."""
    return Opaque("starred expression", (lowering.expression(node.value),), lowering.span_of(node))


EXPRESSIONS: dict[type, ExpressionHandler] = {
    ast.Constant: lower_constant,
    ast.Name: lower_name,
    ast.Attribute: lower_attribute,
    ast.Subscript: lower_subscript,
    ast.Slice: lower_slice,
    ast.BinOp: lower_binary,
    ast.UnaryOp: lower_unary,
    ast.Compare: lower_comparison,
    ast.BoolOp: lower_logical,
    ast.IfExp: lower_conditional,
    ast.NamedExpr: lower_walrus,
    ast.Call: lower_call,
    ast.List: lower_list,
    ast.Tuple: lower_tuple,
    ast.Set: lower_set,
    ast.Dict: lower_dict,
    ast.JoinedStr: lower_format_string,
    ast.Yield: lower_yield,
    ast.YieldFrom: lower_yield_from,
    ast.Await: lower_await,
    ast.Starred: lower_starred,
}

if hasattr(ast, "TemplateStr"):  # Python 3.14
    EXPRESSIONS[ast.TemplateStr] = lower_template_string

"""Statements other than definitions and `match`."""

from __future__ import annotations

import ast

from detachlint.ir.nodes import (
    GLOBAL,
    Assign,
    AugmentedAssign,
    Block,
    Call,
    Constant,
    Delete,
    Evaluate,
    Expression,
    For,
    Handler,
    If,
    Import,
    Jump,
    Name,
    Opaque,
    Operator,
    Raise,
    Return,
    Statement,
    Try,
    While,
    With,
)
from detachlint.lower.context import (
    Lowering,
    StatementHandler,
    positional,
    span_between,
)
from detachlint.lower.expressions import BINARY_OPERATORS
from detachlint.lower.scope import mangled
from detachlint.lower.targets import deleted_targets, lower_simple_target, lower_target
from detachlint.source.span import Span

# --- binding -----------------------------------------------------------------------------------


def lower_evaluate(lowering: Lowering, node: ast.Expr, out: list[Statement]) -> None:
    out.append(Evaluate(lowering.expression(node.value), lowering.span_of(node)))


def lower_assign(lowering: Lowering, node: ast.Assign, out: list[Statement]) -> None:
    value = lowering.expression(node.value)
    targets = tuple([lower_target(lowering, target) for target in node.targets])
    out.append(Assign(targets, value, None, lowering.span_of(node)))


def lower_annotated(lowering: Lowering, node: ast.AnnAssign, out: list[Statement]) -> None:
    value = lowering.optional(node.value)
    target = lower_target(lowering, node.target)
    out.append(
        Assign((target,), value, lowering.expression(node.annotation), lowering.span_of(node))
    )


def lower_augmented(lowering: Lowering, node: ast.AugAssign, out: list[Statement]) -> None:
    target = lower_simple_target(lowering, node.target)
    value = lowering.expression(node.value)
    out.append(
        AugmentedAssign(target, BINARY_OPERATORS[type(node.op)], value, lowering.span_of(node))
    )


def lower_delete(lowering: Lowering, node: ast.Delete, out: list[Statement]) -> None:
    span = lowering.span_of(node)
    for operand in node.targets:
        out.extend([Delete(target, span) for target in deleted_targets(lowering, operand)])


def lower_import(lowering: Lowering, node: ast.Import, out: list[Statement]) -> None:
    for alias in node.names:
        span = lowering.span_of(alias)
        module = mangled(alias.name, lowering.scope.private)
        top_level = alias.asname is None and "." in module
        target = lowering.variable(alias.asname or alias.name.partition(".")[0], span)
        out.append(Assign((target,), Import(module, 0, None, top_level, span), None, span))


def lower_import_from(lowering: Lowering, node: ast.ImportFrom, out: list[Statement]) -> None:
    """`from module import *` evaluates to an `Import` of `"*"`: what it binds, who knows."""
    private = lowering.scope.private
    module = mangled(node.module or "", private)
    for alias in node.names:
        span = lowering.span_of(alias)
        value = Import(module, node.level, mangled(alias.name, private), False, span)
        if alias.name == "*":
            out.append(Evaluate(value, span))
        else:
            target = lowering.variable(alias.asname or alias.name, span)
            out.append(Assign((target,), value, None, span))


def lower_nothing(lowering: Lowering, node: ast.stmt, out: list[Statement]) -> None:
    """`pass`, and `global` and `nonlocal`, which the scopes have heard already."""


# --- control flow -----------------------------------------------------------------------------


def lower_if(lowering: Lowering, node: ast.If, out: list[Statement]) -> None:
    """What `if TYPE_CHECKING:` imports is imported first: it never runs, but annotations mean it."""
    test = lowering.expression(node.test)
    body, orelse = lowering.block(node.body), lowering.block(node.orelse)
    if "TYPE_CHECKING" in (getattr(node.test, "id", ""), getattr(node.test, "attr", "")):
        out.extend([each for each in body if _is_import(each)])
    out.append(If(test, body, orelse, lowering.span_of(node)))


def _is_import(statement: Statement) -> bool:
    return isinstance(statement, Assign) and isinstance(statement.value, Import)


def lower_for(lowering: Lowering, node: ast.For | ast.AsyncFor, out: list[Statement]) -> None:
    iterable = lowering.expression(node.iter)
    target = lower_target(lowering, node.target)
    body, orelse = lowering.block(node.body), lowering.block(node.orelse)
    out.append(For(target, iterable, body, orelse, lowering.span_of(node)))


def lower_while(lowering: Lowering, node: ast.While, out: list[Statement]) -> None:
    test = lowering.expression(node.test)
    out.append(
        While(test, lowering.block(node.body), lowering.block(node.orelse), lowering.span_of(node))
    )


def lower_with(lowering: Lowering, node: ast.With | ast.AsyncWith, out: list[Statement]) -> None:
    """Several managers become one `with` in the other."""
    entered = []
    for item in node.items:
        manager = lowering.expression(item.context_expr)
        target = None
        if item.optional_vars is not None:
            target = lower_target(lowering, item.optional_vars)
        entered.append((manager, target))
    body = lowering.block(node.body)
    whole = lowering.span_of(node)
    for manager, target in reversed(entered[1:]):
        body = (With(manager, target, body, span_between(manager.span, whole)),)
    out.append(With(*entered[0], body, whole))


def lower_return(lowering: Lowering, node: ast.Return, out: list[Statement]) -> None:
    out.append(Return(lowering.optional(node.value), lowering.span_of(node)))


def lower_raise(lowering: Lowering, node: ast.Raise, out: list[Statement]) -> None:
    span = lowering.span_of(node)
    cause = lowering.optional(node.cause)
    if cause is not None and not isinstance(cause, Constant):  # `from None` evaluates nothing
        out.append(Evaluate(cause, cause.span))
    out.append(Raise(lowering.optional(node.exc), span))


def lower_assert(lowering: Lowering, node: ast.Assert, out: list[Statement]) -> None:
    span = lowering.span_of(node)
    test = lowering.expression(node.test)
    message = lowering.all_of([] if node.msg is None else [node.msg])
    # Python does not look the name up: no program can put another exception there.
    error = Call(Name("AssertionError", GLOBAL, span), positional(message), span)
    out.append(If(Operator("not", (test,), test.span), (Raise(error, span),), (), span))


def lower_jump(lowering: Lowering, node: ast.Break | ast.Continue, out: list[Statement]) -> None:
    out.append(Jump("break" if isinstance(node, ast.Break) else "continue", lowering.span_of(node)))


# --- exceptions -------------------------------------------------------------------------------


def lower_try(lowering: Lowering, node: ast.Try, out: list[Statement]) -> None:
    body = lowering.block(node.body)
    handlers = tuple([_handler(lowering, handler) for handler in node.handlers])
    orelse, final = lowering.block(node.orelse), lowering.block(node.finalbody)
    out.append(Try(body, handlers, orelse, final, lowering.span_of(node)))


def _handler(lowering: Lowering, node: ast.ExceptHandler) -> Handler:
    kind = lowering.optional(node.type)
    name = (
        None
        if node.name is None
        else lowering.variable(node.name, _header_of(lowering, node, kind))
    )
    return Handler(kind, name, lowering.block(node.body), lowering.span_of(node))


def _header_of(lowering: Lowering, node: ast.ExceptHandler, kind: Expression | None) -> Span:
    span = lowering.span_of(node)
    return span if kind is None else span_between(span, kind.span)


def lower_try_star(lowering: Lowering, node: ast.Try, out: list[Statement]) -> None:
    """`except*`: each handler may run, one after the other, with a part of what was raised.

    So there is one handler that catches everything and asks, opaquely, for each part; what is left
    over is raised again.
    """
    span = lowering.span_of(node)
    body = lowering.block(node.body)
    group = lowering.temporary("group", span)
    caught: list[Statement] = []
    for handler in node.handlers:
        caught.append(_part_of_group(lowering, handler, group))
    left_over = Opaque("rest of an exception group", (group,), span)
    caught.append(If(left_over, (Raise(None, span),), (), span))
    orelse, final = lowering.block(node.orelse), lowering.block(node.finalbody)
    out.append(Try(body, (Handler(None, group, tuple(caught), span),), orelse, final, span))


def _part_of_group(lowering: Lowering, node: ast.ExceptHandler, group: Name) -> If:
    kind = lowering.optional(node.type)
    span = _header_of(lowering, node, kind)
    matches = Opaque("except*", (group,) if kind is None else (group, kind), span)
    body: Block = lowering.block(node.body)
    if node.name is not None:
        name = lowering.variable(node.name, span)
        part = Opaque("part of an exception group", (group,), span)
        body = (Assign((name,), part, None, span), *body, Delete(name, span))
    return If(matches, body, (), lowering.span_of(node))


STATEMENTS: dict[type, StatementHandler] = {
    ast.Expr: lower_evaluate,
    ast.Assign: lower_assign,
    ast.AnnAssign: lower_annotated,
    ast.AugAssign: lower_augmented,
    ast.Delete: lower_delete,
    ast.Import: lower_import,
    ast.ImportFrom: lower_import_from,
    ast.Global: lower_nothing,
    ast.Nonlocal: lower_nothing,
    ast.Pass: lower_nothing,
    ast.If: lower_if,
    ast.For: lower_for,
    ast.AsyncFor: lower_for,
    ast.While: lower_while,
    ast.With: lower_with,
    ast.AsyncWith: lower_with,
    ast.Return: lower_return,
    ast.Raise: lower_raise,
    ast.Assert: lower_assert,
    ast.Break: lower_jump,
    ast.Continue: lower_jump,
    ast.Try: lower_try,
}

if hasattr(ast, "TryStar"):  # Python 3.11
    STATEMENTS[ast.TryStar] = lower_try_star

"""What the lowering of one file carries along: tables of handlers, and the scope it stands in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, TypeAlias, cast

from detachlint.ir.nodes import (
    GLOBAL,
    Argument,
    Bind,
    Block,
    Constant,
    Evaluate,
    Expression,
    If,
    Name,
    Opaque,
    Statement,
)
from detachlint.lower.resolve import TYPE_PARAMETER, Frame, Scope
from detachlint.lower.scope import Bindings
from detachlint.source.span import Span

ExpressionHandler: TypeAlias = "Callable[[Lowering, Any], Expression]"
StatementHandler: TypeAlias = "Callable[[Lowering, Any, list[Statement]], None]"
"""Appends what a statement becomes, which may be nothing or several, to the list."""

_position = attrgetter("lineno", "col_offset", "end_lineno", "end_col_offset")
_new_span = cast("Callable[[type[Span], tuple[int, int, int, int, str]], Span]", tuple.__new__)


def span_between(first: Span, last: Span) -> Span:
    """From the start of one span to the end of another."""
    return Span(first.line, first.column, last.end_line, last.end_column, first.file)


def opaque(lowering: Lowering, node: Any) -> Opaque:
    """The handler of expressions that are not known: evaluates all expressions inside."""
    operands: list[Expression] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            operands.append(lowering.expression(child))
        elif not isinstance(child, ast.stmt):
            operands.extend(opaque(lowering, child).operands)
    span = lowering.span_of(node) if hasattr(node, "lineno") else Span(1, 0, 1, 0, lowering.file)
    return Opaque(type(node).__name__, tuple(operands), span)


def opaque_statement(lowering: Lowering, node: Any, out: list[Statement]) -> None:
    """The same for statements: evaluates all expressions, and may run the statements inside."""
    unknown = opaque(lowering, node)
    out.append(Evaluate(unknown, unknown.span))
    inside = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    if inside:
        test = Opaque(unknown.reason, (), unknown.span)
        out.append(If(test, lowering.block(inside), (), unknown.span))


class _ExpressionTable(dict[type, ExpressionHandler]):
    """Handlers by type of node; falls back on `opaque` for syntax of Python versions to come."""

    def __missing__(self, kind: type) -> ExpressionHandler:
        return opaque


class _StatementTable(dict[type, StatementHandler]):
    """Handlers by type of node; falls back on `opaque_statement`."""

    def __missing__(self, kind: type) -> StatementHandler:
        return opaque_statement


class Lowering:
    """The lowering of one file.

    `expressions` and `statements` are the handlers by type of syntax node, `scope` is where the
    code being lowered stands, `file` what goes into the spans. Handlers call the tables directly
    where it matters: a method in between would cost a Python frame for each level of nesting.
    """

    __slots__ = ("_file", "bindings", "expressions", "file", "scope", "statements")

    def __init__(
        self,
        bindings: dict[ast.AST, Bindings],
        expressions: dict[type, ExpressionHandler],
        statements: dict[type, StatementHandler],
        scope: Scope,
        file: str = "",
    ) -> None:
        self.file = file
        self._file = (file,)
        self.bindings = bindings
        self.expressions = _ExpressionTable(expressions)
        self.statements = _StatementTable(statements)
        self.scope = scope

    @property
    def frame(self) -> Frame:
        """The frame that holds the variables bound here."""
        return self.scope.frame

    def span_of(self, node: ast.AST) -> Span:
        """Where a node stands; it must be of a kind that has a position."""
        return _new_span(Span, _position(node) + self._file)

    def expression(self, node: ast.AST) -> Expression:
        """An expression, lowered."""
        return self.expressions[type(node)](self, node)

    def optional(self, node: ast.AST | None) -> Expression | None:
        """An expression that may be missing, lowered."""
        return None if node is None else self.expressions[type(node)](self, node)

    def all_of(self, nodes: Iterable[ast.AST]) -> tuple[Expression, ...]:
        """Several expressions, lowered."""
        table = self.expressions
        return tuple([table[type(node)](self, node) for node in nodes])

    def block(self, nodes: Iterable[ast.stmt]) -> Block:
        """Statements, lowered."""
        table = self.statements
        out: list[Statement] = []
        for node in nodes:
            table[type(node)](self, node, out)
        return tuple(out)

    def read(self, name: str, span: Span) -> Expression:
        """The value of what `name` means here."""
        variable, depth = self.scope.names[name]
        if depth == TYPE_PARAMETER:
            return Opaque("type parameter", (), span)
        return Name(variable, depth, span)

    def variable(self, name: str, span: Span) -> Name:
        """The variable that a binding of `name` here binds."""
        variable, depth = self.scope.names[name]
        return Name(variable, max(depth, GLOBAL), span)

    def temporary(self, stem: str, span: Span) -> Name:
        """A new variable of the frame around."""
        frame = self.scope.frame
        return Name(frame.make_up(stem, span), frame.own_depth, span)

    def reusable(self, value: Expression) -> tuple[Expression, Expression]:
        """A value as two expressions: one that evaluates it, one to read it again afterwards.

        Reading a name or a constant twice costs nothing and keeps what tests tell about the name.
        """
        if isinstance(value, (Name, Constant)):
            return value, value
        kept = self.temporary("value", value.span)
        return Bind(kept, value, value.span), kept


def positional(values: Iterable[Expression]) -> tuple[Argument, ...]:
    """Plain arguments or items."""
    return tuple([Argument(value) for value in values])

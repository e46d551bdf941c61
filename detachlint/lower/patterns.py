"""`match`: patterns become tests, attribute and item reads, and `Bind`s, under nested `If`s.

A pattern is lowered to a conjunction of tests. A capture is written as a test that holds whatever
the value, `(name := value,)`: a tuple with something in it. As in Python, captures come after all
tests of the pattern, so a pattern that does not match binds nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from detachlint.ir.nodes import (
    GLOBAL,
    Argument,
    Assign,
    Attribute,
    Bind,
    Block,
    Call,
    Constant,
    Display,
    Evaluate,
    Expression,
    If,
    Logical,
    Name,
    Operator,
    Slice,
    Statement,
    Subscript,
)
from detachlint.lower.context import Lowering, StatementHandler, positional, span_between
from detachlint.lower.scope import mangled
from detachlint.source.span import Span

_MATCHED_AS_A_WHOLE = frozenset(
    kind.__name__
    for kind in (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
)
"""Built-in classes whose positional pattern is matched against the subject itself (PEP 634)."""


def lower_match(lowering: Lowering, node: ast.Match, out: list[Statement]) -> None:
    """The cases as an `if` … `elif` … chain over the subject, which is evaluated once."""
    subject = lowering.expression(node.subject)
    if not isinstance(subject, Name) or subject.name in _captured_names(lowering, node):
        kept = lowering.temporary("subject", subject.span)
        out.append(Assign((kept,), subject, None, subject.span))
        subject = kept
    elif _is_wildcard(node.cases[0].pattern):  # which reads nothing
        out.append(Evaluate(subject, subject.span))
    orelse: Block = ()
    for case in reversed(node.cases):
        orelse = _case(lowering, case, subject, orelse)
    out.extend(orelse)


def _is_wildcard(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.name is None


def _captured_names(lowering: Lowering, node: ast.Match) -> set[str]:
    """The names bound by patterns and guards: a subject that is one of them has to be kept."""
    found: set[str] = set()
    for case in node.cases:
        for part in (case.pattern, case.guard):
            for inner in ast.walk(part) if part is not None else ():
                if isinstance(inner, (ast.MatchAs, ast.MatchStar)) and inner.name is not None:
                    found.add(inner.name)
                elif isinstance(inner, ast.MatchMapping) and inner.rest is not None:
                    found.add(inner.rest)
                elif isinstance(inner, ast.NamedExpr):
                    found.add(inner.target.id)
    return {mangled(name, lowering.scope.private) for name in found}


def _case(lowering: Lowering, node: ast.match_case, subject: Name, orelse: Block) -> Block:
    pattern = _Pattern(lowering)
    pattern.match(node.pattern, subject)
    guard = lowering.optional(node.guard)
    body = lowering.block(node.body)
    if guard is None and not pattern.tests:
        bound = [
            Assign((bind.target,), bind.value, None, bind.span) for bind, _ in pattern.captures
        ]
        return (*bound, *body)
    conditions = pattern.conditions() + ([] if guard is None else [guard])
    test = _all_of(conditions, lowering.span_of(node.pattern))
    return (If(test, body, orelse, _case_span(lowering, node)),)


def _case_span(lowering: Lowering, node: ast.match_case) -> Span:
    """`match_case` has no position of its own."""
    return span_between(lowering.span_of(node.pattern), lowering.span_of(node.body[-1]))


def _all_of(conditions: list[Expression], span: Span) -> Expression:
    if not conditions:
        return Constant(True, span)
    return conditions[0] if len(conditions) == 1 else Logical("and", tuple(conditions), span)


def _builtin(name: str, arguments: tuple[Expression, ...], span: Span) -> Call:
    return Call(Name(name, GLOBAL, span), positional(arguments), span)


def _held(*expressions: Expression) -> Expression:
    """A test that evaluates the expressions and holds."""
    return Display("tuple", positional(expressions), (), expressions[0].span)


class _Pattern:
    """The tests of a pattern, and what it captures when they hold.

    A capture is the `Bind` and what is to be evaluated after it.
    """

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self.tests: list[Expression] = []
        self.captures: list[tuple[Bind, tuple[Expression, ...]]] = []

    def conditions(self) -> list[Expression]:
        """Everything as tests."""
        return [*self.tests, *[_held(bind, *after) for bind, after in self.captures]]

    def match(self, node: Any, subject: Expression) -> None:
        """Add what it takes for the subject to match; `subject` is free of effects."""
        _PATTERNS[type(node)](self, node, subject)

    def keep(self, stem: str, value: Expression) -> Expression:
        """The value in a form that may be evaluated several times."""
        if isinstance(value, (Name, Constant)):
            return value
        kept = self.lowering.temporary(stem, value.span)
        self.tests.append(_held(Bind(kept, value, value.span)))
        return kept

    def capture(self, node: ast.pattern, name: str, value: Expression, *after: Expression) -> None:
        """Bind a name of the program."""
        span = self.lowering.span_of(node)
        self.captures.append((Bind(self.lowering.variable(name, span), value, span), after))


def _match_value(pattern: _Pattern, node: ast.MatchValue, subject: Expression) -> None:
    value = pattern.lowering.expression(node.value)
    pattern.tests.append(Operator("==", (subject, value), pattern.lowering.span_of(node)))


def _match_singleton(pattern: _Pattern, node: ast.MatchSingleton, subject: Expression) -> None:
    span = pattern.lowering.span_of(node)
    pattern.tests.append(Operator("is", (subject, Constant(node.value, span)), span))


def _match_as(pattern: _Pattern, node: ast.MatchAs, subject: Expression) -> None:
    if node.pattern is not None:
        subject = pattern.keep("subject", subject)
        pattern.match(node.pattern, subject)
    if node.name is not None:
        pattern.capture(node, node.name, subject)


def _match_or(pattern: _Pattern, node: ast.MatchOr, subject: Expression) -> None:
    subject = pattern.keep("subject", subject)
    alternatives: list[Expression] = []
    for alternative in node.patterns:
        inner = _Pattern(pattern.lowering)
        inner.match(alternative, subject)
        alternatives.append(_all_of(inner.conditions(), pattern.lowering.span_of(alternative)))
    pattern.tests.append(Logical("or", tuple(alternatives), pattern.lowering.span_of(node)))


def _match_sequence(pattern: _Pattern, node: ast.MatchSequence, subject: Expression) -> None:
    subject = pattern.keep("subject", subject)
    span = pattern.lowering.span_of(node)
    count = len(node.patterns)
    stars = [i for i, item in enumerate(node.patterns) if isinstance(item, ast.MatchStar)]
    minimum = Constant(count - len(stars), span)
    longer = Constant(bool(stars), span)
    pattern.tests.append(Operator("is sequence", (subject, minimum, longer), span))
    for index, item in enumerate(node.patterns):
        place = pattern.lowering.span_of(item)
        if isinstance(item, ast.MatchStar):
            if item.name is not None:
                pattern.capture(item, item.name, _slice_of(subject, index, count, place))
        else:
            # After a star, count from the end.
            position = index - count if stars and index > stars[0] else index
            pattern.match(item, Subscript(subject, Constant(position, place), place))


def _slice_of(subject: Expression, index: int, count: int, span: Span) -> Expression:
    """What a star captures, which is a list whatever the subject: `[*subject[index:end]]`."""
    after = count - index - 1
    end = Constant(-after, span) if after else None
    items = Subscript(subject, Slice(Constant(index, span), end, None, span), span)
    return Display("list", (Argument(items, None, "*"),), (), span)


def _match_mapping(pattern: _Pattern, node: ast.MatchMapping, subject: Expression) -> None:
    subject = pattern.keep("subject", subject)
    span = pattern.lowering.span_of(node)
    pattern.tests.append(Operator("is mapping", (subject,), span))
    keys: list[Expression] = []
    for key_node, item in zip(node.keys, node.patterns, strict=True):
        key = pattern.keep("key", pattern.lowering.expression(key_node))
        keys.append(key)
        pattern.tests.append(Operator("in", (key, subject), key.span))
        pattern.match(item, Subscript(subject, key, pattern.lowering.span_of(item)))
    if node.rest is not None:
        rest = pattern.lowering.variable(node.rest, span)
        copy = Display("dict", (Argument(subject, None, "**"),), (None,), span)
        removed = [Call(Attribute(rest, "pop", span), positional([key]), span) for key in keys]
        pattern.capture(node, node.rest, copy, *removed)


def _match_class(pattern: _Pattern, node: ast.MatchClass, subject: Expression) -> None:
    subject = pattern.keep("subject", subject)
    span = pattern.lowering.span_of(node)
    kind = pattern.lowering.expression(node.cls)
    positional_patterns = list(node.patterns)
    is_whole = isinstance(kind, Name) and kind.depth == GLOBAL and kind.name in _MATCHED_AS_A_WHOLE
    if positional_patterns and not is_whole:
        kind = pattern.keep("class", kind)
    pattern.tests.append(_builtin("isinstance", (subject, kind), span))
    if is_whole and positional_patterns:
        pattern.match(positional_patterns.pop(0), subject)
    for index, item in enumerate(positional_patterns):
        place = pattern.lowering.span_of(item)
        names = Attribute(kind, "__match_args__", place)
        name = pattern.keep("name", Subscript(names, Constant(index, place), place))
        pattern.tests.append(_builtin("hasattr", (subject, name), place))
        pattern.match(item, _builtin("getattr", (subject, name), place))
    for attribute, item in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
        place = pattern.lowering.span_of(item)
        pattern.tests.append(_builtin("hasattr", (subject, Constant(attribute, place)), place))
        pattern.match(item, Attribute(subject, attribute, place))


_PATTERNS: dict[type, Callable[[_Pattern, Any, Expression], None]] = {
    ast.MatchValue: _match_value,
    ast.MatchSingleton: _match_singleton,
    ast.MatchAs: _match_as,
    ast.MatchOr: _match_or,
    ast.MatchSequence: _match_sequence,
    ast.MatchMapping: _match_mapping,
    ast.MatchClass: _match_class,
}

STATEMENTS: dict[type, StatementHandler] = {ast.Match: lower_match}

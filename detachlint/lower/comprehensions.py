"""Comprehensions, and generator expressions as the calls of generator functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from detachlint.ir.nodes import (
    Argument,
    Block,
    Call,
    Clause,
    Comprehension,
    Evaluate,
    Expression,
    For,
    If,
    MakeFunction,
    Name,
    Parameter,
    ParameterKind,
    Return,
    Yield,
)
from detachlint.lower.context import ExpressionHandler, Lowering
from detachlint.lower.resolve import Frame, Scope
from detachlint.lower.targets import lower_target

_Eager: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp


def lower_comprehension(lowering: Lowering, node: _Eager) -> Expression:
    """An eager comprehension: its variables become made-up names of the frame around."""
    outermost = lowering.expression(node.generators[0].iter)
    if lowering.frame.kind != "class" or not lowering.bindings[node].makes_functions:
        return _eager(lowering, node, outermost)

    # Functions made in the comprehension hold on to its variables, but no function can see the
    # frame of a class: so here, as Python did everywhere until 3.12, a function of its own.
    def body(iterable: Expression) -> Block:
        return (Return(_eager(lowering, node, iterable), lowering.span_of(node)),)

    return _call_of_function(lowering, node, f"<{_KINDS[type(node)]}comp>", {}, outermost, body)


_KINDS: dict[type, Literal["list", "set", "dict"]] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
}


def _eager(lowering: Lowering, node: _Eager, outermost: Expression) -> Comprehension:
    span = lowering.span_of(node)
    outer = lowering.scope
    own = {name: outer.frame.make_up(name, span) for name in sorted(lowering.bindings[node].bound)}
    lowering.scope = Scope("comprehension", outer.frame, outer, outer.private, own)
    clauses: list[Clause] = []
    for generator in node.generators:
        iterable = lowering.expression(generator.iter) if clauses else outermost
        target = lower_target(lowering, generator.target)
        clauses.append(Clause(target, iterable, lowering.all_of(generator.ifs)))
        outer.frame.awaits |= bool(generator.is_async)
    key, element = None, node.value if isinstance(node, ast.DictComp) else node.elt
    if isinstance(node, ast.DictComp):
        key = lowering.expression(node.key)
    comprehension = Comprehension(
        _KINDS[type(node)], key, lowering.expression(element), tuple(clauses), span
    )
    lowering.scope = outer
    return comprehension


def lower_generator(lowering: Lowering, node: ast.GeneratorExp) -> Expression:
    """`(element for target in iterable)` calls, on the iterable, a function that loops and yields.

    The iterable is evaluated at once and where the expression stands, all the rest is not.
    """

    def body(iterable: Expression) -> Block:
        return _loop(lowering, node, 0, iterable)

    own = {name: name for name in lowering.bindings[node].bound}
    outermost = lowering.expression(node.generators[0].iter)
    return _call_of_function(lowering, node, "<genexpr>", own, outermost, body)


def _loop(lowering: Lowering, node: ast.GeneratorExp, index: int, iterable: Expression) -> Block:
    """The loop of one clause with those of the clauses after it inside."""
    clause = node.generators[index]
    span = lowering.span_of(node)
    target = lower_target(lowering, clause.target)
    conditions = lowering.all_of(clause.ifs)
    lowering.frame.awaits |= bool(clause.is_async)
    if index + 1 < len(node.generators):
        inner = lowering.expression(node.generators[index + 1].iter)
        body = _loop(lowering, node, index + 1, inner)
    else:
        lowering.frame.yields = True
        place = lowering.span_of(node.elt)
        body = (Evaluate(Yield(lowering.expression(node.elt), False, place), place),)
    for condition in reversed(conditions):
        body = (If(condition, body, (), condition.span),)
    return (For(target, iterable, body, (), span),)


def _call_of_function(
    lowering: Lowering,
    node: ast.GeneratorExp | _Eager,
    name: str,
    own: Mapping[str, str],
    outermost: Expression,
    lower_body: Callable[[Expression], Block],
) -> Call:
    """A function of one made-up parameter, called with the outermost iterable."""
    span = lowering.span_of(node)
    outer = lowering.scope
    frame = Frame("comprehension", outer.frame.inner_name(name), outer.frame, own.values())
    given = Name(frame.make_up("iterable", outermost.span), 0, outermost.span)
    parameter = Parameter(given.name, ParameterKind.POSITIONAL_ONLY, None, None, outermost.span)
    lowering.scope = Scope("comprehension", frame, outer, outer.private, own)
    body = lower_body(given)
    lowering.scope = outer
    code = frame.code("function", name, (parameter,), body, span, is_async=frame.awaits)
    return Call(MakeFunction(code, (), span), (Argument(outermost),), span)


EXPRESSIONS: dict[type, ExpressionHandler] = {
    ast.ListComp: lower_comprehension,
    ast.SetComp: lower_comprehension,
    ast.DictComp: lower_comprehension,
    ast.GeneratorExp: lower_generator,
}

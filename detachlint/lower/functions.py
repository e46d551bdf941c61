"""Functions, lambdas and classes: what makes a frame of its own."""

from __future__ import annotations

import ast
from typing import Any

from detachlint.ir.nodes import (
    Assign,
    Block,
    Evaluate,
    Expression,
    MakeClass,
    MakeFunction,
    Opaque,
    Parameter,
    ParameterKind,
    Return,
    Statement,
)
from detachlint.lower.context import (
    ExpressionHandler,
    Lowering,
    StatementHandler,
)
from detachlint.lower.expressions import lower_arguments
from detachlint.lower.resolve import Frame, Scope
from detachlint.lower.scope import mangled


def lower_function(
    lowering: Lowering, node: ast.FunctionDef | ast.AsyncFunctionDef, out: list[Statement]
) -> None:
    """`def` and `async def`: an assignment of the function object."""
    span = lowering.span_of(node)
    decorators = lowering.all_of(node.decorator_list)
    defaults = _defaults(lowering, node.args)
    outer = lowering.scope
    _enter_type_parameters(lowering, node, outer.private, out)
    parameters = _parameters(lowering, node.args, defaults)
    returns = lowering.optional(node.returns)
    frame = _enter_function(lowering, node, _definition_name(outer, node.name))
    body = lowering.block(node.body)
    lowering.scope = outer
    is_async = isinstance(node, ast.AsyncFunctionDef)
    code = frame.code(
        "function", node.name, parameters, body, span, is_async=is_async, returns=returns
    )
    target = lowering.variable(node.name, span)
    out.append(Assign((target,), MakeFunction(code, decorators, span), None, span))


def lower_lambda(lowering: Lowering, node: ast.Lambda) -> Expression:
    """A function whose body is one `return`."""
    span = lowering.span_of(node)
    outer = lowering.scope
    parameters = _parameters(lowering, node.args, _defaults(lowering, node.args))
    frame = _enter_function(lowering, node, outer.frame.inner_name("<lambda>"))
    body: Block = (Return(lowering.expression(node.body), lowering.span_of(node.body)),)
    lowering.scope = outer
    return MakeFunction(frame.code("lambda", "<lambda>", parameters, body, span), (), span)


def lower_class(lowering: Lowering, node: ast.ClassDef, out: list[Statement]) -> None:
    """`class`: an assignment of the class object."""
    span = lowering.span_of(node)
    decorators = lowering.all_of(node.decorator_list)
    outer = lowering.scope
    _enter_type_parameters(lowering, node, node.name, out)
    bases = lower_arguments(lowering, node.bases, node.keywords)
    around = lowering.scope
    bindings = lowering.bindings[node]
    frame = Frame("class", _definition_name(outer, node.name), outer.frame, bindings.bound)
    own = {name: name for name in bindings.bound}
    lowering.scope = Scope("class", frame, around, node.name, own, bindings.global_names)
    body = lowering.block(node.body)
    lowering.scope = outer
    code = frame.code("class", node.name, (), body, span)
    target = lowering.variable(node.name, span)
    out.append(Assign((target,), MakeClass(code, bases, decorators, span), None, span))


def _definition_name(outer: Scope, name: str) -> str:
    """The `__qualname__`: what is declared `global` is named as if it stood in the module."""
    if mangled(name, outer.private) in outer.global_names:
        return name
    return outer.frame.inner_name(name)


def _enter_function(
    lowering: Lowering,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    qualified_name: str,
) -> Frame:
    bindings = lowering.bindings[node]
    outer = lowering.scope
    frame = Frame("function", qualified_name, outer.frame, bindings.bound)
    own = {name: name for name in bindings.bound}
    lowering.scope = Scope("function", frame, outer, outer.private, own, bindings.global_names)
    return frame


# --- parameters -------------------------------------------------------------------------------


def _defaults(lowering: Lowering, arguments: ast.arguments) -> dict[ast.arg, Expression]:
    """The default values by parameter."""
    positional = [*arguments.posonlyargs, *arguments.args]
    values = lowering.all_of(arguments.defaults)
    found = dict(zip(positional[len(positional) - len(values) :], values, strict=True))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            found[argument] = lowering.expression(default)
    return found


def _parameters(
    lowering: Lowering, arguments: ast.arguments, defaults: dict[ast.arg, Expression]
) -> tuple[Parameter, ...]:
    found: list[Parameter] = []

    def add(nodes: list[ast.arg], kind: ParameterKind) -> None:
        for node in nodes:
            name = mangled(node.arg, lowering.scope.private)
            annotation = lowering.optional(_unquoted(node.annotation))
            found.append(
                Parameter(name, kind, defaults.get(node), annotation, lowering.span_of(node))
            )

    add(arguments.posonlyargs, ParameterKind.POSITIONAL_ONLY)
    add(arguments.args, ParameterKind.POSITIONAL)
    if arguments.vararg is not None:
        add([arguments.vararg], ParameterKind.VARIADIC)
    add(arguments.kwonlyargs, ParameterKind.KEYWORD_ONLY)
    if arguments.kwarg is not None:
        add([arguments.kwarg], ParameterKind.KEYWORDS)
    return tuple(found)


def _unquoted(annotation: ast.expr | None) -> ast.expr | None:
    """What a quoted annotation says, in the place of the text; the text itself, if that is no type.

    It makes no scopes and binds nothing, so that it may stand where nobody has looked for names.
    """
    if not isinstance(annotation, ast.Constant) or not isinstance(annotation.value, str):
        return annotation
    try:
        quoted = ast.parse(annotation.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return annotation
    parts = list(ast.walk(quoted))
    if not all(isinstance(part, _IN_TYPES) for part in parts):
        return annotation
    for part in parts:
        ast.copy_location(part, annotation)
    return quoted


_IN_TYPES = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant),
    *(ast.BinOp, ast.operator, ast.expr_context),
)


# --- type parameters (Python 3.12) ------------------------------------------------------------


def _enter_type_parameters(
    lowering: Lowering, node: Any, private: str | None, out: list[Statement]
) -> None:
    """Enter the scope of `[T: bound = default]`, if there is one.

    Python evaluates bounds and defaults when asked for them; here they are evaluated, as operands
    of something opaque, before the definition.
    """
    type_parameters = getattr(node, "type_params", None)
    if not type_parameters:
        return
    outer = lowering.scope
    own = {mangled(parameter.name, private): "" for parameter in type_parameters}
    lowering.scope = Scope("type parameters", outer.frame, outer, private, own)
    for parameter in type_parameters:
        parts = (getattr(parameter, "bound", None), getattr(parameter, "default_value", None))
        operands = lowering.all_of([part for part in parts if part is not None])
        if operands:
            span = lowering.span_of(parameter)
            out.append(Evaluate(Opaque("type parameter", operands, span), span))


def lower_type_alias(lowering: Lowering, node: Any, out: list[Statement]) -> None:
    """`type Name[T] = value`: an assignment of something opaque."""
    span = lowering.span_of(node)
    outer = lowering.scope
    _enter_type_parameters(lowering, node, outer.private, out)
    value = Opaque("type alias", (lowering.expression(node.value),), span)
    lowering.scope = outer
    target = lowering.variable(node.name.id, lowering.span_of(node.name))
    out.append(Assign((target,), value, None, span))


EXPRESSIONS: dict[type, ExpressionHandler] = {ast.Lambda: lower_lambda}

STATEMENTS: dict[type, StatementHandler] = {
    ast.FunctionDef: lower_function,
    ast.AsyncFunctionDef: lower_function,
    ast.ClassDef: lower_class,
}

if hasattr(ast, "TypeAlias"):  # Python 3.12
    STATEMENTS[ast.TypeAlias] = lower_type_alias

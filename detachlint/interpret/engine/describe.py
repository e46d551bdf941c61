"""Short source-like text of an expression, for the trace."""

from __future__ import annotations

from detachlint.ir.nodes import (
    Attribute,
    Await,
    Bind,
    Call,
    Constant,
    Display,
    Expression,
    Name,
    Operator,
    Subscript,
)

LONGEST = 32
_ELSEWHERE = "…"

_COMPARISONS = ("in", "not in", "is", "is not", "<", "<=", ">", ">=", "!=", "==")
_BINDING = (
    _COMPARISONS,
    ("|",),
    ("^",),
    ("&",),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "@", "/", "//", "%"),
    ("unary +", "unary -", "unary ~"),
    ("**",),
)
"""Operators from the loosest to the tightest
(https://docs.python.org/3/reference/expressions.html#operator-precedence)."""

_TIGHTNESS = {name: rank for rank, names in enumerate(_BINDING) for name in names}
_WHOLE = len(_BINDING)


def describe(node: Expression) -> str:
    """How a person would call the value of this expression; never longer than a few words."""
    text = _text(node)
    if len(text) > LONGEST and isinstance(node, Operator) and len(node.operands) == 2:
        text = _shortened(node)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _shortened(node: Operator) -> str:
    """An operation with only one of its operands spelled out, the first one that is short enough."""
    left, right = _sides(node)
    told = (f"{left} {node.name} {_ELSEWHERE}", f"{_ELSEWHERE} {node.name} {right}")
    return next((text for text in told if len(text) <= LONGEST), f"… {node.name} …")


def _sides(node: Operator) -> tuple[str, str]:
    """The operands of an operation, in parentheses where Python needs them."""
    left, right = node.operands
    rank = _TIGHTNESS.get(node.name, 0)
    if node.name == "**":
        return _operand(left, rank + 1), _operand(right, _TIGHTNESS["unary -"])
    chained = node.name in _COMPARISONS
    return _operand(left, rank + chained), _operand(right, rank + 1)


def _operand(node: Expression, tightness: int) -> str:
    text = _text(node)
    loose = isinstance(node, Operator) and _TIGHTNESS.get(node.name, 0) < tightness
    return f"({text})" if loose else text


def _text(node: Expression) -> str:
    match node:
        case Name(name=name):
            return name.split("@")[0]
        case Attribute(value=value, name=name):
            return f"{_operand(value, _WHOLE)}.{name}"
        case Call(function=function, arguments=arguments):
            return f"{_operand(function, _WHOLE)}({'…' if arguments else ''})"
        case Subscript(value=value):
            return f"{_operand(value, _WHOLE)}[…]"
        case Constant(value=value):
            return repr(value)
        case Operator(operands=operands) if len(operands) == 2:
            left, right = _sides(node)
            return f"{left} {node.name} {right}"
        case Operator(name=name, operands=(operand,)) if name in _TIGHTNESS:
            return f"{name.removeprefix('unary ')}{_operand(operand, _TIGHTNESS[name])}"
        case Bind(target=target):
            return _text(target)
        case Await(value=value):
            return _text(value)
        case Display(kind=kind):
            return f"the {kind}"
    return "it"

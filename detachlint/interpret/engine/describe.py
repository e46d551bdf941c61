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


def describe(node: Expression) -> str:
    """How a person would call the value of this expression; never longer than a few words."""
    text = _text(node)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(node: Expression) -> str:
    match node:
        case Name(name=name):
            return name.split("@")[0]
        case Attribute(value=value, name=name):
            return f"{_text(value)}.{name}"
        case Call(function=function, arguments=arguments):
            return f"{_text(function)}({'…' if arguments else ''})"
        case Subscript(value=value):
            return f"{_text(value)}[…]"
        case Constant(value=value):
            return repr(value)
        case Operator(name=name, operands=operands) if len(operands) == 2:
            return f"{_text(operands[0])} {name} {_text(operands[1])}"
        case Bind(target=target):
            return _text(target)
        case Await(value=value):
            return _text(value)
        case Display(kind=kind):
            return f"the {kind}"
    return "it"

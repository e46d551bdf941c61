"""A readable text form of the IR, for goldens and for looking at what was made of a file.

It looks like Python where Python has a form for it. A variable of the frame itself is `x`, one of a
function around it is `x^1` (`x^2`, …: further out), one of the module is `::x` — except in the
module's own code, where it is `x` as well. Whatever has code of its own is `<function f>` where it
is made, and its code stands below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from detachlint.ir.nodes import (
    GLOBAL,
    Argument,
    Assign,
    Attribute,
    AugmentedAssign,
    Await,
    Bind,
    Block,
    Call,
    Clause,
    Code,
    Comprehension,
    Conditional,
    Constant,
    Delete,
    Display,
    Evaluate,
    Expression,
    For,
    Handler,
    If,
    Import,
    Jump,
    Logical,
    MakeClass,
    MakeFunction,
    Name,
    Opaque,
    Operator,
    Parameter,
    ParameterKind,
    Raise,
    Return,
    Slice,
    Subscript,
    Target,
    Try,
    Unpack,
    While,
    With,
    Yield,
)

_INDENT = "    "


def render_code(code: Code) -> str:
    """The text form of a code and of all code made in it, ending in a newline."""
    labels: dict[str, int] = {}
    return "\n".join(_render(code, f"module {code.name}", labels))


def _render(code: Code, header: str, labels: dict[str, int]) -> list[str]:
    """One text for the code itself and one for each code below it."""
    printer = _Printer(in_module=code.kind == "module", labels=labels)
    printer.block(code.body, _INDENT)
    notes = [note for note, holds in (("async", code.is_async), ("yields", code.yields)) if holds]
    if code.captured:
        notes.append(f"captured: {' '.join(sorted(code.captured))}")
    comment = f"  # {', '.join(notes)}" if notes else ""
    body = printer.lines or [_INDENT + "(nothing)"]
    texts = ["\n".join([f"{header}:{comment}", *body, ""])]
    for inner, inner_header in printer.below:
        texts += _render(inner, inner_header, labels)
    return texts


class _Printer:
    """The text of one code. `below` collects the codes made in it, with their headers."""

    def __init__(self, in_module: bool, labels: dict[str, int]) -> None:
        self.global_prefix = "" if in_module else "::"
        self.labels = labels
        self.lines: list[str] = []
        self.below: list[tuple[Code, str]] = []

    def block(self, block: Block, indent: str) -> None:
        """Print statements."""
        for statement in block:
            _STATEMENTS[type(statement)](self, statement, indent)

    def clause(self, header: str, block: Block, indent: str) -> None:
        """Print a line and a block below it."""
        self.lines.append(f"{indent}{header}:")
        self.block(block, indent + _INDENT)
        if not block:
            self.lines.append(f"{indent}{_INDENT}pass")

    def text(self, node: Expression | Target) -> str:
        """An expression or a target."""
        return _EXPRESSIONS[type(node)](self, node)

    def atom(self, node: Expression) -> str:
        """An expression as an operand: in parentheses, unless it holds together by itself."""
        kind = type(node)
        text = _EXPRESSIONS[kind](self, node)
        if kind in _LOOSE and not (isinstance(node, Operator) and node.name in _CALLED):
            return f"({text})"
        return text

    def optional(self, node: Expression | None, prefix: str = "") -> str:
        """The prefix and the expression, or nothing."""
        return "" if node is None else prefix + self.text(node)

    def arguments(self, arguments: Iterable[Argument]) -> str:
        """Arguments or items, separated by commas."""
        return ", ".join([self.argument(argument) for argument in arguments])

    def argument(self, argument: Argument) -> str:
        """One argument or item."""
        keyword = f"{argument.keyword}=" if argument.keyword is not None else ""
        return f"{keyword}{argument.unpack}{self.text(argument.value)}"

    def all_of(self, nodes: Iterable[Expression]) -> str:
        """Expressions, separated by commas."""
        return ", ".join([self.text(node) for node in nodes])

    def made(self, code: Code, signature: str, decorators: tuple[Expression, ...]) -> str:
        """What stands for a function or class where it is made; its code goes below."""
        count = self.labels[code.qualified_name] = self.labels.get(code.qualified_name, 0) + 1
        label = code.qualified_name if count == 1 else f"{code.qualified_name}#{count}"
        self.below.append((code, f"{code.kind} {label}{signature}"))
        applied = f" decorated by {self.all_of(decorators)}" if decorators else ""
        return f"<{code.kind} {label}{applied}>"

    def signature(self, code: Code) -> str:
        """Parameters and what is returned, as the frame around evaluates them."""
        parts: list[str] = []
        previous: ParameterKind | None = None
        for parameter in code.parameters:
            kind = parameter.kind
            if previous is ParameterKind.POSITIONAL_ONLY and kind is not previous:
                parts.append("/")
            if kind is ParameterKind.KEYWORD_ONLY and previous not in (
                ParameterKind.VARIADIC,
                ParameterKind.KEYWORD_ONLY,
            ):
                parts.append("*")
            parts.append(self.parameter(parameter))
            previous = kind
        if previous is ParameterKind.POSITIONAL_ONLY:
            parts.append("/")
        return f"({', '.join(parts)}){self.optional(code.returns, ' -> ')}"

    def parameter(self, parameter: Parameter) -> str:
        """One parameter."""
        star = parameter.kind.value if parameter.kind in _STARRED else ""
        annotation = self.optional(parameter.annotation, ": ")
        return f"{star}{parameter.name}{annotation}{self.optional(parameter.default, ' = ')}"


_STARRED = (ParameterKind.VARIADIC, ParameterKind.KEYWORDS)

_LOOSE = (Operator, Logical, Conditional, Bind, Yield, Await)

_CALLED = {"is sequence": "is_sequence", "is mapping": "is_mapping"}
"""Operators that Python has no sign for."""


# --- expressions ------------------------------------------------------------------------------


def _name(printer: _Printer, node: Name) -> str:
    if node.depth == GLOBAL:
        return printer.global_prefix + node.name
    return f"{node.name}^{node.depth}" if node.depth else node.name


def _subscript(printer: _Printer, node: Subscript) -> str:
    return f"{printer.atom(node.value)}[{printer.text(node.index)}]"


def _slice(printer: _Printer, node: Slice) -> str:
    step = printer.optional(node.step, ":")
    return f"{printer.optional(node.lower)}:{printer.optional(node.upper)}{step}"


def _operator(printer: _Printer, node: Operator) -> str:
    if node.name in _CALLED:
        return f"{_CALLED[node.name]}({printer.all_of(node.operands)})"
    if len(node.operands) == 1:
        name = node.name.removeprefix("unary ")
        return f"{name}{' ' if name == 'not' else ''}{printer.atom(node.operands[0])}"
    return f" {node.name} ".join([printer.atom(operand) for operand in node.operands])


def _logical(printer: _Printer, node: Logical) -> str:
    return f" {node.name} ".join([printer.atom(operand) for operand in node.operands])


def _conditional(printer: _Printer, node: Conditional) -> str:
    atom = printer.atom
    return f"{atom(node.body)} if {atom(node.test)} else {atom(node.orelse)}"


_BRACKETS = {
    "list": ("[", "]"),
    "tuple": ("(", ")"),
    "set": ("{", "}"),
    "dict": ("{", "}"),
    "string": ("string(", ")"),
}


def _display(printer: _Printer, node: Display) -> str:
    opening, closing = _BRACKETS[node.kind]
    if node.kind == "dict":
        pairs = zip(node.keys, node.items, strict=True)
        items = [printer.optional(key) + ": " * (key is not None) for key, _ in pairs]
        inside = ", ".join(
            [key + printer.argument(item) for key, item in zip(items, node.items, strict=True)]
        )
    elif node.kind == "string" and any(node.keys):
        formats = [": " * (key is not None) + printer.optional(key) for key in node.keys]
        pieces = zip(node.items, formats, strict=True)
        inside = ", ".join([printer.argument(item) + how for item, how in pieces])
    else:
        inside = printer.arguments(node.items)
    if node.kind == "tuple" and len(node.items) == 1:
        inside += ","
    return f"{opening}{inside}{closing}"


def _comprehension(printer: _Printer, node: Comprehension) -> str:
    opening, closing = _BRACKETS[node.kind]
    key = printer.optional(node.key) + ": " * (node.key is not None)
    clauses = "".join([_clause(printer, clause) for clause in node.clauses])
    return f"{opening}{key}{printer.text(node.element)}{clauses}{closing}"


def _clause(printer: _Printer, clause: Clause) -> str:
    conditions = "".join([f" if {printer.atom(test)}" for test in clause.conditions])
    return f" for {printer.text(clause.target)} in {printer.atom(clause.iterable)}{conditions}"


def _yield(printer: _Printer, node: Yield) -> str:
    return f"yield{' from' if node.delegate else ''}{printer.optional(node.value, ' ')}"


def _import(printer: _Printer, node: Import) -> str:
    module = "." * node.level + node.module
    if node.attribute is not None:
        return f"<from {module} import {node.attribute}>"
    return f"<import {module}{', top level' if node.top_level else ''}>"


def _make_class(printer: _Printer, node: MakeClass) -> str:
    bases = f"({printer.arguments(node.bases)})" if node.bases else ""
    return printer.made(node.code, bases, node.decorators)


def _opaque(printer: _Printer, node: Opaque) -> str:
    operands = f": {printer.all_of(node.operands)}" if node.operands else ""
    return f"<opaque {node.reason}{operands}>"


def _unpack(printer: _Printer, node: Unpack) -> str:
    targets = [printer.text(target) for target in node.targets]
    if node.star is not None:
        targets[node.star] = "*" + targets[node.star]
    return f"({', '.join(targets)}{',' if len(targets) == 1 else ''})"


_EXPRESSIONS: dict[type, Callable[[_Printer, Any], str]] = {
    Constant: lambda printer, node: "..." if node.value is ... else repr(node.value),
    Name: _name,
    Attribute: lambda printer, node: f"{printer.atom(node.value)}.{node.name}",
    Subscript: _subscript,
    Slice: _slice,
    Call: lambda printer, node: (
        f"{printer.atom(node.function)}({printer.arguments(node.arguments)})"
    ),
    Operator: _operator,
    Logical: _logical,
    Conditional: _conditional,
    Display: _display,
    Comprehension: _comprehension,
    Bind: lambda printer, node: f"{printer.text(node.target)} := {printer.atom(node.value)}",
    Yield: _yield,
    Await: lambda printer, node: f"await {printer.atom(node.value)}",
    Import: _import,
    MakeFunction: lambda printer, node: printer.made(
        node.code, printer.signature(node.code), node.decorators
    ),
    MakeClass: _make_class,
    Opaque: _opaque,
    Unpack: _unpack,
}


# --- statements -------------------------------------------------------------------------------


def _line(render: Callable[[_Printer, Any], str]) -> Callable[[_Printer, Any, str], None]:
    """The handler of a statement that takes one line."""

    def handler(printer: _Printer, node: Any, indent: str) -> None:
        printer.lines.append(indent + render(printer, node))

    return handler


def _assign(printer: _Printer, node: Assign) -> str:
    targets = " = ".join([printer.text(target) for target in node.targets])
    annotation = printer.optional(node.annotation, ": ")
    return f"{targets}{annotation}{printer.optional(node.value, ' = ')}"


def _augmented(printer: _Printer, node: AugmentedAssign) -> str:
    return f"{printer.text(node.target)} {node.operator}= {printer.text(node.value)}"


def _if(printer: _Printer, node: If, indent: str) -> None:
    printer.clause(f"if {printer.text(node.test)}", node.body, indent)
    if node.orelse:
        printer.clause("else", node.orelse, indent)


def _for(printer: _Printer, node: For, indent: str) -> None:
    header = f"for {printer.text(node.target)} in {printer.text(node.iterable)}"
    printer.clause(header, node.body, indent)
    if node.orelse:
        printer.clause("else", node.orelse, indent)


def _while(printer: _Printer, node: While, indent: str) -> None:
    printer.clause(f"while {printer.text(node.test)}", node.body, indent)
    if node.orelse:
        printer.clause("else", node.orelse, indent)


def _try(printer: _Printer, node: Try, indent: str) -> None:
    printer.clause("try", node.body, indent)
    for handler in node.handlers:
        printer.clause(_handler_header(printer, handler), handler.body, indent)
    if node.orelse:
        printer.clause("else", node.orelse, indent)
    if node.final:
        printer.clause("finally", node.final, indent)


def _handler_header(printer: _Printer, handler: Handler) -> str:
    name = f" as {printer.text(handler.name)}" if handler.name is not None else ""
    return f"except{printer.optional(handler.kind, ' ')}{name}"


def _with(printer: _Printer, node: With, indent: str) -> None:
    target = f" as {printer.text(node.target)}" if node.target is not None else ""
    printer.clause(f"with {printer.text(node.manager)}{target}", node.body, indent)


_STATEMENTS: dict[type, Callable[[_Printer, Any, str], None]] = {
    Assign: _line(_assign),
    AugmentedAssign: _line(_augmented),
    Delete: _line(lambda printer, node: f"del {printer.text(node.target)}"),
    Evaluate: _line(lambda printer, node: printer.text(node.value)),
    If: _if,
    For: _for,
    While: _while,
    Try: _try,
    With: _with,
    Return: _line(lambda printer, node: f"return{printer.optional(node.value, ' ')}"),
    Raise: _line(lambda printer, node: f"raise{printer.optional(node.value, ' ')}"),
    Jump: _line(lambda printer, node: str(node.kind)),
}

"""The text form tells programs apart. What it looks like, the goldens of the lowering show."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from detachlint.ir.nodes import (
    GLOBAL,
    Argument,
    Bind,
    Code,
    Constant,
    Display,
    Evaluate,
    Expression,
    If,
    Logical,
    MakeFunction,
    Name,
    Operator,
    Return,
    Statement,
)
from detachlint.ir.printing import render_code
from detachlint.lower import lower_module
from detachlint.source.span import Span

AT = Span(1, 0, 1, 1)


def module(*body: Statement) -> Code:
    return code("module", "m", *body)


def code(kind: Any, name: str, *body: Statement) -> Code:
    return Code(
        kind=kind,
        name=name,
        qualified_name=name,
        parameters=(),
        body=body,
        variables=frozenset(),
        captured=frozenset(),
        yields=False,
        is_async=False,
        returns=None,
        span=AT,
    )


def name(text: str, depth: int = GLOBAL) -> Name:
    return Name(text, depth, AT)


def line(value: Expression) -> str:
    """The line that a module of one expression is printed as."""
    return render_code(module(Evaluate(value, AT))).splitlines()[1].strip()


def test_empty_module() -> None:
    assert render_code(module()) == "module m:\n    (nothing)\n"


def test_empty_block() -> None:
    text = render_code(module(If(name("a"), (), (), AT)))
    assert text == "module m:\n    if a:\n        pass\n"


def test_depths_are_told_apart() -> None:
    inner = code("function", "f", *[Return(name("x", depth), AT) for depth in (0, 1, 2, GLOBAL)])
    text = render_code(module(Evaluate(MakeFunction(inner, (), AT), AT)))
    lines = [line.strip() for line in text.split("function f():\n")[1].splitlines()]
    assert lines == ["return x", "return x^1", "return x^2", "return ::x"]


def test_operands_are_put_in_parentheses_where_they_do_not_hold_together() -> None:
    total = Operator("+", (name("a"), name("b")), AT)
    assert line(total) == "a + b"
    assert line(Operator("*", (total, name("c")), AT)) == "(a + b) * c"
    assert line(Operator("unary -", (total,), AT)) == "-(a + b)"
    assert line(Operator("not", (total,), AT)) == "not (a + b)"
    assert line(Logical("and", (total, Bind(name("x"), total, AT)), AT)) == (
        "(a + b) and (x := (a + b))"
    )


def test_operators_without_a_sign_look_like_calls() -> None:
    test = Operator("is sequence", (name("a"), Constant(1, AT), Constant(False, AT)), AT)
    assert line(Operator("not", (test,), AT)) == "not is_sequence(a, 1, False)"
    assert line(Operator("is not", (name("a"), name("b")), AT)) == "a is not b"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("tuple", "(a,)"), ("list", "[a]"), ("set", "{a}"), ("string", "string(a)")],
)
def test_displays_of_one_item(kind: Any, expected: str) -> None:
    assert line(Display(kind, (Argument(name("a")),), (), AT)) == expected


def test_equal_names_of_functions_are_numbered() -> None:
    makes = [MakeFunction(code("function", "f"), (), AT) for _ in range(3)]
    text = render_code(module(*[Evaluate(make, AT) for make in makes]))
    for label in ("f", "f#2", "f#3"):
        assert text.count(f"<function {label}>") == 1
        assert text.count(f"function {label}():") == 1


PAIRS = [
    ("(a + b) + c", "a + (b + c)"),
    ("(a and b) or c", "a and (b or c)"),
    ("a < b < c", "(a < b) < c"),
    ("(lambda: a) + b", "lambda: a + b"),
    ("f(*a)", "f(a)"),
    ("f(**a)", "f(a=a)"),
    ("x[1:2]", "x[1, 2]"),
    ("x[1:2,]", "x[1:2]"),
    ("{**a}", "{*a}"),
    ("'1'", "1"),
    ("x = yield", "x = (yield None)"),
    ("yield from a", "yield a"),
    ("import a.b", "import a.b as a"),
    ("from . import a", "from .. import a"),
    ("from a import b", "import a.b as b"),
    ("x: int", "x: int = 1"),
    ("def f(a, /): pass", "def f(a): pass"),
    ("def f(*, a): pass", "def f(a): pass"),
    ("def f(*a): pass", "def f(**a): pass"),
    ("async def f(): pass", "def f(): pass"),
    ("class A(b): pass", "class A(k=b): pass"),
    ("a, *b = c", "a, b = c"),
    ("(a, b), c = d", "a, (b, c) = d"),
    ("for a in b: c\nelse: d", "for a in b: c\nd"),
    ("while a: b\nelse: c", "while a: b\nc"),
    ("try: a\nexcept: b\nelse: c", "try: a\nexcept: b\nfinally: c"),
    ("try: a\nexcept b: c", "try: a\nexcept b as b: c"),
    ("if a: b\nc", "if a:\n  b\n  c"),
    ("with a: b", "with a as b: b"),
    ("break", "continue"),
    ("def f():\n  a = 1\n  def g(): a", "def f():\n  global a\n  a = 1\n  def g(): a"),
    ("@a\n@b\ndef f(): pass", "@b\n@a\ndef f(): pass"),
    ("[a for a in b if c]", "[a for a in b if c if c]"),
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_different_programs_look_different(pair: tuple[str, str]) -> None:
    first, second = (render_code(lower_module(ast.parse(source), "m")) for source in pair)
    assert first != second

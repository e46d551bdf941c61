"""Puts a question to the analysis into a program: is this line reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

MARK = "does anything get here, as to a .numpy()?"
"""The word in it makes the file worth looking at."""


class Question(NamedTuple):
    """A text that does what another one does, and the line in it on which `reveal_grad` is called."""

    text: str
    line: int


def statement_at(tree: ast.Module, line: int) -> ast.stmt | None:
    """The innermost statement with something on a line, be it the end of its last part."""
    found = [body[index] for body, index in _places(tree, line)]
    return max(found, key=_start, default=None)


def rows_of(statement: ast.stmt) -> range:
    """The rows that a statement takes, without the statements in it."""
    first, last = _start(statement)[0], statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    return range(first, max(_start(body[0])[0], first + 1) if body else last + 1)


def asked(tree: ast.Module, line: int) -> Question | None:
    """The program with the question in front of the statement at a line, which `tree` is changed to;
    None if there is none. Raises RecursionError."""
    places = list(_places(tree, line))
    if not places:
        return None
    body, index = max(places, key=lambda place: _start(place[0][place[1]]))
    call = ast.Call(ast.Name("reveal_grad", ast.Load()), [ast.Constant(MARK)], [])
    body.insert(index, ast.Expr(call))
    lines = ast.unparse(tree).split("\n")
    return Question("\n".join(lines) + "\n", _line_of_the_mark(lines))


def _line_of_the_mark(lines: list[str]) -> int:
    call = f"reveal_grad({MARK!r})"
    return next(number for number, line in enumerate(lines, 1) if line.strip() == call)


def _places(tree: ast.Module, line: int) -> Iterator[tuple[list[ast.stmt], int]]:
    """The statements that stand on a line or around it, each by the list that it is in."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            found = getattr(node, field, None)
            body: list[ast.stmt] = found if isinstance(found, list) else []
            for index, each in enumerate(body):
                if _start(each)[0] <= line <= (each.end_lineno or each.lineno):
                    yield body, index


def _start(statement: ast.stmt) -> tuple[int, int]:
    """Where a statement begins, its decorators included."""
    decorators = getattr(statement, "decorator_list", [])
    return min((node.lineno, node.col_offset) for node in (statement, *decorators))

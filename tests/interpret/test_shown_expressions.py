"""How an expression is written in a message: like Python, but short."""

from __future__ import annotations

import ast

import pytest

from detachlint.interpret.engine.describe import LONGEST, describe
from detachlint.ir.nodes import Evaluate
from detachlint.lower import lower_module


def shown(expression: str) -> str:
    statement = lower_module(ast.parse(expression), "program.py").body[0]
    assert isinstance(statement, Evaluate)
    return describe(statement.value)


@pytest.mark.parametrize(
    "expression",
    [
        "a + b * c",
        "(a + b) * c",
        "a - b - c",
        "a - (b - c)",
        "(a - b) ** 2",
        "a ** b ** c",
        "(a ** b) ** c",
        "-a ** 2",
        "(-a) ** 2",
        "2 ** -a",
        "(a - b).abs()",
        "(a - b)(…)[…].grad",
        "a @ b > c",
        "(a > b) == c",
        "self.net(…) & ~mask",
    ],
)
def test_parentheses_stand_where_they_make_a_difference(expression: str) -> None:
    assert shown(expression.replace("…", "x, y")) == expression


@pytest.mark.parametrize(
    ("expression", "short"),
    [
        ("functional.cosine_similarity(a, b) / self.temperature", "… / self.temperature"),
        ("self.mean + (output.mean() - self.mean) / self.n", "self.mean + …"),
        (f"{'a' * LONGEST} * {'b' * LONGEST}", "… * …"),
        (f"self.{'a' * LONGEST}.weight", f"self.{'a' * (LONGEST - 6)}…"),
    ],
)
def test_what_is_too_long_keeps_its_outermost_operation(expression: str, short: str) -> None:
    assert shown(expression) == short

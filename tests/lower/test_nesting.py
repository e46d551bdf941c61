"""Deep nesting ends in one clear exception, from wherever the lowering is called."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable

import pytest

from detachlint.ir.printing import render_code
from detachlint.lower import lower_module
from detachlint.lower.scope import MAXIMUM_NESTING
from detachlint.syntax.parse import Unparsable, parse_module

SHAPES: dict[str, Callable[[int], str]] = {
    "operators": lambda n: "x" + " + x" * n,
    "powers": lambda n: "x" + " ** x" * n,
    "signs": lambda n: "-" * n + "x",
    "attributes": lambda n: "x" + ".a" * n,
    "items": lambda n: "x" + "[0]" * n,
    "calls": lambda n: "x" + "()" * n,
    "lambdas": lambda n: "lambda: " * n + "x",
    "conditionals": lambda n: "x if y else " * n + "x",
    "elif": lambda n: "if x: y\n" + "elif x: y\n" * n,
    "cases": lambda n: "match x:\n" + "  case 1: y\n" * n,
    "managers": lambda n: "with " + ", ".join(["x"] * n) + ": y",
    # Python has limits of its own for brackets, indentation and (3.10) patterns.
    "brackets": lambda n: "[" * min(n, 150) + "x" + "]" * min(n, 150),
    "arguments": lambda n: "f(" * min(n, 150) + "x" + ")" * min(n, 150),
    "keywords": lambda n: "f(k=" * min(n, 140) + "x" + ")" * min(n, 140),
    "tuples of targets": lambda n: "(" * min(n, 150) + "x" + ",)" * min(n, 150) + " = y",
    "comprehensions": lambda n: "[" * min(n, 90) + "x" + " for x in x]" * min(n, 90),
    "generators": lambda n: "(" * min(n, 90) + "x" + " for x in x)" * min(n, 90),
    "functions": lambda n: _blocks("def f(x)", min(n, 90)),
    "classes": lambda n: _blocks("class A", min(n, 90)),
    "patterns": lambda n: f"match x:\n  case {'[' * min(n, 15)}y{']' * min(n, 15)}: z",
}


def _blocks(header: str, count: int) -> str:
    return "".join(f"{' ' * i}{header}:\n" for i in range(count)) + " " * count + "x"


@pytest.mark.parametrize("shape", SHAPES)
def test_nesting_up_to_the_limit_is_lowered_and_printed(shape: str) -> None:
    assert sys.getrecursionlimit() == 1000
    source = SHAPES[shape](MAXIMUM_NESTING - 10)
    assert "x" in render_code(lower_module(parse_module(source, "deep"), "deep"))


@pytest.mark.parametrize(
    "shape",
    ["operators", "signs", "attributes", "items", "calls", "lambdas", "elif", "cases", "managers"],
)
def test_deeper_nesting_is_unparsable(shape: str) -> None:
    tree = parse_module(SHAPES[shape](MAXIMUM_NESTING + 10), "deep")
    with pytest.raises(Unparsable, match="nested too deeply") as caught:
        lower_module(tree, "deep")
    assert caught.value.line >= 1 and caught.value.column >= 0


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"cases", "managers", "patterns"}))
def test_a_deep_caller_gets_no_recursion_error(shape: str) -> None:
    tree = ast.parse(SHAPES[shape](MAXIMUM_NESTING - 10))

    def call(depth: int) -> None:
        if depth:
            return call(depth - 1)
        lower_module(tree, "deep")
        return None

    outcomes = set()
    for depth in range(0, 900, 60):
        try:
            call(depth)
            outcomes.add("lowered")
        except Unparsable:
            outcomes.add("unparsable")
    assert outcomes == {"lowered", "unparsable"}


def test_length_is_no_depth() -> None:
    source = "\n".join(f"x{i} = f(x{i}, [{i}] * 2)" for i in range(5_000))
    assert len(lower_module(parse_module(source, "long"), "long").body) == 5_000

"""Generators are driven by their consumer: effects and grad modes come in the order they happen."""

from __future__ import annotations

import pytest
from engine import revealed, run

GENERATOR = "def pairs():\n    yield torch.ones(2)\n    yield t\n"


def test_the_consumer_runs_between_the_yields() -> None:
    body = (
        "log = [torch.ones(2)]\n"
        "def g():\n"
        "    reveal_grad(log[0])\n"
        "    yield 1\n"
        "    reveal_grad(log[0])\n"
        "for _ in g():\n"
        "    reveal_grad(log[0])\n"
        "    log[0] = t\n"
        "reveal_grad(log[0])\n"
    )
    assert revealed(body) == ["NO", "NO", "YES", "YES"]


def test_nothing_runs_before_the_first_step() -> None:
    body = (
        "log = [torch.ones(2)]\n"
        "def g():\n"
        "    log[0] = t\n"
        "    yield 1\n"
        "made = g()\n"
        "reveal_grad(log[0])\n"
        "next(made)\n"
        "reveal_grad(log[0])\n"
    )
    assert revealed(body) == ["NO", "YES"]


def test_the_mode_inside_a_generator_leaks_to_its_consumer() -> None:
    body = (
        "def g():\n"
        "    with torch.no_grad():\n"
        "        yield 1\n"
        "for _ in g():\n"
        "    reveal_grad(t * 2)\n"
        "reveal_grad(t * 2)\n"
    )
    assert revealed(body) == ["NO", "YES"]


def test_a_decorated_generator_keeps_its_mode_to_itself() -> None:
    body = (
        "@torch.no_grad()\n"
        "def g():\n"
        "    reveal_grad(t * 2)\n"
        "    yield 1\n"
        "    reveal_grad(t * 2)\n"
        "for _ in g():\n"
        "    reveal_grad(t * 2)\n"
    )
    assert revealed(body) == ["NO", "YES", "NO"]


def test_a_consumer_that_breaks_leaves_the_rest_of_the_generator_undone() -> None:
    body = (
        "log = [torch.ones(2)]\n"
        "def g():\n"
        "    yield 1\n"
        "    log[0] = t\n"
        "    yield 2\n"
        "for _ in g():\n"
        "    break\n"
        "reveal_grad(log[0])\n"
    )
    assert revealed(body) == ["NO"]


def test_the_values_come_in_order() -> None:
    assert revealed(GENERATOR + "for x in pairs():\n    reveal_grad(x)\n") == ["NO", "YES"]
    assert revealed(GENERATOR + "a, b = pairs()\nreveal_grad(a)\nreveal_grad(b)\n") == ["NO", "YES"]
    assert revealed(GENERATOR + "it = pairs()\nnext(it)\nreveal_grad(next(it))\n") == ["YES"]


def test_a_delegating_generator_passes_the_values_on() -> None:
    body = GENERATOR + (
        "def outer():\n"
        "    yield from pairs()\n"
        "    yield t.detach()\n"
        "for x in outer():\n"
        "    reveal_grad(x)\n"
    )
    assert revealed(body) == ["NO", "YES", "NO"]


def test_a_generator_expression_runs_when_it_is_consumed() -> None:
    body = (
        "made = (t * k for k in [1, 2])\n"
        "with torch.no_grad():\n"
        "    for x in made:\n"
        "        reveal_grad(x)\n"
    )
    assert revealed(body) == ["NO", "NO"]


def test_the_return_of_a_generator_is_what_yield_from_gives() -> None:
    body = (
        "def inner():\n"
        "    yield 1\n"
        "    return t\n"
        "def outer():\n"
        "    got = yield from inner()\n"
        "    reveal_grad(got)\n"
        "list(outer())\n"
    )
    assert revealed(body) == ["YES"]


@pytest.mark.parametrize("consume", ["list(g())", "sum(g())", "[x for x in g()]", "tuple(g())"])
def test_whoever_consumes_runs_the_body(consume: str) -> None:
    body = f"def g():\n    reveal_grad(t)\n    yield 1\n{consume}\n"
    assert revealed(body) == ["YES"]


def test_two_generators_in_step_run_in_turns() -> None:
    body = (
        "log = [torch.ones(2)]\n"
        "def writes():\n"
        "    yield 1\n"
        "    log[0] = t\n"
        "    yield 2\n"
        "def reads():\n"
        "    reveal_grad(log[0])\n"
        "    yield 1\n"
        "    reveal_grad(log[0])\n"
        "    yield 2\n"
        "for a, b in zip(writes(), reads()):\n"
        "    pass\n"
    )
    assert revealed(body)[0] in ("NO", "MAYBE")
    assert revealed(body)[-1] in ("YES", "MAYBE")


@pytest.mark.parametrize(
    "body",
    [
        "def g(x):\n    yield x\n    yield from g(x * 2)\n",
        "def g(x):\n    for y in g(x):\n        yield y\n    yield x\n",
        "def g(x):\n    yield lambda: g(x)\n    yield g(x)\n",
    ],
)
def test_a_generator_within_itself_comes_to_an_end(body: str) -> None:
    run(body + "for y in g(t):\n    y.numpy()\n")


def test_a_generator_that_walks_deep_into_a_nest_yields_what_is_there() -> None:
    body = (
        "def walk(tree):\n"
        "    if isinstance(tree, list):\n"
        "        for x in tree:\n"
        "            yield from walk(x)\n"
        "    else:\n"
        "        yield tree\n"
        "for y in walk([[[[[[t]]]]]]):\n"
        "    reveal_grad(y)\n"
    )
    assert revealed(body) != []

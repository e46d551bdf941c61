"""Which code can reach a crossing: an over-approximation by names."""

from __future__ import annotations

import ast

import pytest
from engine import raising_lines

from detachlint.interpret.relevance import Relevance
from detachlint.lower import lower_module


def relevant_names(source: str) -> set[str]:
    module = lower_module(ast.parse(source), "program.py")
    relevance = Relevance()
    relevance.add([module])
    return {code.qualified_name for code in relevance.codes if code.kind != "module"}


def test_code_without_a_crossing_in_reach_is_irrelevant() -> None:
    assert relevant_names("def f(x): return g(x)\ndef g(x): return x.detach()\n") == set()


def test_callers_of_callers_are_relevant() -> None:
    source = (
        "def f(x): return x.numpy()\n"
        "def g(x): return f(x)\n"
        "def h(x): return g(x)\n"
        "def other(x): return x\n"
    )
    assert relevant_names(source) == {"f", "g", "h"}


def test_whoever_mentions_a_method_of_that_name_is_relevant() -> None:
    source = (
        "class A:\n"
        "    def export(self, x): return x.__array__()\n"
        "    def other(self): return 1\n"
        "def f(a): a.export(1)\n"
        "def g(a): a.other()\n"
    )
    assert relevant_names(source) >= {"A", "A.export", "f"}
    assert "g" not in relevant_names(source)


def test_what_is_around_relevant_code_is_relevant() -> None:
    source = "def f():\n    def g():\n        return lambda x: x.numpy()\n    return g\n"
    assert relevant_names(source) == {"f", "f.<locals>.g", "f.<locals>.g.<locals>.<lambda>"}


@pytest.mark.parametrize(
    "expression", ["getattr(x, 'numpy')()", "x.numpy", "numpy", "map(X.numpy, x)", "reveal_grad(x)"]
)
def test_crossings_are_recognised_in_every_spelling(expression: str) -> None:
    assert relevant_names(f"def f(x): {expression}\n") == {"f"}


def test_defaults_and_decorators_count() -> None:
    source = (
        "def d(f): return f().numpy()\n@d\ndef g(): return 1\ndef h(x=lambda y: y.numpy()): pass\n"
    )
    assert relevant_names(source) >= {"d", "h"}


REACHED = {
    "a method": "class A:\n    def f(self, x): return x.numpy()\ndef h():\n    A().f(t)\n",
    "a local alias": "def f(x): return x.numpy()\ndef h():\n    for g in [f]: g(t)\n",
    "getattr": "def h():\n    getattr(t, 'numpy')()\n",
}
CROSSES = "def f(x): return x.numpy()\n"
REACHED_BY_ANOTHER_NAME = {
    "a lambda with a name": "f = lambda x: x.numpy()\ndef h():\n    f(t)\n",
    "an alias": CROSSES + "g = f\ndef h():\n    g(t)\n",
    "a table": CROSSES + "TABLE = {'a': f}\ndef h():\n    TABLE['a'](t)\n",
    "a partial function": CROSSES
    + "from functools import partial\ng = partial(f)\ndef h():\n    g(t)\n",
    "an object that is called": "class A:\n    def __call__(self, x): return x.numpy()\n"
    "a = A()\ndef h():\n    a(t)\n",
    "an object that is indexed": "class A:\n    def __getitem__(self, x): return x.numpy()\n"
    "a = A()\ndef h():\n    a[t]\n",
}


@pytest.mark.parametrize("way", REACHED)
def test_an_uncalled_function_is_run_if_it_reaches_a_crossing(way: str) -> None:
    assert raising_lines(REACHED[way]) != []


@pytest.mark.parametrize("way", REACHED_BY_ANOTHER_NAME)
def test_an_uncalled_function_is_run_if_it_reaches_a_crossing_by_another_name(way: str) -> None:
    assert raising_lines(REACHED_BY_ANOTHER_NAME[way]) != []


KEPT = {
    "by a decorator of one's own": "TABLE = {}\ndef add(g):\n    TABLE[0] = g\n    return g\n"
    "@add\ndef f(x): return x.numpy()\n",
    "by what a decorator makes": "TABLE = []\ndef add(name):\n    def keep(g):\n"
    "        TABLE.append(g)\n    return keep\n@add('f')\ndef f(x): return x.numpy()\n",
    "by the object of a decorator": "@TABLE.register(int)\ndef f(x): return x.numpy()\n",
    "by a method, in an item": "class A:\n    def add(self, name, g):\n"
    "        self.TABLE[name].append(g)\nA().add('f', lambda x: x.numpy())\n",
    "in an item": "TABLE = {0: []}\nTABLE[0].append(lambda x: x.numpy())\n",
    "in an item that is made for it": "TABLE.setdefault(0, []).append(lambda x: x.numpy())\n",
    "by `setattr`": "setattr(hooks, 'TABLE', lambda x: x.numpy())\n",
    "by `setattr`, under whatever name": "setattr(TABLE, name, lambda x: x.numpy())\n",
    "by a call": "TABLE = {}\ndef add(name, g): TABLE[name] = g\nadd('f', lambda x: x.numpy())\n",
}


@pytest.mark.parametrize("way", KEPT)
def test_who_mentions_what_a_function_is_kept_in_is_relevant(way: str) -> None:
    assert "user" in relevant_names(KEPT[way] + "def user(x): return TABLE[0](x)\n")


def test_what_a_function_stores_of_its_own_is_not_kept_in_it() -> None:
    source = (
        "TABLE = {}\ndef count(g):\n    TABLE[0] = 1\n    return g\n@count\n"
        "def f(x): return x.numpy()\ndef user(x): return TABLE[0](x)\n"
    )
    assert "user" not in relevant_names(source)

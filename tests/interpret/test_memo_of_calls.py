"""A call that is remembered has the outcome that running it again would have."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from engine import PRELUDE, facts_of, facts_without_memo, revealed

from detachlint.domain.belief import Truth
from detachlint.harness.fuzz.program import generate
from detachlint.interpret import render_facts
from detachlint.interpret.engine.memo import Memo

GENERATED = 25
"""Programs; about 110 lines each."""


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the calls whose outcome was remembered."""
    counter: Counter[str] = Counter()
    repeat = Memo._repeat

    def counting(*arguments: object) -> object:
        counter["met"] += 1
        return repeat(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Memo, "_repeat", counting)
    return counter


@pytest.mark.parametrize("number", range(GENERATED))
def test_generated_programs_have_the_same_facts_without_it(number: int) -> None:
    source = generate(random.Random(f"memo:{number}"), frozenset()).text
    assert render_facts(facts_of(source)) == facts_without_memo(source), source


WORLDS = {
    "a global that the function reads": (
        "kept = torch.ones(2)\n"
        "def read():\n    return kept\n"
        "for x in [1, 2]:\n    reveal_grad(read())\n    kept = t\n",
        ["NO", "YES"],
    ),
    "a global that the function sets": (
        "kept = torch.ones(2)\n"
        "def change():\n    global kept\n    kept = t\n"
        "for x in [1, 2]:\n    change()\n    reveal_grad(kept)\n    kept = torch.ones(2)\n",
        ["YES", "YES"],
    ),
    "an attribute of its receiver": (
        "class Box:\n"
        "    def __init__(self):\n        self.held = torch.ones(2)\n        self.other = 1\n"
        "    def get(self):\n        return self.held\n"
        "box = Box()\n"
        "while unknown():\n"
        "    reveal_grad(box.get())\n    box.other = 2\n"
        "box.held = t\n"
        "reveal_grad(box.get())\n",
        ["NO", "YES"],
    ),
    "an item of a list it is given": (
        "def first(xs):\n    return xs[0]\n"
        "xs = [torch.ones(2)]\n"
        "for n in range(100):\n    reveal_grad(first(xs))\n    xs[0] = t\n",
        ["NO", "MAYBE"],
    ),
    "grad mode": (
        "def double(x):\n    return x * 2\n"
        "for mode in [True, False]:\n"
        "    with torch.set_grad_enabled(mode):\n        reveal_grad(double(t))\n",
        ["YES", "NO"],
    ),
    "what the path assumes": (
        "def pick(u):\n    return t if u else torch.ones(2)\n"
        "def f(u):\n"
        "    if u:\n        k = 1\n    else:\n        k = 2\n"
        "    reveal_grad(pick(u))\n"
        "f(unknown())\n",
        ["YES", "NO"],
    ),
    "a list that it appends to": (
        "xs = []\n"
        "def keep(x):\n    xs.append(x)\n"
        "def g(u):\n"
        "    if u:\n        k = 1\n    else:\n        k = 2\n"
        "    keep(t)\n    reveal_grad(xs[-1])\n"
        "g(unknown())\n"
        "reveal_grad(len(xs))\n",
        ["YES", "NO"],
    ),
}


@pytest.mark.parametrize("what", WORLDS)
def test_another_world_is_not_mistaken(what: str) -> None:
    body, expected = WORLDS[what]
    body = "from elsewhere import unknown\n" + body
    found = revealed(body)
    assert [found[0], found[-1]] == expected
    assert render_facts(facts_of(PRELUDE + body)) == facts_without_memo(PRELUDE + body)


def test_a_call_on_two_paths_is_run_once(met: Counter[str]) -> None:
    body = (
        "def helper(x):\n    return x * 2\n"
        "def f(u):\n"
        "    if u:\n        k = 1\n    else:\n        k = 2\n"
        "    y = helper(t)\n"
        "    y.numpy()\n"
    )
    facts_of(PRELUDE + body)
    assert met["met"] >= 1


def test_visits_inside_a_remembered_call_are_recorded_again(met: Counter[str]) -> None:
    body = (
        "def show(x):\n    x.numpy()\n"
        "def f(u):\n"
        "    if u:\n        k = 1\n    else:\n        k = 2\n"
        "    show(t)\n"
    )
    facts = facts_of(PRELUDE + body)
    assert met["met"] >= 1
    (visits,) = facts.crossings.values()
    certain = [visit for visit in visits if visit.raises.usual is Truth.YES]
    assert len(certain) == 2
    assert certain[0] == certain[1]

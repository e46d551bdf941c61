"""A call elsewhere that is the same but for names is not run again, and has the outcome it would have."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from engine import PRELUDE, PRELUDE_LINES, facts_of, facts_without_memo, revealed

from detachlint.interpret import render_facts
from detachlint.interpret.engine.likeness import Pattern


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often a call was compared with one elsewhere, and how often they were alike."""
    counter: Counter[str] = Counter()
    transported = Pattern.transported

    def counting(*arguments: Any) -> Any:
        found = transported(*arguments)
        counter["alike" if found is not None else "different"] += 1
        return found

    monkeypatch.setattr(Pattern, "transported", counting)
    return counter


ALIKE = {
    "a helper that is handed different tensors": (
        "def double(x):\n    return x * 2\n"
        "a, b = torch.ones(2), torch.ones(2)\n"
        "reveal_grad(double(a))\n"
        "reveal_grad(double(b))\n",
        ["NO", "NO"],
    ),
    "a constructor": (
        "class Box:\n"
        "    def __init__(self, size):\n        self.held = torch.ones(size)\n"
        "first, second = Box(2), Box(2)\n"
        "first.held = t\n"
        "reveal_grad(first.held)\n"
        "reveal_grad(second.held)\n",
        ["YES", "NO"],
    ),
    "a helper that stores into what it is given": (
        "class Box:\n    pass\n"
        "def fill(box):\n    box.items = [torch.ones(2)]\n"
        "first, second = Box(), Box()\n"
        "fill(first)\nfill(second)\n"
        "second.items.append(t)\n"
        "reveal_grad(first.items[0])\n"
        "reveal_grad(second.items[1])\n",
        ["NO", "YES"],
    ),
    "nested calls": (
        "def inner(x):\n    return [x]\n"
        "def outer(x):\n    return inner(x) + inner(x)\n"
        "a, b = torch.ones(2), torch.ones(2)\n"
        "xs = outer(a)\n"
        "ys = outer(b)\n"
        "xs[0] = t\n"
        "reveal_grad(xs[0])\nreveal_grad(xs[1])\nreveal_grad(ys[0])\n",
        ["YES", "NO", "NO"],
    ),
    "a condition on what is unknown": (
        "def pick(flag):\n"
        "    if flag:\n        return torch.ones(2)\n"
        "    return torch.zeros(2)\n"
        "def f(a, b):\n"
        "    x = pick(a)\n    y = pick(b)\n"
        "    reveal_grad(y)\n",
        ["NO"] * 4,
    ),
}

DIFFERENT = {
    "another flag": (
        "def double(x):\n    return x * 2\n"
        "a = torch.ones(2)\n"
        "reveal_grad(double(a))\n"
        "reveal_grad(double(t))\n",
        ["NO", "YES"],
    ),
    "the same object twice": (
        "class Box:\n"
        "    def __init__(self):\n        self.held = torch.ones(2)\n"
        "def spoil(one, other):\n"
        "    one.held = t\n    return other.held\n"
        "a, b = Box(), Box()\n"
        "reveal_grad(spoil(a, b))\n"
        "c = Box()\n"
        "reveal_grad(spoil(c, c))\n",
        ["NO", "YES"],
    ),
    "one that the function knows by name, too": (
        "class Box:\n"
        "    def __init__(self):\n        self.held = torch.ones(2)\n"
        "shared = Box()\n"
        "def spoil(box):\n"
        "    box.held = t\n    return shared.held\n"
        "other = Box()\n"
        "reveal_grad(spoil(other))\n"
        "reveal_grad(spoil(shared))\n",
        ["NO", "YES"],
    ),
    "another world behind the name": (
        "kept = torch.ones(2)\n"
        "def read(x):\n    return kept\n"
        "a, b = torch.ones(2), torch.ones(2)\n"
        "reveal_grad(read(a))\n"
        "kept = t\n"
        "reveal_grad(read(b))\n",
        ["NO", "YES"],
    ),
    "an attribute that was set": (
        "class Box:\n"
        "    def __init__(self):\n        self.held = torch.ones(2)\n"
        "    def get(self):\n        return self.held\n"
        "a, b = Box(), Box()\n"
        "b.held = t\n"
        "reveal_grad(a.get())\n"
        "reveal_grad(b.get())\n",
        ["NO", "YES"],
    ),
    "another order of what was assumed": (
        "def pick(one, other):\n"
        "    if one:\n        return torch.ones(2)\n"
        "    return t if other else torch.ones(2)\n"
        "def f(a, b):\n"
        "    if a:\n        return\n"
        "    x = pick(b, b)\n    y = pick(a, True)\n"
        "    reveal_grad(x)\n    reveal_grad(y)\n",
        None,
    ),
    "an object of an earlier iteration": (
        "class Box:\n"
        "    def __init__(self):\n        self.held = torch.ones(2)\n"
        "def get(box):\n    return box.held\n"
        "boxes = []\n"
        "for n in range(5):\n    boxes.append(Box())\n"
        "lone = Box()\n"
        "reveal_grad(get(lone))\n"
        "for box in boxes:\n    box.held = t\n"
        "reveal_grad(get(boxes[3]))\n",
        None,
    ),
}


@pytest.mark.parametrize("what", [*ALIKE, *DIFFERENT])
def test_the_facts_are_those_of_running_it(what: str) -> None:
    body, expected = {**ALIKE, **DIFFERENT}[what]
    if expected is not None:
        assert revealed(body) == expected
    assert render_facts(facts_of(PRELUDE + body)) == facts_without_memo(PRELUDE + body)


@pytest.mark.parametrize("what", ALIKE)
def test_what_is_alike_is_not_run_again(what: str, tried: Counter[str]) -> None:
    facts_of(PRELUDE + ALIKE[what][0])
    assert tried["alike"], f"nothing was found alike; {tried['different']} calls were compared"


def test_a_visit_tells_each_caller() -> None:
    body = (
        "def show(x):\n    x.numpy()\n\ndef f():\n    show(t)\n\ndef g():\n    show(t)\nf()\ng()\n"
    )
    (visits,) = facts_of(PRELUDE + body).crossings.values()
    lines = {call.span.line - PRELUDE_LINES for visit in visits for call in visit.calls}
    assert {5, 8} <= lines


def test_a_trace_tells_its_own_beginning() -> None:
    body = (
        "def double(x):\n    return x * 2\n"
        "a = torch.ones(2, requires_grad=True)\n"
        "b = torch.ones(2, requires_grad=True)\n"
        "double(a).numpy()\n"
        "double(b).numpy()\n"
    )
    facts = facts_of(PRELUDE + body)
    stories = [visits[0].story for visits in facts.crossings.values()]
    lines = [story.steps()[0].span.line - PRELUDE_LINES for story in stories if story is not None]
    assert lines == [3, 4]

"""Loops: they end, they see every iteration, and they keep what one iteration knows exactly."""

from __future__ import annotations

import pytest
from engine import raising_lines, revealed, run

from detachlint.api import check_source

UNKNOWN = "for _ in os.listdir():\n"


def last(body: str) -> str:
    return revealed(body)[-1]


@pytest.mark.parametrize(
    ("name", "body", "after"),
    [
        ("made to require grad", "x = torch.ones(2)\n" + UNKNOWN + "    x = x * t\n", "MAYBE"),
        ("never touched", "x = torch.ones(2)\n" + UNKNOWN + "    y = x * t\n", "NO"),
        ("detached each time", "x = t\n" + UNKNOWN + "    x = x.detach() * 2\n", "MAYBE"),
        ("requires grad throughout", "x = t\n" + UNKNOWN + "    x = x * 2\n", "YES"),
        ("two steps late", "x = y = torch.ones(2)\n" + UNKNOWN + "    x = y\n    y = t\n", "MAYBE"),
        (
            "three steps late",
            "x = y = z = torch.ones(2)\n" + UNKNOWN + "    x = y\n    y = z\n    z = t\n",
            "MAYBE",
        ),
        ("a list that is known", "x = torch.ones(2)\nfor w in [t, t]:\n    x = x * w\n", "YES"),
        ("a range that is known", "x = t\nfor _ in range(3):\n    x = x.detach()\n", "NO"),
        ("an empty one", "x = torch.ones(2)\nfor _ in []:\n    x = t\n", "NO"),
    ],
)
def test_what_a_loop_leaves_behind(name: str, body: str, after: str) -> None:
    assert last(body + "reveal_grad(x)\n") == after


def test_a_value_of_the_last_iteration_is_seen_in_the_next() -> None:
    body = "x = torch.ones(2)\n" + UNKNOWN + "    x.numpy()\n    x = x * t\n"
    assert raising_lines(body) == [3]


def test_an_update_in_the_iteration_at_hand_is_strong() -> None:
    body = (
        "kept = []\n" + UNKNOWN + "    w = torch.ones(2)\n"
        "    w.requires_grad_()\n"
        "    reveal_grad(w)\n"
        "    w.requires_grad_(False)\n"
        "    reveal_grad(w)\n"
        "    kept.append(w)\n"
    )
    shown = revealed(body)
    assert set(shown[0::2]) == {"YES"}
    assert set(shown[1::2]) == {"NO"}


def test_objects_of_earlier_iterations_are_told_from_the_one_at_hand() -> None:
    body = (
        "kept = []\n" + UNKNOWN + "    for old in kept:\n"
        "        reveal_grad(old)\n"
        "    w = torch.ones(2)\n"
        "    kept.append(w)\n"
        "    w.requires_grad_()\n"
    )
    assert set(revealed(body)) == {"YES"}


def test_an_older_object_that_is_changed_may_be_any_of_them() -> None:
    body = (
        "kept = []\n" + UNKNOWN + "    kept.append(torch.ones(2, requires_grad=True))\n"
        "kept[0].requires_grad_(False)\n"
        "reveal_grad(kept[1])\n"
    )
    assert revealed(body) == ["MAYBE"]


def test_a_function_made_in_a_loop_keeps_its_closure() -> None:
    body = (
        "made = []\n" + UNKNOWN + "    def give(w=torch.ones(2, requires_grad=True)):\n"
        "        return w\n"
        "    made.append(give)\n"
        "for give in made:\n"
        "    reveal_grad(give())\n"
    )
    assert set(revealed(body)) == {"YES"}


def test_an_assumption_about_something_older_holds_in_every_iteration() -> None:
    body = (
        "def f(flag, items):\n"
        "    x = torch.ones(2)\n"
        "    for _ in items:\n"
        "        if flag:\n"
        "            x = t * 2\n"
        "        if not flag:\n"
        "            reveal_grad(x)\n"
    )
    assert set(revealed(body)) == {"NO"}


def test_an_assumption_made_in_the_loop_does_not_outlive_the_iteration() -> None:
    body = (
        "def f(items):\n"
        "    x = torch.ones(2)\n"
        "    for item in items:\n"
        "        if not item:\n"
        "            reveal_grad(x)\n"
        "        if item:\n"
        "            x = t * 2\n"
    )
    assert "MAYBE" in revealed(body)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a counter", "n = 0\nwhile os.listdir():\n    n += 1\n"),
        ("a growing text", "s = ''\nwhile os.listdir():\n    s += 'a'\n"),
        ("a growing list", "xs = []\nwhile os.listdir():\n    xs.append(len(xs))\n"),
        ("a growing tuple", "xs = ()\nwhile os.listdir():\n    xs = (*xs, len(xs))\n"),
        ("a growing nest", "xs = ()\nwhile os.listdir():\n    xs = (xs, xs)\n"),
        ("a growing dict", "d = {}\nwhile os.listdir():\n    d[len(d)] = str(len(d))\n"),
        ("a growing chain", "class N: pass\nn = None\n" + UNKNOWN + "    m = N()\n    m.n = n\n    n = m\n"),
        ("growing functions", "f = abs\n" + UNKNOWN + "    g = f\n    f = lambda x, g=g: g(x)\n"),
        ("a derived condition", "def f(x):\n    while not x.done:\n        x = x.next\n    return x\n"),
        ("nested loops", UNKNOWN + "    for a in range(9):\n        while a:\n            a -= 1\n"),
    ],
)  # fmt: skip
def test_a_loop_reaches_its_fixpoint(name: str, body: str) -> None:
    facts = run(body + "reveal_grad(t)\nt.numpy()\n")
    assert facts.gave_up == {}
    assert {shown for _, shown in facts.reveals} == {"YES"}


def test_behind_an_endless_loop_is_nothing() -> None:
    assert revealed("while True:\n    t = t * 2\nreveal_grad(t)\n") == []


def test_an_endless_loop_is_left_by_break_alone() -> None:
    body = (
        "x = torch.ones(2)\n"
        "while True:\n"
        "    if os.listdir():\n"
        "        break\n"
        "    x = x * t\n"
        "reveal_grad(x)\n"
    )
    assert set(revealed(body)) <= {"NO", "MAYBE", "YES"}
    assert "YES" in revealed(body) or "MAYBE" in revealed(body)


def test_the_else_of_a_loop_is_skipped_by_break() -> None:
    body = (
        "x = torch.ones(2)\n"
        "for _ in [1, 2]:\n"
        "    x = t\n"
        "    break\n"
        "else:\n"
        "    x = x.detach()\n"
        "reveal_grad(x)\n"
    )
    assert revealed(body) == ["YES"]


def test_continue_goes_on_with_the_next_element() -> None:
    body = (
        "x = torch.ones(2)\n"
        "for w in [torch.ones(2), t]:\n"
        "    if not w.requires_grad:\n"
        "        continue\n"
        "    x = w\n"
        "reveal_grad(x)\n"
    )
    assert revealed(body) == ["YES"]


# --- items replaced one by one -------------------------------------------------------------------

REPLACED = """
class Encoder(nn.Module):
    def forward(self, x):
        return {{i: t * i for i in range(x)}}
def use(model, x):
    model.eval()
    parts = model(x)
    for key, value in {0}:
        parts[key] = {1}
    {2}.numpy()
{3}
"""
IN_SIGHT = "use(Encoder(), 3)"
EITHER = "use(Encoder() if os.getenv('x') else os.make(), 3)"


@pytest.mark.parametrize("caller", ["", IN_SIGHT, EITHER])
def test_what_a_module_perhaps_in_sight_gives_holds_what_replaced_its_items(caller: str) -> None:
    read = "parts[key]"
    clean = REPLACED.format("parts.items()", "value.detach()", read, caller)
    assert raising_lines(clean) == []
    dirty = REPLACED.format("parts.items()", "value * 2", read, caller)
    assert raising_lines(dirty) == [10]


def test_something_unknown_is_a_mapping_only_if_it_is_asked_for_items() -> None:
    """A tensor whose rows are written still requires grad."""
    rows = REPLACED.format("enumerate(parts)", "value.detach()", "parts[key]", "")
    assert raising_lines(rows) == [10]


def test_of_two_containers_either_may_be_left_as_it_is() -> None:
    body = (
        "one, two = {'x': t}, {'x': t}\n"
        "either = one if os.getenv('x') else two\n"
        "for key, value in either.items():\n    either[key] = value.detach()\n"
        "one['x'].numpy()\n"
    )
    assert raising_lines(body) == [5]


@pytest.mark.parametrize("second", ["", "for x in test:\n    break\n"])
def test_what_is_seen_of_no_turn_alone_is_not_likely(second: str) -> None:
    """Batches out of sight: what was moved to the GPU before is there for sure, unless a new one came."""
    first = 'import torch\nfrom data import test, train\nfor x in train:\n    x = x.to("cuda")\n'
    text = f"{first}{second}x.numpy()\n"
    assert [finding.code for finding in check_source(text)] == ([] if second else ["DTL111"])

"""A crossing is only sure to convert a tensor if every run that comes to it does."""

from __future__ import annotations

import pytest
from engine import visits

UNSEEN = "import elsewhere, numpy as np\nn = torch.ones(2)\n"
WRAPPER = "class Wrapper:\n    def numpy(self):\n        return 1\n"
LESS = "class Less:\n    def __lt__(self, other):\n        return self\n"

OTHERS = {
    "an array that a function is handed": ("t", "np.ones(2)", "np.exp(x)"),
    "a list without tensors": ("[t]", "[1.0]", "np.stack(x)"),
    "an object with a method of that name": ("t", "Wrapper()", "x.numpy()"),
    "another function": ("np.exp", "torch.exp", "x(t)"),
    "a tensor beside a tensor": ("np.ones(2)", "torch.ones(2)", "x < n"),
    "a number beside a tensor": ("np.ones(2)", "2", "x * n"),
    "an object that answers for itself": ("np.ones(2)", "Less()", "x < n"),
    "something unseen beside a tensor": ("np.ones(2)", "elsewhere.numbers()", "x < n"),
    "an array changed in place by an array": ("t", "np.ones(2)", "a = np.ones(2); a += x"),
    "an array in a store": ("t", "np.ones(2)", "a = np.ones(2); a[0:2] = x"),
    "a list that is written into": ("np.ones(2)", "[0.0, 0.0]", "x[0:2] = [n]"),
}


def for_sure(body: str) -> set[bool]:
    found = visits(UNSEEN + WRAPPER + LESS + body)
    return {visit.tensor_for_sure for each in found.values() for visit in each}


@pytest.mark.parametrize("what", OTHERS)
def test_of_two_ways_one_converts_nothing(what: str) -> None:
    one, other, crossing = OTHERS[what]
    branches = "if elsewhere.flag():\n    x = {}\nelse:\n    x = {}\n"
    assert for_sure(branches.format(one, other) + crossing) == {False}
    assert for_sure(branches.format(other, one) + crossing) == {False}
    assert for_sure(branches.format(one, one) + crossing) == {True}


@pytest.mark.parametrize("what", OTHERS)
def test_so_it_is_where_both_are_one_value(what: str) -> None:
    one, other, crossing = OTHERS[what]
    assert for_sure(f"x = {one} if elsewhere.flag() else {other}\n{crossing}\n") == {False}


def test_of_two_turns_of_a_loop_one_converts_nothing() -> None:
    body = "for x in [t, {}]:\n    np.exp(x)\n"
    assert for_sure(body.format("np.ones(2)")) == {False}
    assert for_sure(body.format("t * 2")) == {True}


def test_a_call_that_converts_nothing_may_be_converted_itself() -> None:
    assert for_sure("np.exp(torch.relu(t))\n(t * 2).numpy()\n") == {True}


def test_an_error_of_which_nobody_knows_is_no_other_way() -> None:
    body = (
        "class Diverged(Exception):\n"
        "    def __init__(self, loss):\n        self.loss = loss\n"
        "def train():\n    raise Diverged(t * 2)\n"
        "try:\n    train()\nexcept Diverged as error:\n    error.loss.numpy()\n"
    )
    assert for_sure(body) == {True}

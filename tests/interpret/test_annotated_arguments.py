"""What annotations of parameters tell of arguments out of sight, whoever hands them in."""

from __future__ import annotations

import pytest
from engine import raising_lines, revealed, visits

UNSEEN = "import elsewhere, numpy as np\nfrom stable_baselines3.common.policies import {}\n"
POLICIES = UNSEEN.format("ActorCriticPolicy, BasePolicy")

ACT = """
def act(policy, obs):
    if isinstance(policy, BasePolicy):
        return policy.predict(obs)[0]
    return policy(obs)
def play(policy{0}, obs):
    list(policy.parameters())
    act(policy, obs).numpy()
{1}
"""
PREDICTS = ["play(elsewhere.policy(), 0)", ""]
"""Whoever is called by what we see, and by what we do not."""


@pytest.mark.parametrize("caller", PREDICTS)
@pytest.mark.parametrize("cls", ["BasePolicy", "ActorCriticPolicy"])
def test_an_object_is_of_the_stated_class_and_of_those_that_is_derived_from(
    cls: str, caller: str
) -> None:
    assert raising_lines(POLICIES + ACT.format(f": {cls}", caller)) == []


@pytest.mark.parametrize("annotation", ["", ": object", ": elsewhere.Policy"])
@pytest.mark.parametrize("caller", PREDICTS)
def test_without_it_either_way_is_taken(annotation: str, caller: str) -> None:
    body = POLICIES + ACT.format(annotation, caller)
    assert raising_lines(body) == [10]


def test_so_is_an_object_of_a_class_of_the_program() -> None:
    own = "class Own(ActorCriticPolicy):\n    def forward(self, x):\n        return t * x\n"
    assert raising_lines(POLICIES + own + ACT.format("", "play(Own(), 0)")) == []


def test_a_default_is_of_another_class() -> None:
    body = (
        "def act(obs, policy: BasePolicy = None):\n"
        "    if not isinstance(policy, BasePolicy):\n"
        "        t.numpy()\n"
        "act(0, elsewhere.policy())\n"
    )
    assert raising_lines(POLICIES + body) == [5]


IMPORTS = "import elsewhere, numpy as np\n"


def test_something_unknown_is_a_tensor_where_that_is_stated() -> None:
    body = "def convert(x{}):\n    x.numpy()\nconvert(elsewhere.something())\n"
    for annotation, sure in (("", False), (": torch.Tensor", True), (": 'torch.Tensor'", True)):
        (visit,) = visits(IMPORTS + body.format(annotation))[3]
        assert visit.tensor_for_sure is sure


def test_it_is_an_array_where_that_is_stated_and_stays_what_it_is_for_the_caller() -> None:
    body = (
        "def square(x{}):\n    np.square(x)\n    x.numpy()\n"
        "x = elsewhere.something()\nsquare(x)\nx.numpy()\n"
    )
    assert sorted(visits(IMPORTS + body.format(""))) == [4, 7]
    assert sorted(visits(IMPORTS + body.format(": np.ndarray"))) == [7]


@pytest.mark.parametrize(
    "annotation", ["np.ndarray", "torch.Tensor", "float", "nn.Module", "BasePolicy", "Nothing"]
)
def test_what_is_known_of_an_argument_counts_whatever_is_stated(annotation: str) -> None:
    body = f"def convert(x: {annotation}):\n    x.numpy()\nconvert(t * 2)\n"
    assert raising_lines(POLICIES + body) == [4]


@pytest.mark.parametrize("annotation", ["np.ndarray", "torch.Tensor", "float", "nn.Module"])
def test_so_does_what_is_known_of_something_unknown(annotation: str) -> None:
    body = (
        "def load(net):\n    net.eval()\n    return net\n"
        f"def convert(x: {annotation}):\n    x.numpy()\n"
        "def use(net, x):\n    net = load(net)\n    convert(net(x))\n"
    )
    assert raising_lines(IMPORTS + body) == [6]


@pytest.mark.parametrize("annotation", ["float", "int", "str"])
def test_a_number_may_be_a_tensor_of_one(annotation: str) -> None:
    body = (
        f"def update(loss: {annotation}):\n    reveal_grad(loss)\n"
        "x = elsewhere.something()\nupdate(x)\n"
    )
    assert revealed(IMPORTS + body) == revealed(IMPORTS + body.replace(f": {annotation}", ""))


def test_something_that_may_be_none_as_the_default_is_stays_so() -> None:
    body = (
        "def convert(x: torch.Tensor = None):\n"
        "    if x is None:\n        t.numpy()\n"
        "convert(elsewhere.something())\n"
    )
    assert raising_lines(IMPORTS + body) == [4]


def test_a_module_is_one_where_that_is_stated() -> None:
    body = "def convert(net{}, x):\n    net(x).numpy()\nconvert(elsewhere.something(), 1)\n"
    assert raising_lines(IMPORTS + body.format("")) == []
    assert raising_lines(IMPORTS + body.format(": nn.Module")) == [3]


def test_nothing_is_told_of_what_stands_for_several_arguments() -> None:
    body = (
        "def convert(array: np.ndarray, x: torch.Tensor):\n    x.numpy()\n    array.numpy()\n"
        "for data in elsewhere.batches():\n    convert(*data)\n    data[0].numpy()\n"
    )
    found = visits(IMPORTS + body)
    assert sorted(found) == [3, 4, 7]
    assert not any(visit.tensor_for_sure for line in found for visit in found[line])


MODULES = [
    "nn.Module",
    "'nn.Module'",
    "Optional[nn.Module]",
    "typing.Optional[nn.Linear]",
    "'Optional[nn.Linear]'",
    "nn.Module | None",
    "'None | nn.Linear'",
    "Union[nn.Linear, nn.Conv2d]",
    "Union[nn.Linear, None, nn.Conv2d]",
    "'nn.Linear | nn.Conv2d | None'",
]
OTHERS = [
    "object",
    "'nn.Modul'",
    "'not a type'",
    "'[x for x in y]'",
    "'lambda: nn.Module'",
    "'\\0'",
    "Optional[str]",
    "Optional",
    "Union[nn.Module, str]",
    "nn.Module | str",
    "list[nn.Module]",
]
TYPING = "import typing\nfrom typing import Optional, Union\n"
CONVERTS = "def convert(model: {}, x):\n    model(x).numpy()\n"


@pytest.mark.parametrize("annotation", MODULES)
def test_an_argument_is_a_module_where_all_classes_that_are_stated_are(annotation: str) -> None:
    assert raising_lines(TYPING + CONVERTS.format(annotation)) == [4]


@pytest.mark.parametrize("annotation", OTHERS)
def test_it_is_none_where_another_class_is_stated_too_or_none_is(annotation: str) -> None:
    assert raising_lines(TYPING + CONVERTS.format(annotation)) == []


@pytest.mark.parametrize("annotation", ["Optional[torch.Tensor]", "torch.Tensor | None"])
def test_what_may_be_none_takes_either_way_where_that_is_asked(annotation: str) -> None:
    body = (
        f"def convert(x: {annotation}):\n"
        "    if x is None:\n        t.numpy()\n"
        "    else:\n        t.numpy()\n"
    )
    assert raising_lines(TYPING + body) == [5, 7]


@pytest.mark.parametrize("annotation", ["Optional[Objective]", "Objective | None"])
def test_a_module_of_the_program_that_may_be_left_out_may_have_no_parameters(
    annotation: str,
) -> None:
    own = "class Objective(nn.Module):\n    pass\n"
    body = own + "def convert(objective: {}, x):\n    objective(x).numpy()\n"
    assert raising_lines(TYPING + body.format(annotation)) == []
    assert raising_lines(TYPING + body.format("Objective")) == [6]


def test_names_in_quotes_are_those_of_where_the_function_is() -> None:
    body = (
        "class Module:\n    def __call__(self, x):\n        return x.detach()\n"
        "def convert(model: 'Module', x):\n    model(x).numpy()\n"
    )
    assert raising_lines(TYPING + body) == []

"""Words that a signature suggests stand in a row only where an execution shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from detachlint.harness.probe import ambient, asked, given_back, observe, special  # noqa: E402  # needs torch
from detachlint.harness.probe.execute import Call  # noqa: E402
from detachlint.harness.probe.given_back import GIVERS, Giver  # noqa: E402
from detachlint.knowledge import facts  # noqa: E402

X = torch.ones(2)
ASKED = ("dtype", "device", "requires_grad")


@pytest.fixture(autouse=True)
def _with_all_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the function is, its signature has them."""
    monkeypatch.setattr(asked, "parameter_names", lambda name: frozenset(ASKED))


def answers(function: Callable[..., Any], *calls: Call) -> tuple[bool, ...]:
    """Whether it follows what it is asked for: a dtype, a device, a flag."""
    runs = [observe.run(function, call) for call in calls]
    follows = (asked.follows_dtype, asked.follows_device, asked.follows_flag)
    return tuple(one("torch.made_up", runs) for one in follows)


def test_what_is_asked_for_has_to_come_out() -> None:
    def made(size: int, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
        return torch.ones(size, dtype=dtype, device=device, requires_grad=requires_grad)

    def deaf(size: int, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
        return torch.ones(size)

    assert answers(made, Call((2,))) == (True, True, True)
    assert answers(deaf, Call((2,))) == (False, False, False)


def test_what_refuses_it_does_not_follow() -> None:
    assert answers(lambda x: x * 2, Call((X,))) == (False, False, False)


def test_a_dtype_that_is_given_by_position_is_replaced() -> None:
    assert answers(lambda x, to: x.to(to), Call((X, torch.float64))) == (True, False, False)


def test_a_flag_may_take_floats() -> None:
    """`torch.randperm(2, requires_grad=True)` raises, as whole numbers have none."""

    def made(size: int, dtype: Any = torch.int64, requires_grad: bool = False) -> Any:
        return torch.ones(size, dtype=dtype, requires_grad=requires_grad)

    assert answers(made, Call((2,))) == (True, False, True)


@pytest.mark.parametrize(
    ("name", "factory", "dtype", "device"),
    [
        ("torch.rand", True, "argument", "argument"),
        ("torch.normal", True, "argument", "argument"),
        ("torch.randperm", True, "argument", "argument"),
        ("torch.tril_indices", False, "argument", "argument"),
        ("torch.Tensor.cumsum", False, "argument", "same"),
        ("torch.Tensor.cumsum_", False, "same", "same"),
        ("torch.Tensor.new", False, "same", "same"),
    ],
)
def test_rows_say_what_was_seen(name: str, factory: bool, dtype: str, device: str) -> None:
    fact = facts.call_fact(name)
    assert fact is not None
    assert (fact.factory, fact.dtype, fact.device) == (factory, dtype, device)


@pytest.mark.parametrize("name", [name for name in sorted(GIVERS) if "jit" not in name])
def test_what_gives_its_argument_back_computes_the_same(name: str) -> None:
    assert given_back.gives_back(name)


def test_all_that_are_said_to_give_their_argument_are_known() -> None:
    assert set(GIVERS) == set(special.names_of("gives_argument"))


def test_something_of_the_same_type_is_not_given_back() -> None:
    assert not given_back.is_given_back(Giver(given_back.linear, lambda _: given_back.linear()))
    assert given_back.is_given_back(Giver(given_back.linear, lambda module: module))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("weight_norm", "computes"),
        ("prune.identity", "computes"),
        ("spectral_norm", "computes-when-called"),
        ("parametrizations.weight_norm", "computes-when-read"),
        ("remove_weight_norm", "restores"),
        ("parametrize.remove_parametrizations", "restores-recorded"),
        ("convert_conv2d_weight_memory_format", ""),
    ],
)
def test_when_a_parameter_is_computed_is_seen(name: str, word: str) -> None:
    assert given_back.computes_parameter(f"torch.nn.utils.{name}") == word


def test_what_tells_of_the_machine_answers_alike_whenever_it_is_asked() -> None:
    name = "torch.made_up.is_available"
    assert ambient.ambient_of(name, lambda: False, gives_bool=True) == "machine"
    assert ambient.ambient_of(name, torch.is_grad_enabled, gives_bool=True) == ""
    assert ambient.ambient_of(name, lambda _: True, gives_bool=True) == ""


def test_what_was_read_says_so() -> None:
    for name in ("torch.Tensor.cpu", "torch.Tensor.is_cuda"):
        fact = facts.call_fact(name)
        assert fact is not None and fact.evidence.startswith("hand+read ")

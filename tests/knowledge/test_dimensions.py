"""Which callables give tensors without dimensions: the table, and what the probe makes of a callable."""

from __future__ import annotations

import pytest

from detachlint.knowledge import facts
from detachlint.knowledge.dimensions import DIMENSIONS, KEPT, NO_DIMENSIONS, dimensions_of

pytest.importorskip("torch")

from detachlint.harness.probe.dimensions import row_of

NAMES = [
    "torch.Tensor.sum",
    "torch.Tensor.detach",
    "torch.Tensor.data",
    "torch.Tensor.max",
    "torch.Tensor.flatten",
    "torch.Tensor.cov",
    "torch.inner",
    "torch.mean",
    "torch.nn.MSELoss",
    "torch.nn.CrossEntropyLoss",
    "torch.nn.Linear",
    "torch.nn.functional.mse_loss",
    "torch.nn.functional.softmax",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_what_the_probe_sees(name: str) -> None:
    assert row_of(name) == dimensions_of(name)


@pytest.mark.slow
def test_the_table_is_the_one_that_is_made_anew() -> None:
    names = [*facts.CALLS.names(), *facts.MODULES.names()]
    assert {n: row for n in names if (row := row_of(n))} == {
        name: dimensions_of(name) for name in DIMENSIONS.names()
    }


def test_what_is_found_under_any_name_of_it() -> None:
    assert dimensions_of("torch.nn.modules.loss.MSELoss") == NO_DIMENSIONS
    assert dimensions_of("torch.Tensor.detach") == KEPT
    assert dimensions_of("torch.no_such_function") == ""

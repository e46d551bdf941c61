"""Which callables give tensors without dimensions: the table, and what the probe makes of a callable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from detachlint.knowledge.dimensions import DIMENSIONS, KEPT, NO_DIMENSIONS, dimensions_of
from detachlint.knowledge.table import Table

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
    "torch.linspace",
    "torch.mean",
    "torch.nn.MSELoss",
    "torch.nn.CrossEntropyLoss",
    "torch.nn.Linear",
    "torch.nn.functional.mse_loss",
    "torch.nn.functional.softmax",
    "torch.ones",
    "torch.randint",
    "torch.scalar_tensor",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_what_the_probe_sees(name: str) -> None:
    assert row_of(name) == dimensions_of(name)


MAKE = """
import sys
from pathlib import Path
from detachlint.harness.probe import dimensions
Path(sys.argv[1]).write_text(dimensions.text(), encoding="utf-8")
"""


@pytest.mark.slow
def test_the_table_is_the_one_that_is_made_anew(tmp_path: Path) -> None:
    """In a process of its own: after all these calls, others that are executed may crash."""
    made = tmp_path / "made.tsv"
    subprocess.run([sys.executable, "-c", MAKE, str(made)], check=True, capture_output=True)
    anew = Table(str(made))
    assert {name: anew.row(name) for name in anew.names()} == {
        name: DIMENSIONS.row(name) for name in DIMENSIONS.names()
    }


def test_what_is_found_under_any_name_of_it() -> None:
    assert dimensions_of("torch.nn.modules.loss.MSELoss") == NO_DIMENSIONS
    assert dimensions_of("torch.Tensor.detach") == KEPT
    assert dimensions_of("torch.no_such_function") == ""

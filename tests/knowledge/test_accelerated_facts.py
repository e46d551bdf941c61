"""What autocast does on a GPU: the table is well formed and, where there is a GPU, true."""

from __future__ import annotations

import pytest
import torch
from click.testing import CliRunner

from detachlint.harness.probe import accelerated
from detachlint.harness.probe.__main__ import main
from detachlint.harness.probe.worker import settle
from detachlint.knowledge import facts
from detachlint.knowledge.model import TRAITS

NAMES = list(facts.ACCELERATED.names())
ON_EVERY_DEVICE = (
    "torch.softmax",
    "torch.matmul",
    "torch.Tensor.sum",
    "torch.nn.functional.grid_sample",
    "torch.nn.Linear",
    "torch.nn.LayerNorm",
)
GPU = frozenset({"cuda"})
NEEDS_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no GPU")


def on_cpu(name: str) -> str:
    module, call = facts.module_fact(name), facts.call_fact(name)
    assert module is not None or call is not None
    return module.autocast if module is not None else call.traits.get("autocast", "")  # type: ignore[union-attr]  # asserted


def test_the_table_says_what_was_executed() -> None:
    version, device = facts.ACCELERATED.version.removeprefix("torch ").split(" ")
    assert version[0].isdigit() and device == "cuda"
    assert sorted(NAMES) == NAMES and len(NAMES) > 100
    assert {facts.ACCELERATED.row(name).partition("\t")[2] for name in NAMES} == {"cuda"}  # type: ignore[union-attr]  # its own names


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_about_something_known_and_differs_from_the_cpu(name: str) -> None:
    word = facts.autocast_on(GPU, name, "unlisted")
    assert word in {*TRAITS["autocast"], ""}
    assert word != on_cpu(name)


def test_what_has_no_row_is_as_on_a_cpu() -> None:
    assert "torch.matmul" not in NAMES
    assert facts.autocast_on(GPU, "torch.matmul", on_cpu("torch.matmul")) == "lowers"
    assert facts.autocast_on(GPU, "torch.softmax", on_cpu("torch.softmax")) == "raises"
    assert facts.autocast_on(frozenset({"cpu"}), "torch.softmax", "") == ""


@pytest.mark.parametrize("name", ON_EVERY_DEVICE)
def test_executed_on_a_cpu_nothing_differs_from_one(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    monkeypatch.setattr(accelerated, "DEVICE", "cpu")
    assert accelerated.accelerated_row(name) == ""


def test_what_could_not_be_executed_has_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerated, "DEVICE", "cpu")
    monkeypatch.setattr(accelerated, "first_outputs", lambda *_: lambda *_: [])
    assert on_cpu("torch.matmul") == "lowers"
    assert accelerated.accelerated_row("torch.matmul") == ""


@NEEDS_GPU
@pytest.mark.parametrize("name", [*NAMES[::5], *ON_EVERY_DEVICE])
def test_the_rows_are_true(name: str) -> None:
    settle()
    assert accelerated.accelerated_row(name) == (facts.ACCELERATED.row(name) or "")


@pytest.mark.skipif(torch.cuda.is_available(), reason="it would be made anew")
def test_without_a_gpu_the_table_is_not_written() -> None:
    result = CliRunner().invoke(main, ["--accelerated"])
    assert result.exit_code == 2
    assert (
        result.output.splitlines()[-1] == "Error: --accelerated needs a GPU, and PyTorch finds none"
    )

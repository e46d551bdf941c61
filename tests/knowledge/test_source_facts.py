"""Facts about libraries around PyTorch: every row is read, has its evidence, and holds."""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from source_samples import SAMPLES

from detachlint.knowledge.own import OwnFact, OwnResult, fact_in_words
from detachlint.knowledge.rows import MalformedRow
from detachlint.knowledge.source_facts import (
    EXECUTED,
    STARS,
    all_rows,
    expression,
    from_elsewhere,
    given_by_star,
    is_bare_module,
    is_module_source,
    parse_source,
    source_fact,
)

SAME = ("torch.autograd.backward", "torch.nn.Module", "torch.nn.DataParallel", "torch.reshape")
ROWS = {name: (row, executed) for name, row, executed in all_rows()}
ELSEWHERE = {name for name, (row, _) in ROWS.items() if row.startswith("= ") and "**" in row}


@pytest.mark.parametrize("name", sorted(set(ROWS) - ELSEWHERE))
def test_rows_are_read_and_have_evidence(name: str) -> None:
    row, executed = ROWS[name]
    fact = parse_source(name, row, executed)
    assert fact.stated.same_as in ("", *SAME) and fact.stated.text
    if executed:
        assert re.fullmatch(r"[a-z0-9-]+ \d+(\.\d+)+", fact.evidence), fact.evidence
    else:
        assert len(fact.evidence) > 8


def test_no_row_stands_twice() -> None:
    for table in ("executed", "read"):
        path = EXECUTED.path.with_name(f"{table}.tsv")
        lines = path.read_text(encoding="utf-8").splitlines()
        names = [line.partition("\t")[0] for line in lines if line[0] != "#"]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_rows_that_point_elsewhere_point_at_rows(name: str) -> None:
    target = ROWS[name][0][2:].partition("\t")[0]
    assert target.endswith(".**") and any(n.startswith(target[:-2]) for n in ROWS)


@pytest.mark.parametrize("method", ["__call__", "parameters"])
@pytest.mark.parametrize("name", sorted(set(ROWS) - ELSEWHERE))
def test_a_row_about_a_function_is_none_about_its_result(name: str, method: str) -> None:
    """What `library.build()` gives is looked up as `library.build.method`, too."""
    concrete = name.replace("**", "part").replace("*", "Thing")
    fact = source_fact(f"{concrete}.{method}")
    assert fact is None or fact.stated.name.endswith(method)


def test_at_least_twenty_libraries_are_known() -> None:
    roots = {name.partition(".")[0] for name in ROWS} - {"**", "torch"}
    assert len(roots) >= 40


@pytest.mark.parametrize("row", ["module", "module\t", "modul\tx 1.0", "module data\tx 1.0"])
def test_other_rows_are_refused(row: str) -> None:
    with pytest.raises(MalformedRow):
        parse_source("library.thing", row, executed=True)


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("a.B*.load", "a.Big.load", True),
        ("a.B*.load", "a.b.Big.load", False),
        ("a.**.load", "a.load", True),
        ("a.**.load", "a.b.c.load", True),
        ("**.Base", "Base", True),
        ("**.Base", "a.NoBase", False),
        ("a.*", "a.b.c", False),
    ],
)
def test_patterns(pattern: str, name: str, matches: bool) -> None:
    assert (re.fullmatch(expression(pattern), name) is not None) is matches


def test_a_name_without_stars_counts_before_patterns() -> None:
    weights = source_fact("torchvision.models.get_weight")
    assert weights is not None and weights.stated.result is OwnResult.OBJECT


@pytest.mark.parametrize(
    "name", ["pytorch_lightning.LightningModule", "lightning.LightningModule", "pl.LightningModule"]
)
def test_a_base_class_is_a_bare_module(name: str) -> None:
    assert is_module_source(name) and is_bare_module(name)


def test_a_class_with_parameters_is_not_bare() -> None:
    assert is_module_source("transformers.BertModel")
    assert not is_bare_module("transformers.BertModel")


def test_a_renamed_package_has_the_facts_of_the_other() -> None:
    hook = source_fact("lightning.pytorch.callbacks.Callback.on_validation_end")
    assert hook is not None and hook.stated.without_grad


def test_only_what_was_executed_itself_is_certain() -> None:
    exact, example = source_fact("einops.rearrange"), source_fact("timm.models.create_model")
    assert exact is not None and exact.certain
    assert example is not None and example.executed and not example.certain


# --- execution --------------------------------------------------------------------------------


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No library asks a server for anything."""
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")


def test_every_executed_row_has_a_sample() -> None:
    assert set(SAMPLES) == {name for name, (_, executed) in ROWS.items() if executed}


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_executed_rows_hold(name: str) -> None:
    row, _ = ROWS[name]
    evidence = row.partition("\t")[2]
    for library in libraries_of(SAMPLES[name]):
        try:
            importlib.import_module(library)
        except (ImportError, RuntimeError) as error:
            pytest.skip(f"{evidence} is not installed: {error}")
    check(parse_source(name, row, executed=True).stated, SAMPLES[name])


def libraries_of(code: str) -> list[str]:
    """What a sample imports."""
    imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import)]
    froms = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
    return [a.name for node in imports for a in node.names] + [node.module or "" for node in froms]


def run(code: str, x: torch.Tensor) -> Any:
    """What the sample leaves in `result`, and its `x`."""
    names: dict[str, Any] = {"torch": torch, "x": x, "mode": torch.is_grad_enabled}
    exec(code, names)
    return names["result"], names["x"]


@pytest.mark.parametrize("trainable", [True, False])
@pytest.mark.parametrize("name", ["odeint", "odeint_adjoint"])
def test_a_solution_requires_grad_if_the_parameters_of_what_is_called_do(
    name: str, trainable: bool
) -> None:
    solve = getattr(pytest.importorskip("torchdiffeq"), name)

    class Field(torch.nn.Linear):
        def forward(self, *given: torch.Tensor) -> torch.Tensor:
            time, state = given
            assert (
                time.ndim == 0 and state.ndim == 2 and torch.is_grad_enabled() is (name == "odeint")
            )
            return super().forward(state)

    field = Field(2, 2).requires_grad_(trainable)
    solved = solve(field, torch.ones(1, 2), torch.tensor([0.0, 1.0]), method="euler")
    assert solved.requires_grad is trainable


def test_only_arguments_are_handed_on_to_what_is_called() -> None:
    fact = fact_in_words("lib.solve", "propagate calls=t,y parameters=function,y,t")
    assert (fact.calls, fact.parameters) == (("t", "y"), ("function", "y", "t"))
    assert fact_in_words("lib.solve", fact.text) == fact
    for wrong in (
        "calls=t",
        "parameters=f,t",
        "calls=f parameters=f,t",
        "calls= parameters=f,t",
        "calls=t parameters=f,t calls=t",
    ):
        with pytest.raises(ValueError, match="has to name some of"):
            fact_in_words("lib.solve", f"propagate {wrong}")


def check(fact: OwnFact, code: str) -> None:
    """Execute the sample, and look whether the fact tells what came out."""
    with torch.enable_grad():
        result, given = run(code, torch.ones(4, requires_grad=True))
    match fact.result:
        case OwnResult.MODULE:
            assert isinstance(result, torch.nn.Module)
            assert any(parameter.requires_grad for parameter in result.parameters())
        case OwnResult.ARGUMENT:
            assert result is given
        case OwnResult.ITERATES:
            through = range(given) if isinstance(given, int) else given
            assert all(one is other for one, other in zip(result, through, strict=True))
        case OwnResult.ARRAY:
            assert isinstance(result, np.ndarray)
        case OwnResult.TRUE:
            assert result is True
        case OwnResult.REQUIRES_GRAD:
            assert result.requires_grad
        case OwnResult.PROPAGATE:
            assert result.requires_grad
            assert not run(code, torch.ones(4))[0].requires_grad
            with torch.no_grad():
                # What a pattern stands for may give a view, which keeps the flag.
                assert (
                    "*" in fact.name
                    or not run(code, torch.ones(4, requires_grad=True))[0].requires_grad
                )
        case OwnResult.NEVER | OwnResult.DATA | OwnResult.OBJECT:
            assert not any(tensor.requires_grad for tensor in tensors_in(result))
        case None if fact.without_grad:
            assert result is False
        case None if fact.same_as == "torch.nn.Module":
            assert issubclass(result, torch.nn.Module)
        case None if fact.same_as == "torch.autograd.backward":
            assert result is given.grad and result is not None
        case None if fact.same_as == "torch.nn.DataParallel":
            assert result.module is given
        case None:
            assert fact.same_as == "torch.reshape" and result.requires_grad
            with torch.no_grad():
                view, base = run(code, torch.ones(4, requires_grad=True))
            assert view.requires_grad and view.data_ptr() == base.data_ptr()
    if fact.result is OwnResult.NEVER:
        assert isinstance(result, torch.Tensor)


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """The tensors in nested tuples, lists and dicts."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))


STAR_ROWS = {name: STARS.row(name) or "" for name in STARS.names()}


@pytest.mark.parametrize("name", sorted(STAR_ROWS))
def test_what_a_star_gives_is_a_name_of_a_library_and_has_its_evidence(name: str) -> None:
    real, _, evidence = STAR_ROWS[name].partition("\t")
    assert real.partition(".")[0] in {"matplotlib", "numpy", "pandas", "scipy", "torch"}
    assert len(evidence) > 8
    concrete = name.replace("**", "anything")
    assert from_elsewhere(concrete) == real
    assert name.rpartition(".")[2] in given_by_star(concrete.rpartition(".")[0])


@pytest.mark.parametrize("name", [name for name in STAR_ROWS if "pylab" in name])
def test_matplotlib_gives_what_the_rows_say(name: str) -> None:
    module, _, short = name.rpartition(".")
    real = (STAR_ROWS[name]).partition("\t")[0]
    given: dict[str, Any] = {}
    exec(f"from {module} import *", given)
    assert given[short] is importlib.import_module(real)

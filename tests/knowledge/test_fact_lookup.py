"""Looking facts up: aliases, what is unknown, and that nothing heavy is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from detachlint.knowledge import facts, rows
from detachlint.knowledge.model import SPECIAL_CASES
from detachlint.knowledge.table import Table, index


@pytest.mark.parametrize(
    ("alias", "canonical"),
    [
        ("torch.autograd.no_grad", "torch.no_grad"),
        ("torch.autograd.grad_mode.enable_grad", "torch.enable_grad"),
        ("torch.nn.modules.linear.Linear", "torch.nn.Linear"),
        ("torch.nn.modules.Linear", "torch.nn.Linear"),
        ("torch.nn.parameter.Parameter", "torch.nn.Parameter"),
        ("torch.autograd.variable.Variable", "torch.autograd.Variable"),
        ("torch.distributions.normal.Normal", "torch.distributions.Normal"),
        ("torch.optim.adam.Adam", "torch.optim.Adam"),
        ("torch.functional.einsum", "torch.einsum"),
        ("torch.utils.data.dataloader.DataLoader", "torch.utils.data.DataLoader"),
        ("torch.relu", "torch.relu"),
        ("numpy.exp", "numpy.exp"),
        ("", ""),
    ],
)
def test_names_become_canonical(alias: str, canonical: str) -> None:
    assert facts.canonical_name(alias) == canonical


def test_a_member_of_an_aliased_class_is_found() -> None:
    name = "torch.nn.modules.linear.Linear.forward"
    assert facts.canonical_name(name) == "torch.nn.Linear.forward"


def test_every_alias_leads_to_a_name_that_is_no_alias() -> None:
    for name in facts.ALIASES.names():
        target = facts.canonical_name(name)
        assert facts.ALIASES.row(target) is None, name


def test_aliases_that_are_no_objects_of_their_own_are_found_by_identity() -> None:
    pytest.importorskip("torch")
    from detachlint.harness.probe.aliases import READ, evidence_of

    rows_of = {name: facts.ALIASES.row(name) or "" for name in facts.ALIASES.names()}
    read = [name for name, row in rows_of.items() if row.endswith(f"\t{READ}")]
    assert read == [
        "torch._C._set_grad_enabled",
        "torch._dynamo.disable",
        "torch.jit.script_method",
        "torch.nn.utils.stateless.functional_call",
    ]
    assert evidence_of("torch.nn.modules.linear.Linear", "torch.nn.Linear") != READ


@pytest.mark.filterwarnings("ignore:.*stateless:FutureWarning")
@pytest.mark.parametrize("grad_mode", [True, False])
def test_the_older_functional_call_does_what_the_newer_one_does(grad_mode: bool) -> None:
    torch = pytest.importorskip("torch")
    module, given = torch.nn.Linear(2, 2), torch.ones(2)
    weights = {name: torch.ones_like(value) for name, value in module.named_parameters()}
    both = (torch.nn.utils.stateless.functional_call, torch.func.functional_call)
    for flagged in (True, False):
        replaced = {name: value.requires_grad_(flagged) for name, value in weights.items()}
        with torch.set_grad_enabled(grad_mode):
            flags = {call(module, replaced, (given,)).requires_grad for call in both}
        assert flags == {flagged and grad_mode}


def test_no_alias_hides_a_row() -> None:
    for table in (facts.CALLS, facts.MODULES, facts.CLASSES):
        assert not [name for name in table.names() if facts.ALIASES.row(name) is not None]


def test_unknown_names_have_no_fact() -> None:
    assert facts.call_fact("torch.no_such_function") is None
    assert facts.module_fact("torch.nn.NoSuchModule") is None
    assert facts.class_fact("torch.no.Class") is None
    assert facts.tensor_attribute("no_such_attribute") is None
    assert not facts.is_tensor_method("no_such_method")
    assert facts.not_modelled("torch.no_such_function") == ""


def test_what_is_not_modelled_says_why() -> None:
    assert facts.call_fact("torch.cudnn_convolution") is None
    assert facts.not_modelled("torch.cudnn_convolution") == "needs an accelerator"
    assert facts.not_modelled("torch.relu") == ""


def test_attributes_and_methods_are_told_apart() -> None:
    assert facts.tensor_attribute("T") is not None
    assert facts.tensor_attribute("max") is None
    assert facts.is_tensor_method("max")
    assert not facts.is_tensor_method("T")


def test_all_rows_can_be_read() -> None:
    for name in facts.CALLS.names():
        assert facts.call_fact(name) is not None or facts.not_modelled(name)
    for name in facts.MODULES.names():
        assert facts.module_fact(name) is not None
    for name in facts.CLASSES.names():
        assert facts.class_fact(name) is not None


def test_rows_are_sorted_and_unique() -> None:
    for table in (facts.CALLS, facts.MODULES, facts.CLASSES, facts.ALIASES):
        lines = table.path.read_text(encoding="utf-8").splitlines()[1:]
        names = [line.partition("\t")[0] for line in lines]
        assert names == sorted(set(names)), table.path


def test_odd_cases_are_explained() -> None:
    used = {f.special for name in facts.CALLS.names() if (f := facts.call_fact(name)) is not None}
    assert used - {""} == set(SPECIAL_CASES)


def test_every_fact_tells_where_it_comes_from() -> None:
    sources = {"op_db", "module_db", "stub", "hand", "read"}
    for name in facts.CALLS.names():
        fact = facts.call_fact(name)
        if fact is not None:
            source, torch, version = fact.evidence.split(" ")
            assert set(source.split("+")) <= sources, name
            assert torch == "torch" and version.count(".") == 2, name


def test_rows_are_read_as_written() -> None:
    for name in facts.CALLS.names():
        fact, row = facts.call_fact(name), facts.CALLS.row(name)
        if fact is not None and row is not None:
            assert rows.format_call(fact) == row.partition("\t")[0]
    for name in facts.MODULES.names():
        row = facts.MODULES.row(name) or ""
        assert rows.format_module(rows.parse_module(name, row)) == row


def test_comments_and_empty_lines_are_no_rows() -> None:
    assert index("# torch 9\n\na\t1\t2\n# b\t3\nc\t4\n") == {"a": "1\t2", "c": "4"}


def test_a_table_knows_the_version_that_was_executed() -> None:
    assert Table("torch/calls.tsv").version == Table("torch/modules.tsv").version != ""


def test_looking_up_imports_neither_torch_nor_numpy() -> None:
    code = (
        "import sys; from detachlint.knowledge import facts; facts.call_fact('torch.relu');"
        "assert not {'torch', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

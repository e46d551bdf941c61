"""The words of a row: what is written is read back, and nothing else is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detachlint.knowledge import rows
from detachlint.knowledge.model import (
    Aliasing,
    CallFact,
    ClassFact,
    FlagFact,
    MethodFact,
    ModuleFact,
    Output,
    ParameterFact,
    Result,
)

names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
name_tuples = st.lists(names, max_size=3, unique=True).map(tuple)
results = st.sampled_from(Result)
aliasings = st.sampled_from(Aliasing)


@st.composite
def call_facts(draw: st.DrawFn) -> CallFact:
    kinds = draw(st.lists(results, min_size=1, max_size=4).map(tuple))
    return CallFact(
        name="torch.made_up",
        results=kinds,
        sequence=draw(st.sampled_from(("", "tuple", "list"))),
        fields=draw(name_tuples),
        repeated=draw(st.booleans()),
        python_type=draw(st.sampled_from(("", "int", "torch.Size", "float|list"))),
        aliasing=draw(aliasings),
        in_place=draw(st.booleans()),
        rejects_grad=draw(st.booleans()),
        factory=draw(st.booleans()),
        special=draw(st.sampled_from(("", "dim", "getitem"))),
        dtype=draw(st.sampled_from(("same", "argument", "bool"))),
        device=draw(st.sampled_from(("same", "argument", "cpu"))),
        parameters=draw(name_tuples),
        ignored=draw(st.lists(st.integers(0, 5), max_size=2, unique=True).map(tuple)),
        attribute=draw(st.booleans()),
        evidence="op_db",
    )


outputs = st.recursive(
    results.map(Output),
    lambda inner: st.builds(
        lambda items, flag, named: Output(
            None, tuple(items), tuple(f"f{i}" for i in range(len(items) * named)), flag
        ),
        st.lists(inner, min_size=1, max_size=3),
        st.sampled_from(("", "return_indices")),
        st.integers(0, 1),
    ),
    max_leaves=6,
)


@given(call_facts())
def test_a_call_is_read_back_as_written(fact: CallFact) -> None:
    assert rows.parse_call(fact.name, f"{rows.format_call(fact)}\t{fact.evidence}") == fact


@given(outputs, name_tuples, aliasings, st.booleans(), st.booleans())
def test_a_module_is_read_back_as_written(
    output: Output, positions: tuple[str, ...], aliasing: Aliasing, is_loss: bool, default: bool
) -> None:
    fact = ModuleFact(
        name="torch.nn.MadeUp",
        parameters=(
            ParameterFact("weight"),
            ParameterFact("bias", (FlagFact("affine", True), FlagFact("bias", default))),
        ),
        positions=positions,
        output=output,
        aliasing=aliasing,
        in_place_flag="inplace" if is_loss else "",
        container="",
        is_loss=is_loss,
        children=("linear",),
        buffers=("running_mean",),
        evidence="module_db",
    )
    assert rows.parse_module(fact.name, rows.format_module(fact)) == fact


@given(results, aliasings, st.booleans())
def test_a_class_is_read_back_as_written(
    result: Result, aliasing: Aliasing, is_attribute: bool
) -> None:
    method = MethodFact("mean", result, aliasing, is_attribute)
    fact = ClassFact("torch.MadeUp", "distribution", ("loc",), {"mean": method}, "hand")
    assert rows.parse_class(fact.name, rows.format_class(fact)) == fact


@pytest.mark.parametrize(
    "row",
    ["maybe\thand", "propagate sideways\thand", "propagate colour=red\thand", "\thand"],
)
def test_an_unknown_word_is_an_error_that_names_the_row(row: str) -> None:
    with pytest.raises(rows.MalformedRow, match=r"^torch\.f: "):
        rows.parse_call("torch.f", row)


def test_a_row_without_a_model_has_a_reason_and_no_fact() -> None:
    row = f"{rows.NOT_MODELLED}needs an accelerator\ttried"
    assert rows.parse_call("torch.f", row) is None
    assert rows.parse_reason(row) == "needs an accelerator"
    assert rows.parse_reason("propagate\top_db") == ""


def test_defaults_take_no_words() -> None:
    fact = rows.parse_call("torch.f", "propagate\top_db")
    assert fact is not None
    assert (fact.sequence, fact.aliasing, fact.dtype, fact.device) == (
        "",
        Aliasing.FRESH,
        "same",
        "same",
    )
    assert rows.format_call(fact) == "propagate"

"""The words of a row: what is written is read back, and nothing else is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detachlint.knowledge import rows
from detachlint.knowledge.gates import RANKS, Gate, NumpyFact
from detachlint.knowledge.model import (
    ALL_LOST,
    AMBIENT,
    CALLS,
    CONTEXT_METHODS,
    MODULE_METHODS,
    OPTIMIZER_METHODS,
    SOME_LOST,
    TRAITS,
    Aliasing,
    CallFact,
    ClassFact,
    FlagFact,
    Form,
    MethodFact,
    ModuleFact,
    Output,
    ParameterFact,
    Result,
)

names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
given_names = st.lists(names, min_size=1, max_size=2, unique=True).map(tuple)
traits = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(sorted(values)) for key, values in TRAITS.items()}
)
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
        each=draw(st.booleans()),
        python_type=draw(st.sampled_from(("", "int", "torch.Size", "float|list"))),
        aliasing=draw(aliasings),
        perhaps_self=draw(st.booleans()),
        in_place=draw(st.booleans()),
        rejects=draw(st.sampled_from(((), ("0",), ("1", "weight")))),
        factory=draw(st.booleans()),
        special=draw(st.sampled_from(("", "to", "getitem"))),
        form=draw(st.none() | st.builds(Form, st.sampled_from(("given", "true")), given_names)),
        calls=draw(st.sampled_from(("", *CALLS))),
        ambient=draw(st.sampled_from(("", *AMBIENT))),
        dtype=draw(st.sampled_from(("same", "argument", "bool"))),
        undecided=draw(st.sampled_from(("", "numbers", "int64"))),
        device=draw(st.sampled_from(("same", "argument", "cpu"))),
        host=draw(st.sampled_from(((), (1,), (1, 2)))),
        conjugated=draw(st.sampled_from(((), (2,)))),
        parameters=draw(name_tuples),
        idle=draw(st.booleans()),
        ignored=draw(st.lists(st.integers(0, 5), max_size=2, unique=True).map(tuple)),
        apart=draw(st.sampled_from(((), ((), (2, 8)), ((1,), (0,))))),
        attribute=draw(st.booleans()),
        depends=draw(st.sampled_from(((), ("layout",), ("call", "dtype")))),
        traits=draw(traits),
        keeps=draw(st.sampled_from(((), ("sparse",), ("sparse", "nested")))),
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
        perhaps_self=default,
        depends=("layout",) if default else (),
        in_place_flag="inplace" if is_loss else "",
        container="",
        wraps=default,
        autocast="lowers" if is_loss else "",
        mixed="widens" if is_loss else "",
        is_loss=is_loss,
        lazy=default,
        children=("linear",),
        buffers=("running_mean",),
        evidence="module_db",
    )
    assert rows.parse_module(fact.name, rows.format_module(fact)) == fact


behaviours = st.sampled_from(
    (
        "",
        *(f"{word}float64" if word.endswith("-") else word for word in MODULE_METHODS),
        *OPTIMIZER_METHODS,
        *CONTEXT_METHODS,
    )
)


losses = st.sampled_from(("", ALL_LOST, SOME_LOST, "loc", "loc+scale"))
defaults = st.dictionaries(st.sampled_from(("loc", "scale")), st.sampled_from((0.0, 1.0)))


@given(results, aliasings, st.booleans(), behaviours, losses, defaults)
def test_a_class_is_read_back_as_written(
    result: Result,
    aliasing: Aliasing,
    is_attribute: bool,
    behaviour: str,
    lost: str,
    numbers: dict[str, float],
) -> None:
    methods = {"mean": MethodFact("mean", result, aliasing, is_attribute, behaviour, lost)}
    fact = ClassFact("torch.MadeUp", "distribution", ("loc", "scale"), methods, "hand", numbers)
    assert rows.parse_class(fact.name, rows.format_class(fact)) == fact


@pytest.mark.parametrize(
    "row",
    [
        "maybe\thand",
        "propagate sideways\thand",
        "propagate colour=red\thand",
        "\thand",
        "propagate form=perhaps:dim\thand",
        "propagate calls=aloud\thand",
        "propagate ambient=noise\thand",
        "propagate complex=irrational\thand",
    ],
)
def test_an_unknown_word_is_an_error_that_names_the_row(row: str) -> None:
    with pytest.raises(rows.MalformedRow, match=r"^torch\.f: "):
        rows.parse_call("torch.f", row)


@given(st.sampled_from(Gate), st.sampled_from(("", *RANKS, "same/1+")))
def test_a_function_of_numpy_is_read_back_as_written(gate: Gate, rank: str) -> None:
    fact = NumpyFact("numpy.made_up", {"0": gate}, ("a", "*"), "array", rank, "executed")
    assert rows.parse_numpy(fact.name, rows.format_numpy(fact)) == fact


@pytest.mark.parametrize("row", ["0=opens\ta\tarray\t\texecuted", "\ta\tarray\t17\texecuted"])
def test_an_unknown_gate_or_rank_is_an_error_that_names_the_row(row: str) -> None:
    with pytest.raises(rows.MalformedRow, match=r"^numpy\.f: "):
        rows.parse_numpy("numpy.f", row)


@pytest.mark.parametrize(
    "method", ["mean()=often", "mean()=never:askew", "mean()=never::sings", "mean()=never:::now"]
)
def test_an_unknown_behaviour_of_a_method_is_an_error_that_names_the_class(method: str) -> None:
    with pytest.raises(rows.MalformedRow, match=r"^torch\.C: "):
        rows.parse_class("torch.C", f"distribution\t\t{method}\thand")


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

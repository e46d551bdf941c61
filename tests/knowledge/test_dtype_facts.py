"""Dtypes and devices: what the tables say of them, and what PyTorch does."""

from __future__ import annotations

import pytest

from detachlint.knowledge.dtype_facts import (
    DEVICES,
    DTYPES,
    dtype_fact,
    parse_device,
    parse_dtype,
    place_of,
    place_of_class,
)
from detachlint.knowledge.facts import call_fact
from detachlint.knowledge.rows import MalformedRow
from detachlint.source.value_class import replace


def test_every_row_is_read() -> None:
    assert all(dtype_fact(name) for name in DTYPES.names())
    assert all(place_of(name) for name in DEVICES.names())


@pytest.mark.parametrize(
    ("name", "family", "missing", "cure"),
    [
        ("torch.float", "float32", "", ""),
        ("builtins.float", "float", "", ""),
        ("numpy.float32", "float32", "", ""),
        ("torch.half", "float", "", ""),
        ("torch.bfloat16", "float", "bfloat16", "float"),
        ("torch.chalf", "complex", "complex32", "cfloat"),
        ("torch.bool", "integer", "", ""),
        ("torch.uint4", "integer", "uint4", ""),
        ("torch.quint8", "integer", "quint8", "dequantize"),
    ],
)
def test_dtypes(name: str, family: str, missing: str, cure: str) -> None:
    fact = dtype_fact(name)
    assert fact is not None and (fact.family, fact.missing, fact.cure) == (family, missing, cure)


def test_what_is_no_dtype_has_no_fact() -> None:
    assert dtype_fact("torch.relu") is None and dtype_fact("builtins.str") is None


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("cpu", "host"),
        ("cuda:1", "elsewhere"),
        ("meta", "elsewhere"),
        ("npu", "elsewhere"),
        ("x", ""),
    ],
)
def test_devices(name: str, place: str) -> None:
    assert place_of(name) == place


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("torch.FloatTensor", "cpu"),
        ("torch.cuda.LongTensor", "cuda"),
        ("torch.sparse.FloatTensor", ""),
        ("torch.Tensor", ""),
        ("torch.float32", ""),
        ("x", ""),
    ],
)
def test_older_classes_of_tensors_say_where_they_are(name: str, place: str) -> None:
    assert place_of_class(name) == place


def test_what_such_a_class_makes_elsewhere_is_what_it_makes_on_the_host() -> None:
    here, there = call_fact("torch.LongTensor"), call_fact("torch.cuda.LongTensor")
    assert here is not None and there is not None
    assert there == replace(here, name="torch.cuda.LongTensor", device="cuda")
    assert call_fact("torch.cuda.Tensor") is None


def test_other_rows_are_errors_that_name_them() -> None:
    with pytest.raises(MalformedRow, match=r"^torch\.x: "):
        parse_dtype("torch.x", "double\t\t\texecuted")
    with pytest.raises(MalformedRow, match=r"^x: "):
        parse_device("x", "somewhere\texecuted")


def test_the_tables_are_what_the_installed_pytorch_does() -> None:
    torch = pytest.importorskip("torch")
    from detachlint.harness.probe import dtypes

    if DTYPES.version != f"torch {torch.__version__.partition('+')[0]}":
        pytest.skip(f"the table is about {DTYPES.version}")
    assert {n: dtypes.dtype_row(n) for n in dtypes.names()} == {
        n: DTYPES.row(n) for n in DTYPES.names()
    }
    assert {n: dtypes.device_row(n) for n in dtypes.device_names()} == {
        n: DEVICES.row(n) for n in DEVICES.names()
    }

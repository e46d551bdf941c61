"""Dtypes and devices by their names: which NumPy has, and where no array can be made."""

from __future__ import annotations

from functools import cache

from detachlint.knowledge.rows import MalformedRow
from detachlint.knowledge.table import Table
from detachlint.source.value_class import value_class

DTYPES = Table("torch/dtypes.tsv")
DEVICES = Table("torch/devices.tsv")

FAMILIES = ("float32", "float", "complex", "integer")
"""The default dtype, other floats, complex numbers, and all that cannot require grad."""
PLACES = ("host", "elsewhere")
"""Where the memory of a tensor is: on the host, of which NumPy makes arrays, or not."""


@value_class(frozen=True, slots=True)
class DtypeFact:
    """What matters of a dtype."""

    family: str
    """One of `FAMILIES`."""
    missing: str
    """The dtype's own name where NumPy has none like it and no array can be made, else `""`."""
    cure: str
    """The method that makes of such a tensor one of which an array can be made: `"float"`, `"cfloat"`,
    `"dequantize"` or `""` (there is none, or nothing to cure)."""
    evidence: str


@cache
def dtype_fact(name: str) -> DtypeFact | None:
    """The fact about a dtype by its dotted name (`torch.half`, `builtins.float`, `numpy.int64`).

    Those of other libraries are none that tensors take (`ml_dtypes.bfloat16`, which arrays do).
    """
    owner, _, short = name.rpartition(".")
    if owner.partition(".")[0] not in ("", "builtins", "numpy", "torch"):
        return None
    name = name if owner == "builtins" else f"torch.{short}"
    row = DTYPES.row(name)
    return None if row is None else parse_dtype(name, row)


@cache
def place_of(device: str) -> str:
    """Of a device by its name (`cuda:0`), one of `PLACES`; `""` where nobody knows of it."""
    name = device.partition(":")[0]
    row = DEVICES.row(name)
    return "" if row is None else parse_device(name, row)


@cache
def place_of_class(name: str) -> str:
    """Where tensors of one of the older classes are: `cuda` for `torch.cuda.FloatTensor`, `cpu` for
    `torch.FloatTensor`; `""` of what is none of these, or of another layout."""
    owner, _, short = name.rpartition(".")
    if not short.endswith("Tensor") or dtype_fact(name) is None:
        return ""
    place = owner.removeprefix("torch").removeprefix(".") or "cpu"
    return place if place_of(place) else ""


def on_the_host(name: str) -> str:
    """The name of the class of which the same tensors are on the host, if it is one of the older ones."""
    return f"torch.{name.rpartition('.')[2]}" if place_of_class(name) else name


def parse_dtype(name: str, row: str) -> DtypeFact:
    """The fact in `row`: `family⇥missing⇥cure⇥evidence`. Raises `MalformedRow`."""
    cells = row.split("\t")
    if len(cells) != 4 or cells[0] not in FAMILIES:
        raise MalformedRow(f"{name}: no such dtype: {row!r}")
    return DtypeFact(*cells)


def parse_device(name: str, row: str) -> str:
    """The place in `row`: `place⇥evidence`. Raises `MalformedRow`."""
    place, _, evidence = row.partition("\t")
    if place not in PLACES or not evidence:
        raise MalformedRow(f"{name}: no such place: {row!r}")
    return place

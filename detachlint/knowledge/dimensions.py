"""Facts about tensors without dimensions, and with some: what gives them, and what leaves them so.

A row is `name⇥none⇥evidence` for what makes one number of all elements where it is given nothing but
tensors (`t.sum()`, `F.mse_loss(a, b)`, a loss of `torch.nn`), `name⇥kept⇥evidence` for what gives
something of the shape of argument 0 whatever else it is given (`t.detach()`), `name⇥sized⇥evidence` for
what has dimensions where it is made of numbers and sizes (`torch.ones(2, 3)`, `torch.linspace(0, 1, 9)`).
"""

from __future__ import annotations

from functools import cache

from detachlint.knowledge.facts import canonical_name
from detachlint.knowledge.table import Table

DIMENSIONS = Table("torch/dimensions.tsv")

NO_DIMENSIONS, KEPT, SIZED = "none", "kept", "sized"

REDUCTION = "reduction"
"""The argument of a loss that says how the losses of all elements become one."""

OLD_REDUCTION = ("reduce", "size_average")
"""What said so before there was `reduction`."""

REDUCED = ("mean", "sum")
"""What it may be for one number to come out (executed); the first is what losses do by themselves."""


@cache
def dimensions_of(name: str) -> str:
    """`NO_DIMENSIONS`, `KEPT`, `SIZED`, or `""` where nothing is known."""
    row = DIMENSIONS.row(canonical_name(name))
    return "" if row is None else row.partition("\t")[0]

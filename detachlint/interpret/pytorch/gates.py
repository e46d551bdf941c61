"""Which gate of a fact a value meets."""

from __future__ import annotations

from detachlint.interpret.pytorch.converted import Found
from detachlint.knowledge.gates import Gate, NumpyFact

MARKS_OF_TENSORS = ("", "s")
"""Marks of a tensor with and without dimensions: how many it has, nobody knows."""


def gate_of(fact: NumpyFact, position: int, found: Found) -> tuple[Gate | None, bool]:
    """The gate that what was found meets, and whether that is in doubt."""
    position = fact.known_position(position)
    if not found.direct:
        return fact.gate(position, "[]"), False
    gates = [g for m in MARKS_OF_TENSORS if (g := fact.gate(position, m)) is not None]
    if len(set(gates)) <= 1:
        return (gates[0] if gates else None), False
    return gates[0], True

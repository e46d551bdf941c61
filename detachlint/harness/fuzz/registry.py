"""The forms of statements that programs are made of: each a function that writes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from detachlint.harness.fuzz.builder import Builder

Write: TypeAlias = Callable[[Builder], bool]
"""Writes the form where the builder stands; False, and nothing written, where it does not fit."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a statement or a definition.

    `definition` forms stand at the top level of a module; the others anywhere.
    """

    name: str
    weight: float
    definition: bool
    write: Write


FORMS: list[Form] = []

_ATTEMPTS = 12
_DEEPEST = 4


def form(name: str, weight: float = 1.0, *, definition: bool = False) -> Callable[[Write], Write]:
    """Register the decorated function as a form."""

    def register(write: Write) -> Write:
        FORMS.append(Form(name, weight, definition, write))
        return write

    return register


def write_statement(b: Builder) -> None:
    """Write one statement of any form that fits."""
    _write_one(b, [f for f in FORMS if not f.definition and f.name not in b.excluded])


def write_definition(b: Builder) -> None:
    """Write one function, class or module."""
    _write_one(b, [f for f in FORMS if f.definition and f.name not in b.excluded])


def write_body(b: Builder, low: int = 1, high: int = 3) -> None:
    """Write a block's few statements; nothing but simple ones where it is deep enough."""
    for _ in range(b.between(low, high)):
        write_statement(b)


def too_deep(b: Builder) -> bool:
    """Whether a form that opens a block should leave it at that."""
    return b.depth >= _DEEPEST or b.frame.budget < 20


def _write_one(b: Builder, forms: list[Form]) -> None:
    weighted = [(candidate.weight, candidate) for candidate in forms]
    for _ in range(_ATTEMPTS):
        chosen = b.weighted(weighted)
        if chosen.write(b):
            b.count(f"form: {chosen.name}")
            return

"""Walks over the IR, by the fields of its dataclasses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from detachlint.ir import nodes as ir

Chain = tuple[ir.Code, ...]
"""The codes whose frames a depth counts, innermost first; the module is not among them."""


def walk(code: ir.Code) -> Iterator[tuple[Any, ir.Code, Chain]]:
    """Every node with the code it is evaluated in, and the chain that depths refer to there."""
    yield from _inside(code.body, code, (code,) if code.kind != "module" else ())


def _inside(value: Any, code: ir.Code, chain: Chain) -> Iterator[tuple[Any, ir.Code, Chain]]:
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        for item in value:
            yield from _inside(item, code, chain)
    elif isinstance(value, ir.Code):
        # What stands in the signature is evaluated around the function.
        yield from _inside((value.parameters, value.returns), code, chain)
        outer = chain[1:] if chain and code.kind == "class" else chain
        yield from _inside(value.body, value, (value, *outer))
    elif dataclasses.is_dataclass(value):
        yield value, code, chain
        for field in dataclasses.fields(value):
            yield from _inside(getattr(value, field.name), code, chain)


def codes(code: ir.Code) -> Iterator[ir.Code]:
    """A code and all codes made in it."""
    yield code
    for node, _, _ in walk(code):
        if isinstance(node, (ir.MakeFunction, ir.MakeClass)):
            yield node.code

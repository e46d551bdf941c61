"""Paths: what a program calls its variables and their attributes, `model` or `self.model.encoder`."""

from __future__ import annotations

from typing import Any

from detachlint.ir.nodes import Attribute, Name


def path_of(node: Any) -> str:
    """The path that an expression is; `""` for others."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Attribute):
        owner = path_of(node.value)
        return f"{owner}.{node.name}" if owner else ""
    return ""

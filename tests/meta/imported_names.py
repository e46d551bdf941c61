"""What a module imports, wherever in it the import stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """An import of the module (or of a name in it) `target`, an absolute dotted name."""

    target: str
    line: int


def imports(tree: ast.AST, module: str, *, is_package: bool) -> Iterator[Import]:
    """All imports of a module: at its top, in functions, under `TYPE_CHECKING`, by string.

    `from a import b` is an import of `a.b`: whether `b` is a module cannot be told from the text,
    and for the layers it does not matter.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module, is_package)
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and _is_dynamic(node.func):
            yield from (Import(name, node.lineno) for name in _literal_start(node))


def _base(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    dropped = node.level - 1 if is_package else node.level
    parts = module.split(".")
    parts = parts[: len(parts) - dropped]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _is_dynamic(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("import_module", "__import__")


def _literal_start(call: ast.Call) -> Iterator[str]:
    """The name an `import_module("a.b")` or `import_module(f"a.b.{c}")` is known to start with."""
    argument = call.args[0] if call.args else None
    if isinstance(argument, ast.JoinedStr) and argument.values:
        argument = argument.values[0]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value.rstrip(".")

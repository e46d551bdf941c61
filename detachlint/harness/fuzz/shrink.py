"""Makes a program that shows something as small as it can be and still show it."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator

Shows = Callable[[str], bool]

_EXPRESSIONS = (ast.Call, ast.BinOp, ast.Attribute, ast.Subscript, ast.IfExp, ast.Starred)
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases", "decorator_list", "keywords")


def shrink(text: str, shows: Shows, seconds: float = 60.0) -> str:
    """The smallest text found that still `shows` it, by deleting and simplifying statements.

    Returns `text` itself if it does not show it. What it returns is written by `ast.unparse`: one
    statement a line, without comments.
    """
    deadline = time.monotonic() + seconds
    if not shows(text):
        return text
    smallest = text
    normal = ast.unparse(ast.parse(text)) + "\n"
    if shows(normal):
        smallest = normal
    progress = True
    while progress and time.monotonic() < deadline:
        progress = False
        for candidates in (_without_runs, _without_statements, _with_bodies, _with_parts):
            better = _descend(smallest, candidates, shows, deadline)
            progress = progress or better != smallest
            smallest = better
    return smallest


def _descend(
    text: str, candidates: Callable[[ast.Module], Iterator[None]], shows: Shows, deadline: float
) -> str:
    """Apply what `candidates` does to a tree, change by change, keeping what still shows it."""
    position = 0
    while time.monotonic() < deadline:
        tree = ast.parse(text)
        changes = candidates(tree)
        if not _advance(changes, position + 1):
            return text
        changed = _unparse(tree)
        if changed is not None and len(changed) < len(text) and shows(changed):
            text = changed  # the change at this position is now another one
        else:
            position += 1
    return text


def _advance(changes: Iterator[None], steps: int) -> bool:
    """Let the first `steps - 1` changes be undone and the last one stand."""
    return all(next(changes, StopIteration) is None for _ in range(steps))


def _unparse(tree: ast.Module) -> str | None:
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(text, "shrunk", "exec")
    except (SyntaxError, ValueError, AttributeError, TypeError):
        return None
    return text


# Each of these makes one change to the tree between two `yield`s, and takes it back afterwards.


def _without_runs(tree: ast.Module) -> Iterator[None]:
    """Long runs of the module's statements, from half of it down."""
    statements = tree.body
    size = len(statements) // 2
    while size >= 4:
        for start in range(len(statements) - size, -1, -size):
            tree.body = statements[:start] + statements[start + size :]
            yield
        size //= 2
    tree.body = statements


def _without_statements(tree: ast.Module) -> Iterator[None]:
    """Each entry of each list of statements, arguments and the like: outer before inner, last first."""
    for node in list(ast.walk(tree)):
        for name in (*_BODIES, "args", "elts", "defaults"):
            entries = getattr(node, name, None)
            if not isinstance(entries, list):
                continue
            for index in range(len(entries) - 1, -1, -1):
                kept = entries[:index] + entries[index + 1 :]
                required = name == "body" and isinstance(node, ast.stmt | ast.excepthandler)
                setattr(node, name, kept or ([ast.Pass()] if required else kept))
                yield
            setattr(node, name, entries)


def _with_bodies(tree: ast.Module) -> Iterator[None]:
    """Each compound statement replaced by one of its blocks."""
    for node in list(ast.walk(tree)):
        for name in _BODIES[:3]:
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            for index, statement in enumerate(block):
                for inner in _BODIES[:3]:
                    body = getattr(statement, inner, None)
                    if isinstance(body, list) and not isinstance(
                        statement, ast.FunctionDef | ast.ClassDef
                    ):
                        setattr(node, name, block[:index] + body + block[index + 1 :])
                        yield
            setattr(node, name, block)


def _with_parts(tree: ast.Module) -> Iterator[None]:
    """Each expression replaced by one of its parts."""
    for node in list(ast.walk(tree)):
        for name, value in ast.iter_fields(node):
            if isinstance(value, _EXPRESSIONS):
                for part in _parts(value):
                    setattr(node, name, part)
                    yield
                setattr(node, name, value)
            elif isinstance(value, list):
                for index, entry in enumerate(value):
                    if isinstance(entry, _EXPRESSIONS):
                        for part in _parts(entry):
                            setattr(node, name, [*value[:index], part, *value[index + 1 :]])
                            yield
                setattr(node, name, value)


def _parts(node: ast.expr) -> list[ast.expr]:
    parts = [copy.deepcopy(n) for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        parts.insert(0, copy.deepcopy(node.func.value))  # x.sin() to x
    return parts

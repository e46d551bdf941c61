"""Scopes, generators and qualified names, compared with what Python's own compiler finds."""

from __future__ import annotations

import ast
import re
import symtable
import sys
import types
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from generated_programs import programs
from hypothesis import HealthCheck, given, reject, settings
from ir_walk import codes, walk
from standard_library import label, read, sample

from detachlint.ir import nodes as ir
from detachlint.lower import lower_module

_COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp"}

_IMPLICIT = {"__class__", "__classdict__", "__conditional_annotations__"}
"""Variables that Python adds where `super` or annotations need them."""

_MADE_BY_LOWERING = {"AssertionError", "isinstance", "hasattr", "getattr"}
"""Built-in names that stand for what `assert` and `match` do."""

_HAS_ONE_TABLE = sys.version_info >= (3, 12)
"""Whether a comprehension is in the table of the scope around, so that its variables cannot be told
from those of a function, nor what it means by a name from what a class body means by it."""


def _parsed(source: str) -> ast.Module:
    """The tree, without the annotations that Python does not evaluate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    from_imports = [n for n in tree.body if isinstance(n, ast.ImportFrom)]
    if sys.version_info >= (3, 14) or "__future__" in {n.module for n in from_imports}:
        for node in ast.walk(tree):
            if isinstance(node, ast.AnnAssign):
                node.annotation = ast.copy_location(ast.Constant(None), node.annotation)
            for field in {"annotation", "returns"} & set(node._fields):
                if not isinstance(node, ast.AnnAssign):
                    setattr(node, field, None)
    return tree


def _declared_global(table: symtable.SymbolTable) -> dict[tuple[str, int], set[str]]:
    """What classes declare `global`, by name and line.

    Comprehensions inside do not heed that, and may refer to a variable of that name further out;
    the table of the class does not tell.
    """
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for child in table.get_children():
        for key, names in _declared_global(child).items():
            found[key] |= names
    if table.get_type() == "class":
        declared = {s.get_name() for s in table.get_symbols() if s.is_declared_global()}
        found[table.get_name(), table.get_lineno()] |= declared
    return found


def _scopes_of_ir(
    module: ir.Code, declared_global: dict[tuple[str, int], set[str]]
) -> Counter[Any]:
    parents: dict[ir.Code, ir.Code] = {}
    frees: dict[ir.Code, set[str]] = {code: set() for code in codes(module)}
    globals_: dict[ir.Code, set[str]] = {code: set() for code in frees}
    for node, inside, _ in walk(module):
        if isinstance(node, (ir.MakeFunction, ir.MakeClass)):
            parents[node.code] = inside
    for node, inside, chain in walk(module):
        if not isinstance(node, ir.Name):
            continue
        while inside.name.strip("<>") in _COMPREHENSIONS:
            inside = parents[inside]
        name, is_made_up = node.name.partition("@")[0], "@" in node.name
        if node.depth == ir.GLOBAL and not is_made_up:
            globals_[inside].add(name)
        elif node.depth != 0:
            # The variables of a comprehension are those of a scope around for Python as well.
            holder = module if node.depth == ir.GLOBAL else chain[node.depth]
            user = inside
            while inside is not holder:
                # What classes hand through, their tables do not always show.
                if name not in inside.variables and (inside is user or inside.kind != "class"):
                    frees[inside].add(name)
                inside = parents.get(inside, holder)
    found: Counter[Any] = Counter()
    for code in frees:
        if code.kind != "module" and code.name.strip("<>") not in {*_COMPREHENSIONS, "top"}:
            own = {name for name in code.variables if "@" not in name}
            name, line = code.name.strip("<>"), code.span.line
            globals_here, frees_here = globals_[code], frees[code] - declared_global[name, line]
            if code.kind == "class" and _HAS_ONE_TABLE:
                globals_here, frees_here = globals_here - own, frees_here - own
            found[_summary(name, line, own, globals_here, frees_here)] += 1
    return found


def _summary(
    name: str, line: int, own: set[str], globals_: set[str], frees: set[str]
) -> tuple[Any, ...]:
    kept = own - _IMPLICIT, globals_ - _IMPLICIT - _MADE_BY_LOWERING, frees - _IMPLICIT
    return (name, line, *map(frozenset, kept))


def _renamed(module: ir.Code) -> dict[tuple[str, int], set[str]]:
    """The variables of comprehensions by the name and line of the scope around."""
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for code in codes(module):
        made_up = {name.partition("@")[0] for name in code.variables if "@" in name}
        found[code.name.strip("<>"), code.span.line] |= made_up - code.variables
    return found


def _scopes_of_python(
    table: symtable.SymbolTable, renamed: dict[tuple[str, int], set[str]]
) -> Iterator[tuple[Any, ...]]:
    for child in table.get_children():
        yield from _scopes_of_python(child, renamed)
    name = table.get_name()
    # `symtable` takes any scope of the name "top" for the module's.
    if table.get_type() in ("function", "class") and name not in {*_COMPREHENSIONS, "top"}:
        own, globals_, frees = set(), set(), set()
        for symbol in table.get_symbols():
            if symbol.get_name() == ".0":
                continue
            if symbol.is_global():
                if _is_used(symbol):
                    globals_.add(symbol.get_name())
            elif symbol.is_free():
                inner = list(table.get_children())
                if table.get_type() == "class":
                    inner = [child for child in inner if child.get_name() in _COMPREHENSIONS]
                if _is_used(symbol) or _is_used_in_any(inner, symbol.get_name()):
                    frees.add(symbol.get_name())
            else:
                own.add(symbol.get_name())
        for comprehension in _comprehensions_in(table):
            for symbol in comprehension.get_symbols():
                if symbol.is_global() and _is_used(symbol):
                    globals_.add(symbol.get_name())
        if _HAS_ONE_TABLE:
            own -= renamed[name, table.get_lineno()]
            if table.get_type() == "class":
                globals_, frees = globals_ - own, frees - own
        yield _summary(name, table.get_lineno(), own, globals_, frees)


def _is_used(symbol: symtable.Symbol) -> bool:
    return symbol.is_referenced() or symbol.is_assigned() or symbol.is_imported()


def _is_used_in_any(tables: list[symtable.SymbolTable], name: str) -> bool:
    """Whether the name is used, not only declared, as a variable from outside of these scopes."""
    for table in tables:
        is_free = name in table.get_identifiers() and table.lookup(name).is_free()
        if is_free and _is_used(table.lookup(name)):
            return True
        hands_through = is_free or table.get_type() == "class"
        if hands_through and _is_used_in_any(list(table.get_children()), name):
            return True
    return False


def _comprehensions_in(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        if child.get_name() in _COMPREHENSIONS:
            yield child
            yield from _comprehensions_in(child)


def _compare_scopes(source: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = symtable.symtable(source, "program", "exec")
    module = lower_module(_parsed(source), "program")
    ours = _scopes_of_ir(module, _declared_global(table))
    pythons = Counter(_scopes_of_python(table, _renamed(module)))
    assert ours - pythons == Counter()
    assert pythons - ours == Counter()


@pytest.mark.parametrize("path", sample(), ids=label)
def test_scopes_agree_with_symtable(path: Path) -> None:
    _compare_scopes(read(path))


@pytest.mark.skipif(_HAS_ONE_TABLE, reason="tables do not tell enough where lines are shared")
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(programs())
def test_scopes_of_any_shape_agree_with_symtable(source: str) -> None:
    try:
        compile(source, "program", "exec", dont_inherit=True)
    except SyntaxError:
        reject()
    _compare_scopes(source)


# --- code objects -----------------------------------------------------------------------------


def _code_objects(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _code_objects(constant)


def _shown(qualified_name: str) -> str:
    # Before Python 3.12, comprehensions were functions.
    return re.sub(r"<(list|set|dict)comp>\.", "", qualified_name)


def _flags(code: types.CodeType) -> tuple[str, bool, bool]:
    is_async = bool(code.co_flags & 0x280)  # CO_COROUTINE, CO_ASYNC_GENERATOR
    return _shown(code.co_qualname), bool(code.co_flags & 0x220), is_async  # CO_GENERATOR


@pytest.mark.skipif(sys.version_info < (3, 11), reason="code objects have no qualified name")
@pytest.mark.parametrize("path", sample(), ids=label)
def test_definitions_agree_with_code_objects(path: Path) -> None:
    source = read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = compile(source, path.name, "exec", dont_inherit=True)
    module = lower_module(_parsed(source), path.name)
    ours = Counter(
        (_shown(code.qualified_name), code.yields, code.is_async) for code in codes(module)
    )
    pythons = Counter(
        _flags(code)
        for code in _code_objects(compiled)
        if code.co_name.strip("<>") not in {*_COMPREHENSIONS, "__annotate__"}
    )
    # Python leaves out what can never be reached.
    assert pythons - ours == Counter()

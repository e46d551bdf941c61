"""Files and functions that one can read in one go, and that say what they are for."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest
from package_sources import ROOT, Module, package_modules, python_files

from detachlint import api

LONGEST_FILE = 600
LONGEST_FUNCTION = 80

FILES = [*python_files(ROOT / "detachlint"), *python_files(ROOT / "tests")]
MODULES = package_modules()
WITH_EXAMPLES = [module for module in MODULES if ">>> " in module.path.read_text(encoding="utf-8")]
PUBLIC = [
    value
    for name, value in vars(api).items()
    if not name.startswith("_")
    and (inspect.isfunction(value) or inspect.isclass(value))
    and value.__module__ == api.__name__
]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_files_are_short_and_so_are_their_functions(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    long = {node.name: length(node) for node in functions(ast.parse(text))}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_module_says_what_it_is(module: Module) -> None:
    docstring = ast.get_docstring(module.tree)
    assert docstring, "no docstring"
    assert docstring.splitlines()[0].endswith((".", ":", "…")), "the first line is no sentence"


def test_the_api_has_the_functions_that_front_ends_need() -> None:
    assert {api.check_source, api.fix_source, api.check_paths} <= set(PUBLIC)


@pytest.mark.parametrize("value", PUBLIC, ids=lambda value: value.__name__)
def test_the_api_is_documented(value: type | FunctionType) -> None:
    docstring = inspect.getdoc(value)
    assert docstring
    assert not docstring.startswith(f"{value.__name__}("), "a dataclass's own signature"


@pytest.mark.parametrize(
    "function", [value for value in PUBLIC if inspect.isfunction(value)], ids=lambda f: f.__name__
)
def test_the_api_is_typed(function: FunctionType) -> None:
    annotated = set(function.__annotations__)
    assert annotated == {*inspect.signature(function).parameters, "return"}
    assert typing.Any not in function.__annotations__.values()


@pytest.mark.parametrize("module", WITH_EXAMPLES, ids=lambda module: module.name)
def test_examples_in_docstrings_run(module: Module) -> None:
    result = doctest.testmod(importlib.import_module(module.name))
    assert result.attempted > 0
    assert result.failed == 0

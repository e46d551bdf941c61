"""The interpreter knows PyTorch's and NumPy's callables by facts, not by names of its own."""

from __future__ import annotations

import ast
import builtins
import itertools
import operator
import re
import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

import detachlint
from detachlint.interpret.pytorch import placement
from detachlint.knowledge import facts, model

PACKAGE = Path(detachlint.__file__).parent
SEARCHED = ("interpret", "lower")
ODD_CASES = PACKAGE / "interpret" / "pytorch" / "special.py"
"""The one file that may name what it is about."""

NOT_MEANT = {
    "interpret/engine/evidence.py": {"mode": "the keyword of `train(mode=…)`"},
    "interpret/language/attributes.py": {"flat": "an attribute of arrays, of an iterator of them"},
    "interpret/pytorch/guards.py": {"cpu": "the type of a device"},
    "interpret/pytorch/modules.py": {"log": "a method of Lightning's modules"},
    "interpret/pytorch/surrounding.py": {"cpu": "the type of a device"},
    "interpret/relevance.py": {"freeze": "a method that programs give their own classes"},
}
"""Words that happen to be names of callables, and what they are."""

OF_DTYPES_AND_DEVICES = PACKAGE / "interpret" / "pytorch" / "placement.py"
"""It names dtypes and devices, some of which are names of casts, too."""

DOTTED = re.compile(r"\b(?:torch|numpy)\.[A-Za-z_]\w*")


def sources() -> list[Path]:
    return sorted(
        path
        for package in SEARCHED
        for path in (PACKAGE / package).rglob("*.py")
        if path != ODD_CASES
    )


def named(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of the strings in a module that name callables, by which it decides something.

    Dotted names count wherever they stand; single words where they are compared, looked up or listed;
    beginnings and ends of names where it is asked what a text begins or ends with.
    """
    tree = ast.parse(source)
    prose = {id(node) for node in _docstrings(tree)}
    deciding = {id(node) for node in _deciding(tree)}
    parts = {id(node) for node in _asked_of_texts(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        is_word = id(node) in deciding and node.value in callables()
        is_word |= id(node) in parts and is_part_of_a_name(node.value)
        if id(node) not in prose and (DOTTED.search(node.value) or is_word):
            yield node.lineno, node.value


def _docstrings(tree: ast.AST) -> Iterator[ast.expr]:
    """Strings that stand alone: docstrings of modules, classes, functions and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value


def _deciding(tree: ast.AST) -> Iterator[ast.expr]:
    slots = {id(node.value) for node in ast.walk(tree) if _is_slots(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (part for side in (node.left, *node.comparators) for part in _parts(side))
        elif isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)
        elif isinstance(node, (ast.Set, ast.Tuple, ast.List)) and id(node) not in slots:
            yield from node.elts
        elif isinstance(node, ast.MatchValue):
            yield node.value
    yield from _asked_of_texts(tree)


def _asked_of_texts(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_question(node.func):
            yield from (part for argument in node.args for part in _parts(argument))


def is_part_of_a_name(text: str) -> bool:
    """Whether a callable's name, a longer one, begins or ends with these letters."""
    longer = (name for name in callables() if name != text)
    short = len(text) < 4 or text in _words_of_python()
    return not short and any(name.startswith(text) or name.endswith(text) for name in longer)


def _is_slots(node: ast.AST) -> TypeGuard[ast.Assign]:
    """Whether a statement lists the attributes of a class."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "__slots__"
    )


def _parts(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]


def _is_question(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in ("startswith", "endswith")


@cache
def callables() -> frozenset[str]:
    """The last parts of the names in the tables, but for words that Python itself has."""
    tables = (facts.CALLS, facts.MODULES, facts.NUMPY)
    found = {name.rpartition(".")[2] for table in tables for name in table.names()}
    for name in facts.CLASSES.names():
        fact = facts.class_fact(name)
        assert fact is not None
        found |= {name.rpartition(".")[2], *fact.methods}
    return frozenset(found) - _words_of_python() - words_of_facts()


def _words_of_python() -> set[str]:
    kinds = (
        list,
        dict,
        str,
        set,
        tuple,
        int,
        float,
        complex,
        bytes,
        slice,
        range,
        types.ModuleType,
    )
    kinds += (types.FunctionType, types.GeneratorType, types.CoroutineType, property, memoryview)
    modules = (builtins, itertools, operator)
    return {name for thing in (*modules, *kinds) for name in dir(thing)}


@cache
def words_of_facts() -> frozenset[str]:
    """The words in which facts, and the values of the analysis, are told: not names of callables."""
    told = {
        *model.SPECIAL_CASES,
        *model.MODULE_METHODS,
        *model.AMBIENT,
        *model.CALLS,
        *model.TRAITS,
    }
    told |= {word for values in model.TRAITS.values() for word in values}
    told |= {enum.value for enum in (*model.Result, *model.Aliasing, *model.Gate)}
    return frozenset(
        {*told, "array", "tensor", "integers", "negative", "device", "dtype", "layout", "call"}
    )


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_callable_of_the_libraries_is_named(path: Path) -> None:
    meant = set(NOT_MEANT.get(str(path.relative_to(PACKAGE)), ()))
    if path == OF_DTYPES_AND_DEVICES:
        meant |= {*placement.FLOATS, *placement.COMPLEX, *placement.NARROW_COMPLEX}
        meant |= {*placement.INTEGERS, *placement.ACCELERATORS, "cpu", "float32", "bfloat16"}
    found = list(named(path.read_text(encoding="utf-8")))
    assert [(line, text) for line, text in found if text not in meant] == []


def test_what_is_not_meant_is_still_there() -> None:
    for path, words in NOT_MEANT.items():
        found = {text for _, text in named((PACKAGE / path).read_text(encoding="utf-8"))}
        assert set(words) <= found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = name == 'relu'", ["relu"]),
        ("x = short in ('clone', 'cuda')", ["clone", "cuda"]),
        ("NAMES = frozenset({'detach', 'append'})", ["detach"]),
        ("HANDLERS = {'state_dict': None}", ["state_dict"]),
        ("__slots__ = ('log', 'mode')", []),
        ("x = name.endswith(('Flatten', 'cuda'))", ["Flatten", "cuda"]),
        ("x = name.endswith('latten') or name.startswith('Lazy')", ["latten", "Lazy"]),
        ("x = name.startswith('__')", []),
        ("match name:\n    case 'vectorize':\n        pass", ["vectorize"]),
        ("x = f'torch.Tensor.{name}'", ["torch.Tensor."]),
        ("machine.new(state, 'tensor')", []),
        ("'Says what `torch.relu` does.'", []),
    ],
)
def test_names_are_found_where_they_decide(source: str, found: list[str]) -> None:
    assert [text for _, text in named(source)] == found


def test_the_odd_cases_are_about_twenty_and_in_one_file() -> None:
    from detachlint.interpret.pytorch import special

    assert set(special.HANDLERS) <= set(facts.SPECIAL_CASES)
    assert len(special.HANDLERS) <= 22

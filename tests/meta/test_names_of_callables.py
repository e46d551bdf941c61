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
from detachlint.knowledge import facts

PACKAGE = Path(detachlint.__file__).parent
SEARCHED = ("interpret", "lower")
ODD_CASES = PACKAGE / "interpret" / "pytorch" / "special.py"
"""The one file that may name what it is about."""

OF_FACTS = "words in which facts tell what something does or gives"
OF_VALUES = "kinds of the values of the analysis"
NOT_MEANT = {
    "interpret/engine/evidence.py": {
        "parameters": OF_FACTS,
        "mode": "a keyword of `train(mode=…)`",
    },
    "interpret/language/attributes.py": {
        "children modules": OF_FACTS,
        "flat": "an attribute of arrays, of an iterator of them",
    },
    "interpret/language/augmented.py": {"array tensor": OF_VALUES},
    "interpret/language/conditions.py": {"tensor": OF_FACTS},
    "interpret/language/enumerations.py": {"name": "the attribute of an enumeration's member"},
    "interpret/language/membership.py": {"tensor": OF_FACTS},
    "interpret/language/operators.py": {"array number sequence tensor": OF_VALUES},
    "interpret/language/queues.py": {"put": "a method of queues"},
    "interpret/language/standard_library.py": {"name": "the attribute of a dataclass's field"},
    "interpret/pytorch/array_operators.py": {"number": "a kind of index"},
    "interpret/pytorch/array_ranks.py": {
        "integers tensor": OF_FACTS,
        "device dtype": "keywords of functions that make arrays",
        "number": "a kind of index",
    },
    "interpret/pytorch/casts.py": {
        "device": "the attribute of tensors that a value was read from",
        "layout": OF_FACTS,
    },
    "interpret/pytorch/guards.py": {
        "conj": OF_FACTS,
        "device dtype layout": "attributes of tensors that are compared with something",
        "cpu": "the type of a device",
    },
    "interpret/pytorch/library.py": {"device tensor": OF_FACTS},
    "interpret/pytorch/maybe_tensors.py": {"dtype requires_grad_ to": OF_FACTS},
    "interpret/pytorch/methods.py": {"backward": OF_FACTS, "array tensor": OF_VALUES},
    "interpret/pytorch/module_calls.py": {"layout": OF_FACTS},
    "interpret/pytorch/module_methods.py": {"buffers children modules parameters": OF_FACTS},
    "interpret/pytorch/numpy_calls.py": {"array integers number tensor": OF_FACTS},
    "interpret/pytorch/parameters.py": {"modules": OF_VALUES},
    "interpret/pytorch/perhaps_views.py": {"device layout": OF_FACTS},
    "interpret/pytorch/placement.py": {"device": OF_FACTS},
    "interpret/pytorch/sinks.py": {"array": OF_FACTS},
    "interpret/pytorch/surrounding.py": {
        "autocast device": OF_FACTS,
        "cpu": "the type of a device",
    },
    "interpret/pytorch/tensor_attributes.py": {"data": OF_FACTS},
    "interpret/pytorch/traits.py": {
        "device dtype": OF_FACTS,
        "negative sparse": OF_VALUES,
    },
    "interpret/relevance.py": {
        "backward requires_grad_": OF_FACTS,
        "freeze": "a method that programs give their own classes",
        "put": "a method of queues",
    },
}
"""Words that happen to be names of callables, and what they are."""

QUESTIONS = {"startswith", "endswith", "removeprefix", "removesuffix", "find", "index", "count"}
QUESTIONS |= {"split", "partition", "rpartition", "replace", "strip", "lstrip", "rstrip"}
"""Methods of texts that ask about a part of them."""

WORD = re.compile(r"[A-Za-z_]\w+")
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

    Dotted names count wherever they stand; single words where they are compared, looked up, listed or
    given a name; beginnings and ends of names where it is asked what a text begins or ends with.
    """
    tree = ast.parse(source)
    prose = {id(node) for node in _docstrings(tree)}
    deciding = {id(node) for node in _deciding(tree)}
    parts = {id(node) for node in _asked_of_texts(tree)}
    several = {id(node) for node in _patterns(tree)} | {id(node) for node in _split(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        is_word = id(node) in deciding and node.value in callables()
        is_word |= id(node) in parts and is_part_of_a_name(node.value)
        words = WORD.findall(node.value) if id(node) in several else ()
        is_word |= not callables().isdisjoint(words)
        if id(node) not in prose and (DOTTED.search(node.value) or is_word):
            yield node.lineno, node.value
    for keyword in _keys_by_keyword(tree):
        if keyword.arg is not None and keyword.arg in callables():
            yield keyword.value.lineno, keyword.arg


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
        elif isinstance(node, (ast.MatchValue, ast.Assign, ast.NamedExpr)) or (
            isinstance(node, ast.AnnAssign) and node.value is not None
        ):
            yield node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("_fact"):
            yield from node.args
    yield from _asked_of_texts(tree)


def _asked_of_texts(tree: ast.AST) -> Iterator[ast.expr]:
    """What is looked for in texts: `"Pool" in name`, `name.removeprefix("Lazy")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_question(node.func):
            yield from (part for argument in node.args for part in _parts(argument))
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            yield node.left


def _patterns(tree: ast.AST) -> Iterator[ast.expr]:
    """What regular expressions and patterns of file names are made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("re.", "fnmatch")):
            yield from node.args


def _split(tree: ast.AST) -> Iterator[ast.expr]:
    """Texts that are taken apart on the spot: `"relu gelu".split()`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_question(node.func):
            assert isinstance(node.func, ast.Attribute)
            yield node.func.value


def _keys_by_keyword(tree: ast.AST) -> Iterator[ast.keyword]:
    """Those of `dict(relu=1)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "dict":
            yield from node.keywords


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
    return isinstance(function, ast.Attribute) and function.attr in QUESTIONS


@cache
def callables() -> frozenset[str]:
    """The last parts of the names in the tables, but for words that Python itself has."""
    tables = (facts.CALLS, facts.MODULES, facts.NUMPY)
    found = {name.rpartition(".")[2] for table in tables for name in table.names()}
    for name in facts.CLASSES.names():
        fact = facts.class_fact(name)
        assert fact is not None
        found |= {name.rpartition(".")[2], *fact.methods}
    return frozenset(found) - _words_of_python()


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


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_callable_of_the_libraries_is_named(path: Path) -> None:
    meant = words_not_meant(str(path.relative_to(PACKAGE)))
    found = list(named(path.read_text(encoding="utf-8")))
    assert [(line, text) for line, text in found if text not in meant] == []


def words_not_meant(path: str) -> set[str]:
    return {word for words in NOT_MEANT.get(path, ()) for word in words.split()}


def test_what_is_not_meant_is_still_there() -> None:
    for path in NOT_MEANT:
        found = {text for _, text in named((PACKAGE / path).read_text(encoding="utf-8"))}
        assert words_not_meant(path) <= found


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
        ("x = 'Lazy' in name", ["Lazy"]),
        ("x = name.removeprefix('Lazy')", ["Lazy"]),
        ("x = re.compile(r'(relu|gelu)_?$')", ["(relu|gelu)_?$"]),
        ("x = re.compile(r'[a-z]+_backbone')", []),
        ("x = name == 'view'", ["view"]),
        ("OPERATION = 'relu'", ["relu"]),
        ("OPERATION: Final = 'relu'", ["relu"]),
        ("x = 'relu gelu'.split()", ["relu gelu"]),
        ("x = dict(relu=1)", ["relu"]),
        ("x = facts.call_fact('relu')", ["relu"]),
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
    assert len(special.HANDLERS) <= 23

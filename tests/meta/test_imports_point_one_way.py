"""Packages are the stages of the pipeline: a later one may import an earlier one, not the reverse.

Libraries stay where they belong as well: PyTorch is for the harness, libcst for exact layout.
"""

from __future__ import annotations

import sys

import pytest
from imported_names import Import, imports
from package_sources import Module, layer_of, package_modules

LAYERS = (
    "source",
    "cache",
    "syntax",
    "ir",
    "lower",
    "domain",
    "knowledge",
    "interpret",
    "project",
    "rules",
    "fix",
    "config",
    "outcome",
    "report",
    "api",
    "harness",
    "cli",
    "flake8_plugin",
    "quick",
)
"""In the order of the pipeline."""

LIBRARIES = {
    "click": {"cli", "harness"},
    "flake8": {"flake8_plugin"},
    "hypothesis": {"harness"},
    "libcst": {"syntax"},
    "numpy": {"harness"},
    "pathspec": {"source"},
    "pytest": {"harness"},
    "tomli": {"config"},
    "torch": {"harness"},
}
"""Which layers may import which library."""

ORDER = ("", *LAYERS, "__main__")
"""With the package itself (it holds the version) below all layers, and `__main__` above."""


def complaints(module: Module) -> list[str]:
    """What is wrong with the imports of a module, one line each."""
    found = imports(module.tree, module.name, is_package=module.is_package)
    return [f"line {each.line}: {why}" for each in found if (why := objection(module.layer, each))]


def objection(layer: str, imported: Import) -> str:
    """Why `layer` may not import that; `""` if it may."""
    library = imported.target.split(".")[0]
    if library == "detachlint":
        target = layer_of(imported.target)
        # `from detachlint import __version__` is an import of the package itself.
        target = target if target in ORDER else ""
        if ORDER.index(target) > ORDER.index(layer):
            return f"`{layer}` comes before `{target}` and may not import it"
    elif library not in sys.stdlib_module_names and layer not in LIBRARIES.get(library, set()):
        return f"`{layer}` may not import {library}"
    return ""


def by_name(module: Module) -> str:
    return module.name


@pytest.mark.parametrize("module", package_modules(), ids=by_name)
def test_imports_point_one_way(module: Module) -> None:
    assert complaints(module) == []


def test_every_package_has_its_place_in_the_order() -> None:
    assert {module.layer for module in package_modules()} == set(ORDER)


def test_every_permission_is_used() -> None:
    used = {
        (imported.target.split(".")[0], module.layer)
        for module in package_modules()
        for imported in imports(module.tree, module.name, is_package=module.is_package)
    }
    permitted = {(library, layer) for library, layers in LIBRARIES.items() for layer in layers}
    assert permitted - used == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("detachlint.domain.values", "from detachlint.interpret import calls"),
        ("detachlint.domain.values", "def f():\n    import detachlint.interpret.language.calls"),
        ("detachlint.domain.values", "from ..interpret import calls"),
        ("detachlint.domain.values", "from .. import rules"),
        ("detachlint.source.text", "if TYPE_CHECKING:\n    from detachlint.api import Options"),
        ("detachlint.source.text", "importlib.import_module('detachlint.syntax.parse')"),
        ("detachlint.source.text", "import_module(f'detachlint.rules.{code}')"),
        ("detachlint.cli.main", "import detachlint.__main__"),
        ("detachlint.interpret.language.calls", "import torch.nn as nn"),
        ("detachlint.knowledge.facts", "from numpy import array"),
        ("detachlint.lower.module", "import libcst"),
        ("detachlint.api", "import yaml"),
    ],
)
def test_a_wrong_import_is_noticed(name: str, text: str) -> None:
    [module] = [module for module in package_modules() if module.name == name]
    assert len(complaints(Module(name, module.path, text))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("detachlint.interpret.language.calls", "from detachlint.domain.values import Value"),
        ("detachlint.interpret.language.calls", "from . import facts"),
        ("detachlint.interpret", "from .facts import Facts"),
        ("detachlint.interpret.language.calls", "from detachlint.knowledge.torch import anything"),
        ("detachlint.source.text", "from detachlint import __version__"),
        ("detachlint.source.text", "import ast, os.path"),
        ("detachlint.syntax.parse", "import libcst.metadata"),
        ("detachlint.harness.runner", "import torch, numpy"),
    ],
)
def test_a_right_import_is_none_of_its_business(name: str, text: str) -> None:
    [module] = [module for module in package_modules() if module.name == name]
    assert complaints(Module(name, module.path, text)) == []

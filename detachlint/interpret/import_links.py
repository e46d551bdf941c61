"""Which modules of a program import which, before anything is run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from detachlint.interpret.engine.program import Program
from detachlint.interpret.mentions import words_in
from detachlint.ir.nodes import Code, Import
from detachlint.ir.walk import all_codes, nodes_of
from detachlint.source.words import IMPORTS_BY_NAME


def imported_by(module: Code, program: Program) -> set[str]:
    """The files that the import statements of a module mean."""
    imports = (node for code in all_codes(module) for node in nodes_of(code))
    file = module.span.file
    found = {
        meant
        for node in imports
        if isinstance(node, Import)
        for meant in _meant_by(program, file, node)
    }
    return found - {file}


def _meant_by(program: Program, file: str, node: Import) -> Iterator[str]:
    module = program.find(file, node.level, node.module)
    if module is None:
        return
    yield module
    inner = program.submodule(module, node.attribute) if node.attribute is not None else None
    if inner is not None:
        yield inner


def leading_to(
    files: Collection[str], modules: Mapping[str, Code], program: Program
) -> frozenset[str]:
    """Some files, and those of the modules that import one of them, by whatever others; be it only to
    run the package that it stands in."""
    links = {file: _led_to(module, program) for file, module in modules.items()}
    found = set(files)
    while True:
        fresh = {
            file
            for file, imported in links.items()
            if file not in found and (imported is None or not imported.isdisjoint(found))
        }
        if not fresh:
            return frozenset(found)
        found |= fresh


def _led_to(module: Code, program: Program) -> set[str] | None:
    """The files that a module imports, with their packages; None if that may be any."""
    if any(not words_in(code).isdisjoint(IMPORTS_BY_NAME) for code in all_codes(module)):
        return None
    found = imported_by(module, program)
    return found.union(*(packages_around(file, program) for file in found))


def packages_around(file: str, program: Program) -> Iterator[str]:
    """The packages that a module stands in, from the innermost outwards: what runs before it does."""
    level = 1
    while (package := program.find(file, level, "")) and package.endswith("__init__.py"):
        yield package
        level += 1

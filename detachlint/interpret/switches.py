"""Switches: names of a module that people set by hand (`PLOT = False`).

A switch is bound once in the text, by the module itself, to `True` or `False`, and nobody stores into an
attribute of that name (`config.PLOT = arguments.plot`). What they keep shut is told by `shut_code`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from detachlint.interpret.engine.program import Program
from detachlint.interpret.mentions import target_names
from detachlint.ir.nodes import (
    GLOBAL,
    Assign,
    Attribute,
    AugmentedAssign,
    Bind,
    Block,
    Code,
    Constant,
    Delete,
    Expression,
    For,
    Handler,
    If,
    Import,
    Name,
    Statement,
    Target,
    Unpack,
    With,
)
from detachlint.ir.walk import all_codes, nodes_in, nodes_of
from detachlint.source.span import Span
from detachlint.source.value_class import replace


class Switch(NamedTuple):
    """A switch of a module: where it is set, and to what."""

    span: Span
    name: str
    value: bool


FOR_TYPE_CHECKERS = frozenset({"TYPE_CHECKING", "MYPY"})
"""Names that type checkers take to be true, whatever the program sets them to."""


@lru_cache(maxsize=1 << 10)
def switches_of(module: Code) -> tuple[Switch, ...]:
    """The switches of a module, in order, as far as its own text tells."""
    found = [_switch(statement) for statement in _run_once(module.body)]
    candidates = [switch for switch in found if switch is not None]
    if not candidates:
        return ()
    bound = Counter(name for code in all_codes(module) for name in _bound_globally(code))
    return tuple(
        switch
        for switch in candidates
        if bound[switch.name] == 1 and switch.name not in FOR_TYPE_CHECKERS
    )


def _run_once(block: Block) -> Iterator[Statement]:
    """The statements of a module's own, with those of a script's main part."""
    for statement in block:
        yield statement
        if isinstance(statement, If) and asks_for_name(statement):
            yield from statement.body


def asks_for_name(statement: If) -> bool:
    """Whether it asks how the module is run: `if __name__ == "__main__":`."""
    return any(isinstance(n, Name) and n.name == "__name__" for n in nodes_in(statement.test))


def _switch(statement: Statement) -> Switch | None:
    match statement:
        case Assign(targets=(Name() as target,), value=Constant(value=bool() as value)):
            return Switch(statement.span, target.name, value)
    return None


def _bound_globally(code: Code) -> Iterator[str]:
    """The variables of the module that a body binds, once for each place."""
    for node in nodes_of(code):
        targets: Iterable[Target | None] = ()
        if isinstance(node, Assign):
            targets = node.targets if node.value is not None else ()
        elif isinstance(node, (AugmentedAssign, Bind, Delete, For, With)):
            targets = (node.target,)
        elif isinstance(node, Handler):
            targets = (node.name,)
        for target in targets:
            yield from _names_of_module(target)


def _names_of_module(target: Target | None) -> Iterator[str]:
    if isinstance(target, Unpack):
        for inner in target.targets:
            yield from _names_of_module(inner)
    elif isinstance(target, Name) and target.depth == GLOBAL:
        yield target.name


@lru_cache(maxsize=1 << 10)
def _stored_attributes(module: Code) -> frozenset[str]:
    """The attributes that the code of a module stores into."""
    nodes = (node for code in all_codes(module) for node in nodes_of(code))
    targets = (target for node in nodes if isinstance(node, Assign) for target in node.targets)
    return frozenset(
        name for one in targets if not isinstance(one, Name) for name in target_names(one)
    )


def set_the_other_way(module: Code, switches: frozenset[Switch]) -> Code:
    """The module with these switches set the other way."""
    return replace(module, body=_set_in(module.body, {switch.span for switch in switches}))


def _set_in(block: Block, places: set[Span]) -> Block:
    changed: list[Statement] = []
    for statement in block:
        if isinstance(statement, Assign) and statement.span in places:
            assert isinstance(statement.value, Constant)
            other = replace(statement.value, value=not statement.value.value)
            changed.append(replace(statement, value=other))
        elif isinstance(statement, If) and asks_for_name(statement):
            changed.append(replace(statement, body=_set_in(statement.body, places)))
        else:
            changed.append(statement)
    return tuple(changed)


class Switchboard:
    """The switches of several modules, and how each module names those of the others."""

    def __init__(self, modules: Mapping[str, Code], program: Program) -> None:
        self._modules = modules
        self._program = program
        found = {
            file: switches for file, module in modules.items() if (switches := switches_of(module))
        }
        stored = set[str]()
        for module in modules.values() if found else ():
            stored |= _stored_attributes(module)
        self._switches = {
            (file, switch.name): switch
            for file, switches in found.items()
            for switch in switches
            if switch.name not in stored
        }
        own = {name for _, name in self._switches}
        self._names = own.union(
            name
            for module in (modules.values() if own else ())
            for name, imported in _imports(module).items()
            if imported.attribute in own
        )

    @property
    def has_switches(self) -> bool:
        return bool(self._switches)

    def read_in(self, test: Expression) -> dict[int, Switch]:
        """The switches that are read in a test, by the `id` of the node that reads them."""
        reads = (node for node in nodes_in(test) if isinstance(node, (Name, Attribute)))
        meant = ((id(node), self._meant(node)) for node in reads if node.name in self._names)
        return {node: switch for node, switch in meant if switch is not None}

    def _meant(self, node: Name | Attribute) -> Switch | None:
        """The switch that is read."""
        file = node.span.file
        if isinstance(node, Name):
            if node.depth != GLOBAL:
                return None
            own = self._switches.get((file, node.name))
            imported = None if own is not None else self._import(file, node.name)
            if imported is None or imported.attribute is None:
                return own
            holder = self._program.find(file, imported.level, imported.module)
            return self._switches.get((holder or "", imported.attribute))
        owner = node.value
        imported = self._import(file, owner.name) if isinstance(owner, Name) else None
        holder = None if imported is None else self._module(file, imported)
        return None if holder is None else self._switches.get((holder, node.name))

    def _import(self, file: str, name: str) -> Import | None:
        return _imports(self._modules[file]).get(name) if file in self._modules else None

    def _module(self, file: str, imported: Import) -> str | None:
        found = self._program.find(file, imported.level, imported.module)
        if found is None or imported.attribute is None:
            return found
        return self._program.submodule(found, imported.attribute)


@lru_cache(maxsize=256)
def _imports(module: Code) -> dict[str, Import]:
    """What the module imports, by the names that it has there."""
    nodes = (node for node in nodes_of(module) if isinstance(node, Assign))
    return {
        target.name: node.value
        for node in nodes
        if isinstance(node.value, Import)
        for target in node.targets
        if isinstance(target, Name)
    }

"""Switches: names of a module that people set by hand (`PLOT = False`), and the code that they keep shut.

A switch is bound once in the text, by the module itself, to `True` or `False`, and nobody stores into an
attribute of that name (`config.PLOT = arguments.plot`). What a test of it rules out is no dead code: it is
what the program does after the next edit. What plain literals rule out (`if False:`, `if 0:`) is dead, and
so is what type checkers alone look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

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
    Conditional,
    Constant,
    Delete,
    Expression,
    For,
    Handler,
    If,
    Import,
    Jump,
    Logical,
    Name,
    Operator,
    Raise,
    Return,
    Statement,
    Target,
    Try,
    Unpack,
    While,
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


class Shut(NamedTuple):
    """Code that does not run as the switches are set: it may, once some are set the other way.

    `words` are the names that it mentions.
    """

    spans: tuple[Span, ...]
    switches: frozenset[Switch]
    words: frozenset[str]


class Behind:
    """Which of several pieces of shut code something stands in."""

    def __init__(self, shut: Sequence[Shut]) -> None:
        self._spans: dict[tuple[str, int], list[tuple[Span, int]]] = {}
        for number, each in enumerate(shut):
            for span in each.spans:
                for line in range(span.line, span.end_line + 1):
                    self._spans.setdefault((span.file, line), []).append((span, number))

    def at(self, place: Span) -> list[int]:
        """The numbers of those around a place."""
        near = self._spans.get((place.file, place.line), ())
        return [number for span, number in near if span.contains(place)]


FOR_TYPE_CHECKERS = frozenset({"TYPE_CHECKING", "MYPY"})
"""Names that type checkers take to be true, whatever the program sets them to."""


# --- which names are switches -----------------------------------------------------------------


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


# --- what they keep shut ----------------------------------------------------------------------


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

    def shut(self) -> list[Shut]:
        """The code that they keep shut, file by file; what stands within other such code with the
        switches of that."""
        found = [
            shut
            for file, module in self._modules.items()
            if self._names
            for code in all_codes(module)
            for shut in self._shut_in(code)
        ]
        behind = Behind(found)
        around = [[found[other].switches for other in behind.at(s.spans[0])] for s in found]
        return [
            shut._replace(switches=shut.switches.union(*switches))
            for shut, switches in zip(found, around, strict=True)
        ]

    def _shut_in(self, code: Code) -> Iterator[Shut]:
        for block in _blocks(code.body):
            for index, statement in enumerate(block):
                if isinstance(statement, If):
                    yield from self._shut_by(statement, block[index + 1 :])
        for node in nodes_of(code):
            if isinstance(node, While):
                yield from self._told(node.test, True, (), node.body)
            elif isinstance(node, Conditional):
                yield from self._told(node.test, True, (node.orelse,), (node.body,))
                yield from self._told(node.test, False, (node.body,), (node.orelse,))
            elif isinstance(node, Logical):
                for index, operand in enumerate(node.operands[:-1]):
                    goes_on = node.name == "and"
                    yield from self._told(operand, goes_on, (), node.operands[index + 1 :])

    def _shut_by(self, node: If, behind: Block) -> Iterator[Shut]:
        for wanted, runs, shut in ((True, node.orelse, node.body), (False, node.body, node.orelse)):
            leaves = bool(runs) and isinstance(runs[-1], (Return, Raise, Jump))
            yield from self._told(node.test, wanted, runs, shut + behind if leaves else shut)

    def _told(
        self, test: Expression, wanted: bool, runs: Block | tuple[Expression, ...], shut: _Parts
    ) -> Iterator[Shut]:
        """What is shut while a test is not as `wanted`, if the switches decide that."""
        if not shut or not self._may_name(test):
            return
        switches = self._switches_in(test)
        as_set: dict[_Read, bool] = {node: switch.value for node, switch in switches}
        if not switches or _truth(test, as_set) is not (not wanted):
            return
        needed = _to_be_turned(test, switches)
        if needed:
            yield Shut(tuple(part.span for part in shut), needed, _words_in(shut))

    def _may_name(self, test: Expression) -> bool:
        return any(
            isinstance(node, (Name, Attribute)) and node.name in self._names
            for node in nodes_in(test)
        )

    def _switches_in(self, test: Expression) -> list[tuple[_Read, Switch]]:
        reads = [node for node in nodes_in(test) if isinstance(node, (Name, Attribute))]
        meant = [(node, self._meant(node)) for node in reads if node.name in self._names]
        return [(node, switch) for node, switch in meant if switch is not None]

    def _meant(self, node: _Read) -> Switch | None:
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


_Read: TypeAlias = "Name | Attribute"
_Parts: TypeAlias = "Block | tuple[Expression, ...]"


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


def _words_in(parts: _Parts) -> frozenset[str]:
    nodes = list(nodes_in(parts))
    for node in nodes:
        if isinstance(node, Code):
            nodes += [inner for code in all_codes(node) for inner in nodes_of(code)]
    return frozenset(node.name for node in nodes if isinstance(node, (Name, Attribute)))


def _blocks(block: Block) -> Iterator[Block]:
    """A block and those within its statements."""
    yield block
    for statement in block:
        for inner in _inner_blocks(statement):
            yield from _blocks(inner)


def _inner_blocks(statement: Statement) -> tuple[Block, ...]:
    match statement:
        case If() | For() | While():
            return (statement.body, statement.orelse)
        case Try():
            handlers = tuple(handler.body for handler in statement.handlers)
            return (statement.body, *handlers, statement.orelse, statement.final)
        case With():
            return (statement.body,)
    return ()


def _truth(test: Any, values: Mapping[_Read, bool]) -> bool | None:
    """Whether a condition holds, as far as the values of switches tell."""
    match test:
        case Name() | Attribute():
            return values.get(test)
        case Operator(name="not", operands=(operand,)):
            inner = _truth(operand, values)
            return None if inner is None else not inner
        case Operator(name="is" | "==" | "is not" | "!=" as name, operands=(left, right)):
            if isinstance(right, Constant) and (value := _truth(left, values)) is not None:
                return (value == right.value) is (name in ("is", "=="))
        case Logical(name=name, operands=operands):
            truths = [_truth(operand, values) for operand in operands]
            decides = name == "or"
            if decides in truths:
                return decides
            return None if None in truths else not decides
    return None


def _to_be_turned(test: Expression, switches: list[tuple[_Read, Switch]]) -> frozenset[Switch]:
    """Those to be set the other way for the test to come out the other way, as few as will do."""
    as_set = _truth(test, {node: switch.value for node, switch in switches})
    several = frozenset(switch for _, switch in switches)
    for turned in (*(frozenset({switch}) for _, switch in switches), several):
        values = {node: switch.value is not (switch in turned) for node, switch in switches}
        if _truth(test, values) is not as_set:
            return turned
    return frozenset()

"""Imports: libraries are known by name, the program's other files by what they define.

`from module import name` binds a promise (`Imported`) that is kept when a variable that holds it is
read: only then the module has to be run. What of a program is never used costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Kind, Sequence, Unknown
from detachlint.domain.values import (
    Imported,
    Library,
    Literal,
    SourceModule,
    Value,
    in_order,
    join_values,
    literal,
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import importing
from detachlint.ir.nodes import Import
from detachlint.knowledge import source_facts
from detachlint.knowledge.names import THERE
from detachlint.knowledge.own import module_path
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_BY_NAME = 24
"""Modules that one import by a name that is not known to its end may mean."""

LONGEST_CHAIN = 12
"""Files through which one name is passed on, before it is taken for a circle."""


def always_works(node: Import) -> bool:
    """Whether nothing is found out by an import: it works wherever there are tensors."""
    names = [node.module, node.attribute or ""]
    return not node.level and ".".join(filter(None, names)) in THERE


def evaluate_import(
    machine: Machine, node: Import, state: State, activation: Activation
) -> Outcomes:
    """The library, the module, or the thing in it."""
    file = machine.program.find(node.span.file, node.level, node.module)
    if file is None:
        if node.attribute == "*":
            _note_stars(machine, value_of(Library(node.module)), state, activation)
        return [(_library(machine, node), state)]
    _load_for_deeds(machine, file, state)
    if node.attribute == "*":
        _bind_all(machine, file, state, activation)
        return [(value_of(SourceModule(file)), state)]
    if node.attribute is not None:
        inner = machine.program.submodule(file, node.attribute)
        if inner is not None and machine.program.acts_on_import(inner):
            importing.load_for_deeds(machine, inner, state)
        return [(value_of(Imported(file, node.attribute)), state)]
    if node.top_level:
        first = node.module.partition(".")[0]
        file = machine.program.find(node.span.file, node.level, first) or file
    return [(value_of(SourceModule(file)), state)]


def _library(machine: Machine, node: Import) -> Value:
    if node.attribute == "*":
        machine.ledger.opaque("import *")
        return value_of(Library(node.module))
    if node.level:
        name = f"{'.' * node.level}{node.module}.{node.attribute}"
        stated = machine.own.of_path(_dotted(machine, node))
        if stated is not None:
            return value_of(Library(machine.own.known_as(stated.name)))
        if node.attribute is not None and source_facts.is_true(node.attribute):
            return value_of(Library(node.attribute))
        return machine.derived(f"import {name}", (), node.span, Unknown(Kind.ANY))
    if node.attribute is not None:
        return value_of(Library(machine.own.known_as(f"{node.module}.{node.attribute}")))
    return value_of(Library(node.module.split(".")[0] if node.top_level else node.module))


def _dotted(machine: Machine, node: Import) -> str:
    """The dotted name of what a relative import means, by the folders that the file is in."""
    folders = module_path(machine.path_of(node.span.file), node.level)
    parts = [folders, node.module, node.attribute or ""]
    return ".".join(part for part in parts if part)


def import_by_name(machine: Machine, name: str, state: State, span: Span) -> Value | None:
    """What `importlib.import_module(name)` gives; None for a library."""
    level = len(name) - len(name.lstrip("."))
    file = machine.program.find(span.file, level, name[level:])
    if file is None:
        return None
    _load_for_deeds(machine, file, state)
    return value_of(SourceModule(file))


def import_by_beginning(machine: Machine, beginning: str, state: State, span: Span) -> Value | None:
    """What `importlib.import_module(beginning + unknown)` gives: any module of a package that fits."""
    package, dot, start = beginning.rpartition(".")
    path = package.lstrip(".")
    level = len(package) - len(path) + (not path)
    around = machine.program.find(span.file, level, path) if dot else None
    if around is None:
        return None
    modules = machine.program.modules_in(around)
    files = [file for name, file in modules.items() if name.startswith(start)]
    if not files or len(files) > MOST_BY_NAME:
        return None
    for file in files:
        _load_for_deeds(machine, file, state)
    return frozenset(SourceModule(file) for file in files)


def _load_for_deeds(machine: Machine, file: str, state: State) -> None:
    importing.load_packages(machine, file, state)
    if machine.program.acts_on_import(file):
        importing.load_for_deeds(machine, file, state)


def resolved(machine: Machine, value: Value, state: State, span: Span) -> Value:
    """The value, with what promises stand for in their place. Runs the modules in the state."""
    parts: list[Value] = []
    for atom in in_order(value):
        if isinstance(atom, Imported):
            parts.append(read_module(machine, atom.file, atom.name, state, span))
        else:
            parts.append(value_of(atom))
    return join_values(parts)


def read_module(machine: Machine, file: str, name: str, state: State, span: Span) -> Value:
    """The value of `module.name`: a variable of the module, or a module in the package."""
    for _ in range(LONGEST_CHAIN):
        frame = importing.load(machine, file, state)
        value = state.variable(frame, name) if frame is not None else None
        if not value:
            return _submodule(machine, file, name, state, span)
        if len(value) > 1:
            return _joined(machine, value, state, span)
        (atom,) = value
        if not isinstance(atom, Imported):
            return value
        if (atom.file, atom.name) == (file, name):  # `from . import name`, where it is a module
            return _submodule(machine, file, name, state, span)
        file, name = atom.file, atom.name
    return _unknown(machine, file, name, span)


def _joined(machine: Machine, value: Value, state: State, span: Span) -> Value:
    """Different things on different paths (`try: from a import f` … `except: from b import f`)."""
    known = [value_of(a) for a in in_order(value) if not isinstance(a, Imported)]
    for atom in in_order(value):
        if isinstance(atom, Imported):
            frame = importing.load(machine, atom.file, state)
            found = state.variable(frame, atom.name) if frame is not None else None
            plain = found and not any(isinstance(a, Imported) for a in found)
            known.append(
                found if found and plain else _submodule(machine, atom.file, atom.name, state, span)
            )
    return join_values(known)


def _submodule(machine: Machine, file: str, name: str, state: State, span: Span) -> Value:
    module = machine.program.submodule(file, name)
    if module is None:
        return _by_module_getattr(machine, file, name, state, span)
    if machine.program.acts_on_import(module):
        importing.load_for_deeds(machine, module, state)
    return value_of(SourceModule(module))


def _by_module_getattr(machine: Machine, file: str, name: str, state: State, span: Span) -> Value:
    """What the module's own `__getattr__(name)` gives (PEP 562)."""
    frame = importing.load(machine, file, state)
    function = state.variable(frame, "__getattr__") if frame is not None else None
    code = machine.code_of(file)
    if frame is None or code is None or not function or name.startswith("__"):
        return _unknown(machine, file, name, span)
    activation = Activation(code, frame, 0)
    given = Arguments((value_of(literal(name)),))
    outcomes = machine.call(function, given, state.fork(), activation, span, "__getattr__")
    if not outcomes:
        return _unknown(machine, file, name, span)
    value, after = machine.join_outcomes(outcomes)
    state.heap = state.join(after).heap
    return resolved(machine, value, state, span)


def _unknown(machine: Machine, file: str, name: str, span: Span) -> Value:
    return machine.derived(f"import {file} {name}", (), span, Unknown(Kind.ANY))


def _bind_all(machine: Machine, file: str, state: State, activation: Activation) -> None:
    """`from module import *`: what `__all__` lists, or all names without an underscore."""
    frame = importing.load(machine, file, state)
    if frame is None:
        machine.ledger.opaque("import *")
        return
    variables = state.frame(frame).variables
    names = _listed(state, variables.get("__all__"))
    if names is None:
        names = [name for name in variables if not name.startswith("_")]
    for name in names:
        value = variables.get(name) or value_of(Imported(file, name))
        state.bind(activation.frame, name, value)
    if STARS in variables:
        _note_stars(machine, variables[STARS], state, activation)


STARS = "@stars"
"""The variable of a module's frame that has the libraries from which it imports all there is."""


def _note_stars(machine: Machine, modules: Value, state: State, activation: Activation) -> None:
    known = state.variable(activation.frame, STARS) or frozenset()
    state.bind(activation.frame, STARS, known | modules)


def from_stars(machine: Machine, name: str, state: State, span: Span) -> Value:
    """What a name may be that only `from library import *` can have bound; nothing, if no fact says."""
    modules = state.variable(machine.frame_of(span.file), STARS) or frozenset()
    libraries = [one.name for one in modules if isinstance(one, Library)]
    told = {source_facts.from_elsewhere(f"{library}.{name}") for library in libraries}
    return frozenset(Library(real) for real in told if real is not None)


def _listed(state: State, value: Value | None) -> list[str] | None:
    address = single_address(value) if value else None
    thing = state.get(address) if address is not None else None
    if not isinstance(thing, Sequence) or not thing.exact:
        return None
    literals = [single_literal(item) for item in thing.items]
    return [str(one.value) for one in literals if isinstance(one, Literal)]

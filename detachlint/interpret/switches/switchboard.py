"""Which switches a condition reads.

A switch is given one literal wherever the program says what it is, and nothing else. A variable is given it
once, by the module or the function itself; an attribute or an entry of a dict, wherever something of that
name is; a parameter, by its default and by the calls that hand it over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from detachlint.interpret.engine.program import Program
from detachlint.interpret.switches.bindings import Bindings, Chain, Given, Literal, frame_meant
from detachlint.interpret.switches.switch import Switch, is_plain
from detachlint.ir.nodes import (
    Argument,
    Assign,
    Attribute,
    Call,
    Code,
    Constant,
    Expression,
    Import,
    Name,
    Parameter,
    ParameterKind,
    Subscript,
)
from detachlint.ir.walk import nodes_in, nodes_of
from detachlint.source.span import Span

FOR_TYPE_CHECKERS = frozenset({"TYPE_CHECKING", "MYPY"})
"""Names that type checkers take to be true, whatever the program sets them to."""

_OBJECT_ITSELF = ("self", "cls")


class Switchboard:
    """The switches of several modules, and how each module names them."""

    def __init__(self, modules: Mapping[str, Code], program: Program) -> None:
        self._modules = modules
        self._program = program
        self._bindings = Bindings(modules.values())
        self._known: dict[tuple[Code | str, str], Switch | None] = {}

    def read_in(self, test: Expression, chain: Chain, *, inner: bool) -> dict[int, Switch]:
        """The switches that are read in a test, by the `id` of the node that reads them, in order; only those
        of modules, unless the `inner` ones of the program's code are wanted as well."""
        found: list[tuple[Span, int, Switch]] = []
        for node in nodes_in(test):
            switch = self._of_module(node) or (self._inner(node, chain) if inner else None)
            if switch is not None:
                found.append((node.span, id(node), switch))
        return {node: switch for _, node, switch in sorted(found)}

    # --- variables of modules ---------------------------------------------------------------------

    def _of_module(self, node: object) -> Switch | None:
        match node:
            case Name(depth=depth) if depth < 0:
                file = node.span.file
                own = self._variable(file, node.name)
                imported = None if own is not None else self._import(file, node.name)
                if imported is None or imported.attribute is None:
                    return own
                holder = self._program.find(file, imported.level, imported.module)
                return self._variable(holder or "", imported.attribute)
            case Attribute():
                holder = self._module(node)
                return None if holder is None else self._variable(holder, node.name)
        return None

    def _variable(self, file: str, name: str) -> Switch | None:
        module = self._modules.get(file)
        if module is None or name in self._bindings.stored or name in FOR_TYPE_CHECKERS:
            return None
        return self._own_variable(module, name)

    def _module(self, node: Attribute) -> str | None:
        """The module of which something is an attribute."""
        file, owner = node.span.file, node.value
        imported = self._import(file, owner.name) if isinstance(owner, Name) else None
        if imported is None:
            return None
        found = self._program.find(file, imported.level, imported.module)
        if found is None or imported.attribute is None:
            return found
        return self._program.submodule(found, imported.attribute)

    def _import(self, file: str, name: str) -> Import | None:
        return _imports(self._modules[file]).get(name) if file in self._modules else None

    # --- others -----------------------------------------------------------------------------------

    def _inner(self, node: object, chain: Chain) -> Switch | None:
        match node:
            case Name(depth=depth) if depth >= 0:
                frame = frame_meant(chain, depth)
                return self._parameter(frame, node.name) or self._own_variable(frame, node.name)
            case Attribute() if self._module(node) is None:
                return self._attribute(node.name)
            case Subscript(index=Constant(value=str() as key)):
                return self._entry(key)
            case Call(
                function=Attribute(name="get"),
                arguments=(Argument(value=Constant(value=str() as key)), *_),
            ):
                return self._entry(key)
        return None

    def _own_variable(self, frame: Code, name: str) -> Switch | None:
        given = self._bindings.variables.get((frame, name))
        if given is None or given.others or given.handed or len(given.literals) != 1:
            return None
        return _agreed(given.literals, variable=True)

    def _attribute(self, name: str) -> Switch | None:
        return self._shared("attribute", name, self._bindings.attributes)

    def _entry(self, key: str) -> Switch | None:
        return self._shared("entry", key, self._bindings.entries)

    def _shared(self, kind: str, name: str, all_given: Mapping[str, Given]) -> Switch | None:
        """What is known of all attributes, or entries, of a name."""
        if (kind, name) not in self._known:
            given = all_given.get(name)
            self._known[kind, name] = None if given is None else self._given(name, given)
        return self._known[kind, name]

    def _given(self, name: str, given: Given) -> Switch | None:
        if given.others:
            return None
        literals = list(given.literals)
        for code, parameter in given.handed:
            found = self._literals(code, parameter)
            if found is None:
                return None
            literals += found
        owners = {literal.name.rpartition(".")[0] for literal in given.literals}
        for call in (call for owner in owners for call in self._bindings.calls.get(owner, ())):
            for argument in call.arguments:
                if argument.keyword == name:
                    if not isinstance(argument.value, Constant):
                        return None
                    literals.append(Literal(argument.value, name))
        return _agreed(literals)

    # --- parameters -------------------------------------------------------------------------------

    def _parameter(self, code: Code, name: str) -> Switch | None:
        if (code, name) not in self._known:
            found = self._literals(code, name)
            self._known[code, name] = None if found is None else _agreed(found)
        return self._known[code, name]

    def _literals(self, code: Code, name: str) -> list[Literal] | None:
        """The literals that a parameter may be; None if it may be something else, or is none."""
        place = next((i for i, each in enumerate(code.parameters) if each.name == name), None)
        if place is None or (code, name) in self._bindings.variables:
            return None
        parameter = code.parameters[place]
        if parameter.kind in (ParameterKind.VARIADIC, ParameterKind.KEYWORDS):
            return None
        given = [*self._handed_over(code, parameter, place)]
        if parameter.default is not None:
            given.append(parameter.default)
        literals = [each for each in given if isinstance(each, Constant)]
        if len(literals) < len(given):
            return None
        return [Literal(literal, name) for literal in literals]

    def _handed_over(self, code: Code, parameter: Parameter, place: int) -> Iterable[Expression]:
        """What calls of a function in sight, by its name, hand over for a parameter."""
        name = code.name
        parent = self._bindings.parents.get(code)
        is_method = parent is not None and parent.kind == "class"
        if parent is not None and name == "__init__":
            name = parent.name
        if is_method and code.parameters[0].name in _OBJECT_ITSELF:
            place -= 1  # handed over by the call of a method itself
        for call in self._bindings.calls.get(name, ()):
            plain = [a for a in call.arguments if a.keyword is None]
            for argument in call.arguments:
                if argument.keyword == parameter.name:
                    yield argument.value
            if 0 <= place < len(plain) and not any(each.unpack for each in plain[: place + 1]):
                yield plain[place].value


def _agreed(literals: list[Literal], *, variable: bool = False) -> Switch | None:
    """The switch that is given these literals, if they are one and the same value."""
    values = {(type(each.constant.value), each.constant.value) for each in literals}
    if len(values) != 1 or not is_plain(literals[0].constant.value):
        return None
    places = tuple(dict.fromkeys(each.constant.span for each in literals))
    first = min(literals, key=lambda each: each.constant.span)
    value = first.constant.value
    assert value is None or isinstance(value, (bool, int, float, str))
    return Switch(first.constant.span, first.name, value, places, variable)


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

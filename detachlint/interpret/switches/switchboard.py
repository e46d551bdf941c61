"""Which switches a condition reads.

A switch is given one literal wherever the program says what it is, and nothing else. A variable is given it
once, by the module or the function itself; an attribute or an entry of a dict, wherever something of that
name is; a parameter, by its default and by the calls that hand it over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial

from detachlint.interpret.engine.program import Program
from detachlint.interpret.switches.bindings import Bindings, Chain, Given, Source, frame_meant
from detachlint.interpret.switches.switch import Switch
from detachlint.interpret.switches.truth import compared_with
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
    Operator,
    Parameter,
    ParameterKind,
    Subscript,
)
from detachlint.ir.walk import nodes_in, nodes_of
from detachlint.knowledge import facts
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

    def compared_with(self, switch: Switch) -> Sequence[str]:
        """The texts that a switch is compared with anywhere, in order."""
        return list(dict.fromkeys(self._compared.get(switch, ())))

    @cached_property
    def _compared(self) -> dict[Switch, list[str]]:
        found: dict[Switch, list[str]] = {}
        for code, chain in self._bindings.chains.items():
            for node in nodes_of(code):
                if not isinstance(node, Operator):
                    continue
                texts = [each for each in compared_with(node) if isinstance(each, str)]
                for operand in node.operands if texts else ():
                    switch = self._of_module(operand) or self._inner(operand, chain)
                    if switch is not None:
                        found.setdefault(switch, []).extend(texts)
        return found

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
        return self._found(module, name, partial(self._own_variable, module))

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
                return self._in_frame(frame_meant(chain, depth), node.name)
            case Attribute(name=name) if self._module(node) is None:
                if facts.tensor_attribute(name) is not None:
                    return None  # its flag, its device, …
                return self._found("attribute", node.name, self._shared_by_attributes)
            case Subscript(index=Constant(value=str() as key)):
                return self._found("entry", key, self._shared_by_entries)
            case Call(
                function=Attribute(name="get"),
                arguments=(Argument(value=Constant(value=str() as key)), *_),
            ):
                return self._found("entry", key, self._shared_by_entries)
        return None

    def _found(
        self, kind: Code | str, name: str, find: Callable[[str], Switch | None]
    ) -> Switch | None:
        """What is found once. Nothing is, of what is given to itself, on the way."""
        if (kind, name) not in self._known:
            self._known[kind, name] = None
            self._known[kind, name] = find(name)
        return self._known[kind, name]

    def _meant(self, source: Source) -> Switch | None:
        """The switch that something is which is given this: a literal, or what it is read from."""
        value, chain, name = source
        if isinstance(value, Constant):
            said = value.value
            if said is None or isinstance(said, (bool, int, float, str)):
                return Switch(value.span, name, said, (value.span,), variable=False)
            return None
        return self._of_module(value) or self._inner(value, chain)

    def _agreed(self, sources: Iterable[Source]) -> Switch | None:
        """The switch that is given all this, if it is one and the same value."""
        found = [self._meant(source) for source in sources]
        switches = [switch for switch in found if switch is not None]
        values = {(type(switch.value), switch.value) for switch in switches}
        if len(switches) < len(found) or len(values) != 1:
            return None
        first = min(switches, key=lambda switch: switch.span)
        places = dict.fromkeys(place for switch in switches for place in switch.places)
        return first._replace(places=tuple(places), variable=False)

    def _shared_by_attributes(self, name: str) -> Switch | None:
        return self._shared(name, self._bindings.attributes.get(name))

    def _shared_by_entries(self, key: str) -> Switch | None:
        return self._shared(key, self._bindings.entries.get(key))

    def _shared(self, name: str, given: Given | None) -> Switch | None:
        """What is the same of all attributes, or entries, of a name, and of objects that are made with it."""
        if given is None or given.others:
            return None
        owners = {source.name.rpartition(".")[0] for source in given.sources}
        made_with = (
            Source(argument.value, chain, name)
            for owner in sorted(owners)
            for call, chain in self._bindings.calls.get(owner, ())
            for argument in call.arguments
            if argument.keyword == name
        )
        return self._agreed([*given.sources, *made_with])

    # --- variables and parameters of functions ----------------------------------------------------

    def _in_frame(self, frame: Code, name: str) -> Switch | None:
        def find(name: str) -> Switch | None:
            numbered = enumerate(frame.parameters)
            place = next((number for number, each in numbered if each.name == name), None)
            if place is None:
                return self._own_variable(frame, name)
            return self._parameter(frame, place)

        return self._found(frame, name, find)

    def _own_variable(self, frame: Code, name: str) -> Switch | None:
        given = self._bindings.variables.get((frame, name))
        if given is None or given.others or len(given.sources) != 1:
            return None
        found = self._agreed(given.sources)
        is_literal = isinstance(given.sources[0].value, Constant)
        return found._replace(variable=True) if found is not None and is_literal else found

    def _parameter(self, code: Code, place: int) -> Switch | None:
        parameter = code.parameters[place]
        is_bound = (code, parameter.name) in self._bindings.variables
        if is_bound or parameter.kind in (ParameterKind.VARIADIC, ParameterKind.KEYWORDS):
            return None
        sources = [*self._handed_over(code, parameter, place)]
        if parameter.default is not None:
            around = self._bindings.chains[code][:-1]
            sources.append(Source(parameter.default, around, parameter.name))
        return self._agreed(sources)

    def _handed_over(self, code: Code, parameter: Parameter, place: int) -> Iterator[Source]:
        """What calls of a function in sight, by its name, hand over for a parameter."""
        name = code.name
        around = self._bindings.chains[code][:-1]
        is_method = bool(around) and around[-1].kind == "class"
        if is_method and name == "__init__":
            name = around[-1].name
        if is_method and code.parameters[0].name in _OBJECT_ITSELF:
            place -= 1  # handed over by the call of a method itself
        for call, chain in self._bindings.calls.get(name, ()):
            plain = [a for a in call.arguments if a.keyword is None]
            for argument in call.arguments:
                if argument.keyword == parameter.name or argument.unpack == "**":
                    yield Source(argument.value, chain, parameter.name)
            if 0 <= place < len(plain) and not any(each.unpack for each in plain[: place + 1]):
                yield Source(plain[place].value, chain, parameter.name)


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

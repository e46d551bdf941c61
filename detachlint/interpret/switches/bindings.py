"""What a program says of its names: the literals that it gives to variables, attributes and entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from detachlint.ir.nodes import (
    GLOBAL,
    Assign,
    Attribute,
    AugmentedAssign,
    Bind,
    Call,
    Code,
    Constant,
    Delete,
    Display,
    Expression,
    For,
    Handler,
    If,
    Name,
    Statement,
    Subscript,
    Target,
    Unpack,
    With,
)
from detachlint.ir.walk import inner_codes, nodes_in, nodes_of, targets_in

Chain: TypeAlias = "tuple[Code, ...]"
"""A code behind all that are around it, the module first."""


class Source(NamedTuple):
    """What is given to something: an expression, in some code, and what that something is called there."""

    value: Expression
    chain: Chain
    name: str


@dataclass(slots=True)
class Given:
    """All that the program gives to something: `others` tells that more than literals and what is read is."""

    sources: list[Source] = field(default_factory=list)
    others: bool = False


def chains(module: Code) -> Iterator[Chain]:
    """All code of a module with what is around it, outermost first."""
    pending: list[Chain] = [(module,)]
    while pending:
        chain = pending.pop()
        yield chain
        pending += [(*chain, inner) for inner in reversed(inner_codes(chain[-1]))]


def frame_meant(chain: Chain, depth: int) -> Code:
    """The code in whose frame a name is, of those around the code that mentions it (see `ir.nodes.Name`)."""
    if depth == GLOBAL:
        return chain[0]
    around = [code for code in chain[:-1] if code.kind != "class"]
    return [*around, chain[-1]][-1 - depth]


class Bindings:
    """What several modules say of names.

    `variables` are those of modules and functions, `attributes` and `entries` those of whatever has one of
    that name, in classes or elsewhere; `stored` are attributes that something is stored into. `calls` go by
    the last name of what is called, each with the code that it stands in, as `chains` tell it of all code.
    """

    def __init__(self, modules: Iterable[Code]) -> None:
        self.variables: defaultdict[tuple[Code, str], Given] = defaultdict(Given)
        self.attributes: defaultdict[str, Given] = defaultdict(Given)
        self.entries: defaultdict[str, Given] = defaultdict(Given)
        self.stored: set[str] = set()
        self.calls: defaultdict[str, list[tuple[Call, Chain]]] = defaultdict(list)
        self.chains: dict[Code, Chain] = {}
        for module in modules:
            for chain in chains(module):
                self._take_in(chain)

    def _take_in(self, chain: Chain) -> None:
        code = chain[-1]
        self.chains[code] = chain
        once = {id(statement) for statement in run_once(code)}
        for node in nodes_of(code):
            match node:
                case Assign(value=value) if value is not None:
                    self._assign(node, value, chain, once=id(node) in once)
                case AugmentedAssign() | Bind() | Delete() | For() | With():
                    self._bind(node.target, None, chain)
                case Handler():
                    self._bind(node.name, None, chain)
                case Display(kind="dict"):
                    for key, item in zip(node.keys, node.items, strict=True):
                        if isinstance(key, Constant) and isinstance(key.value, str):
                            self._give(self.entries[key.value], repr(key.value), item.value, chain)
                case Call(function=Name(name=name) | Attribute(name=name)):
                    self.calls[name].append((node, chain))

    def _assign(self, node: Assign, value: Expression, chain: Chain, *, once: bool) -> None:
        """Take down an assignment. A variable is given what its body says `once`, on every way through it."""
        alone = len(node.targets) == 1
        for target in node.targets:
            counts = once or chain[-1].kind == "class" or not isinstance(target, Name)
            self._bind(target, value if alone and counts else None, chain)

    def _bind(self, target: Target | None, value: Expression | None, chain: Chain) -> None:
        """Take down what is bound; `value` is None for what comes from elsewhere."""
        match target:
            case Unpack():
                for inner in targets_in(target):
                    self._bind(inner, None, chain)
            case Name():
                frame = frame_meant(chain, target.depth)
                if frame.kind == "class":
                    given, name = self.attributes[target.name], f"{frame.name}.{target.name}"
                else:
                    given, name = self.variables[frame, target.name], target.name
                self._give(given, name, value, chain)
            case Attribute():
                self.stored.add(target.name)
                self._give(self.attributes[target.name], _told(target, chain), value, chain)
            case Subscript(index=Constant(value=str() as key)):
                self._give(self.entries[key], repr(key), value, chain)

    def _give(self, given: Given, name: str, value: Expression | None, chain: Chain) -> None:
        if isinstance(value, (Constant, Name, Attribute, Subscript)):
            given.sources.append(Source(value, chain, name))
        else:
            given.others = True


def _told(target: Attribute, chain: Chain) -> str:
    """What an attribute is called: of `self`, by the class."""
    if isinstance(target.value, Name):
        owner = target.value.name
        if owner == "self" and len(chain) > 1 and chain[-2].kind == "class":
            owner = chain[-2].name
        return f"{owner}.{target.name}"
    return target.name


def run_once(code: Code) -> Iterator[Statement]:
    """The statements of a body's own, with those of a script's main part."""
    for statement in code.body:
        yield statement
        if isinstance(statement, If) and asks_for_name(statement):
            yield from statement.body


def asks_for_name(statement: If) -> bool:
    """Whether it asks how the module is run: `if __name__ == "__main__":`."""
    return any(isinstance(n, Name) and n.name == "__name__" for n in nodes_in(statement.test))

"""Which code can matter to a crossing: found by names, before anything is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from detachlint.interpret.pytorch.crossings import FORMS, INDEX_TRICKS, VECTORIZE
from detachlint.ir.nodes import (
    Assign,
    Attribute,
    AugmentedAssign,
    Bind,
    Call,
    Code,
    Constant,
    Delete,
    Expression,
    For,
    Import,
    MakeClass,
    MakeFunction,
    Name,
    Operator,
    Parameter,
    Subscript,
    Target,
    Unpack,
    With,
)
from detachlint.ir.walk import all_codes, inner_codes, nodes_in, nodes_of
from detachlint.knowledge.facts import numpy_fact
from detachlint.knowledge.model import Gate
from detachlint.source.scan import LIBRARIES

SINK = "<sink>"
"""The word that stands for a call that may convert what it is handed."""

WORDS = FORMS | {"reveal_grad", SINK}


def words_in(code: Code) -> frozenset[str]:
    """The names, attribute names and (for `getattr`) strings that a body mentions itself."""
    found: set[str] = set()
    for node in nodes_of(code):
        if isinstance(node, (Name, Attribute)):
            found.add(node.name)
        elif isinstance(node, Call):
            found.update(
                argument.value.value
                for argument in node.arguments
                if isinstance(argument.value, Constant) and isinstance(argument.value.value, str)
            )
    return frozenset(found)


class Relevance:
    """The code of a program from which a crossing may be reached, and the names that lead there.

    A crossing may be reached from code that has one, or mentions what leads to one: a function that
    is relevant, its class, and whatever is given a value that mentions one of these
    (`convert = lambda t: t.numpy()`, `TABLE = {"a": convert}`). Over-approximates: names are compared
    without regard to whose they are.
    """

    def __init__(self, more_words: Iterable[str] = ()) -> None:
        self.codes: set[Code] = set()
        self.names: set[str] = {*WORDS, *more_words}
        self.exported: set[str] = self.names.copy()
        """Those that other files may mean: what is made of a library (`np`, `loss`) is a file's own."""

    def add(self, modules: Iterable[Code]) -> None:
        """Take modules in. Those taken in earlier are not looked at again."""
        words: dict[Code, frozenset[str]] = {}
        given: list[Given] = []
        around: dict[Code, Code] = {}
        codes = [code for module in modules for code in all_codes(module)]
        for code in codes:
            words[code] = words_in(code)
            given += _given_names(code)
            around |= dict.fromkeys(inner_codes(code), code)
        relevant: set[Code] = set()
        names = self.names
        for code in hands_over(codes):
            words[code] |= {SINK}
        while True:
            more = {code for code, mentioned in words.items() if mentioned & names}
            for code in list(more):
                while code in around:
                    code = around[code]
                    more.add(code)
            # Special methods have no name at their call; their class does, and stands around them.
            found = {
                c.name for c in more if c.kind != "module" and not c.name.startswith(("__", "<"))
            }
            self.exported |= found
            for targets, mentioned, inner in given:
                holds_code = any(code in more for code in inner)
                if mentioned & names or holds_code:
                    found |= targets
                if mentioned & self.exported or holds_code:
                    self.exported |= targets
            if more <= relevant and found <= names:
                break
            relevant |= more
            names |= found
        self.codes |= relevant


def holds_crossing(module: Code, more_words: Iterable[str] = ()) -> bool:
    """Whether a module has a crossing in it, by the words it uses (`more_words` count, too)."""
    codes = list(all_codes(module))
    words = WORDS.union(more_words)
    return bool(hands_over(codes)) or any(words_in(code) & words for code in codes)


def hands_over(codes: list[Code]) -> set[Code]:
    """The code of one or more modules that hands something to a library which may convert it.

    Of NumPy's functions those count that convert (or reject) an argument which is given, or make an
    array where something is calculated, too. Of other libraries any mention counts: what they make
    (axes, a data frame) is handed things later.
    """
    libraries = {name: path for code in codes for name, path in _libraries(code)}
    return {code for code in codes if libraries and _uses(code, libraries)}


def _libraries(code: Code) -> Iterator[tuple[str, str]]:
    """What the code calls the libraries that make arrays of what they are handed."""
    for node in nodes_of(code):
        if isinstance(node, Assign) and isinstance(node.value, Import) and is_sink(node.value):
            imported = node.value
            path = (
                imported.module
                if imported.attribute is None
                else f"{imported.module}.{imported.attribute}"
            )
            for target in node.targets:
                for name in _target_names(target):
                    yield name, name if imported.top_level else path


def _uses(code: Code, libraries: dict[str, str]) -> bool:
    makes_arrays = calculates = False
    for node in nodes_of(code):
        if isinstance(node, Name):
            path = libraries.get(node.name)
            if path is not None and path.partition(".")[0] != "numpy":
                return True
        elif isinstance(node, Call):
            path = _path(node.function, libraries)
            if path is not None and _may_convert(path, node):
                return True
            if any(_is_function(argument.value, libraries) for argument in node.arguments):
                return True
            makes_arrays = makes_arrays or path is not None
        elif isinstance(node, Subscript):
            if _path(node.value, libraries) in INDEX_TRICKS:
                return True
        elif isinstance(node, (Operator, AugmentedAssign)):
            calculates = True
        elif isinstance(node, Assign):
            calculates = calculates or any(isinstance(t, Subscript) for t in node.targets)
    return makes_arrays and calculates  # `array * tensor`, `array[:] = tensor`


def _is_function(node: Expression, libraries: dict[str, str]) -> bool:
    """Whether a function of NumPy is handed on, to be called by others."""
    path = _path(node, libraries) if isinstance(node, Attribute) else None
    fact = numpy_fact(path) if path is not None else None
    return fact is not None and bool(LOOKS_AT_VALUES & set(fact.gates.values()))


def _path(node: Expression, libraries: dict[str, str]) -> str | None:
    """The dotted name of a function of a library."""
    names: list[str] = []
    while isinstance(node, Attribute):
        names.append(node.name)
        node = node.value
    path = libraries.get(node.name) if isinstance(node, Name) else None
    return ".".join([path, *reversed(names)]) if path is not None else None


LOOKS_AT_VALUES = frozenset({Gate.CONVERTS, Gate.REJECTS, Gate.SWALLOWS, Gate.EXPORTS})


def _may_convert(path: str, call: Call) -> bool:
    fact = numpy_fact(path)
    if fact is None:
        return path == VECTORIZE
    for index, argument in enumerate(call.arguments):
        if isinstance(argument.value, Constant):
            continue
        position = index if argument.keyword is None else fact.position(argument.keyword)
        unknown = bool(argument.unpack) or position is None
        if unknown or any(fact.gate(position or 0, mark) in LOOKS_AT_VALUES for mark in ("", "[]")):
            return True
    return False


def is_sink(node: Import) -> bool:
    """Whether something that makes arrays of what it is handed is imported."""
    path = node.module.split(".")
    return path[0] in LIBRARIES or "tensorboard" in path


Given = tuple[frozenset[str], frozenset[str], tuple[Code, ...]]


def _given_names(code: Code) -> Iterator[Given]:
    """The names that statements give to values: names, words in the value, code in the value."""
    for node in nodes_of(code):
        if isinstance(node, Assign) and node.value is not None:
            targets = [name for target in node.targets for name in _target_names(target)]
            value: Expression = node.value
        elif isinstance(node, (Bind, AugmentedAssign)):
            targets, value = list(_target_names(node.target)), node.value
        elif isinstance(node, (For, With)) and node.target is not None:
            targets = list(_target_names(node.target))
            value = node.iterable if isinstance(node, For) else node.manager
        elif isinstance(node, Parameter) and node.default is not None:
            targets, value = [node.name], node.default
        else:
            continue
        if isinstance(value, (MakeFunction, MakeClass)) and value.code.name in targets:
            continue  # a definition: its own name is followed already
        inside = list(nodes_in(value))
        mentioned = frozenset(_mentioned(inside))
        yield frozenset(targets), mentioned, tuple(n for n in inside if isinstance(n, Code))


def _mentioned(nodes: list[object]) -> Iterator[str]:
    # What a crossing gives is an array, which leads nowhere; what a function gives may lead on.
    crossed = [
        node.function
        for node in nodes
        if isinstance(node, Call)
        and isinstance(node.function, Attribute)
        and node.function.name in FORMS
    ]
    for node in nodes:
        if isinstance(node, (Name, Attribute)):
            if not any(node is function for function in crossed):
                yield node.name
        elif isinstance(node, Import) and node.attribute is not None:
            yield node.attribute


def _target_names(target: Target) -> Iterator[str]:
    if isinstance(target, Unpack):
        for inner in target.targets:
            yield from _target_names(inner)
    elif isinstance(target, (Name, Attribute)):
        yield target.name
    else:
        yield from (
            _target_names(target.value)
            if isinstance(target.value, (Name, Attribute, Subscript))
            else ()
        )


MUTATORS = frozenset(
    {"append", "extend", "insert", "add", "update", "appendleft", "setdefault", "setattr", "clear",
     "requires_grad_", "detach_", "register_buffer", "register_parameter", "add_module", "backward",
     "register_forward_hook", "pop", "remove", "train", "eval", "freeze", "apply", "copy_"}
)  # fmt: skip


@lru_cache(maxsize=4096)
def changes_objects(code: Code) -> bool:
    """Whether a body may change an object that others see: it stores into one, or calls what does."""
    for node in nodes_of(code):
        if isinstance(node, (AugmentedAssign, Delete)):
            if not isinstance(node.target, Name):
                return True
        elif isinstance(node, Assign):
            if any(_stores(target) for target in node.targets):
                return True
        elif isinstance(node, Call) and isinstance(node.function, (Attribute, Name)):
            if node.function.name in MUTATORS:
                return True
    return any(changes_objects(inner) for inner in inner_codes(code))


def _stores(target: Target) -> bool:
    if isinstance(target, Unpack):
        return any(_stores(inner) for inner in target.targets)
    return isinstance(target, (Attribute, Subscript))

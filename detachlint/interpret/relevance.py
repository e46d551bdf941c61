"""Which code can matter to a crossing: found by names, before anything is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from detachlint.interpret.pytorch.crossings import FORMS, VECTORIZE
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
from detachlint.source.words import LIBRARIES

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
        self._libraries: set[str] = set()

    def add(self, modules: Iterable[Code]) -> None:
        """Take modules in. Those taken in earlier are not looked at again."""
        codes = [tuple(all_codes(module)) for module in modules]
        found = self.add_mentions([mentions_in(each) for each in codes])
        self.codes |= {codes[module][index] for module, index in found}

    def add_mentions(self, modules: Sequence[Mentions]) -> set[tuple[int, int]]:
        """The same, with what is known of the modules. The relevant code: of which module, and which."""
        self._libraries.update(*(module.libraries for module in modules))
        words = {
            (place, index): self._words(module, code)
            for place, module in enumerate(modules)
            for index, code in enumerate(module.codes)
        }
        relevant: set[tuple[int, int]] = set()
        names = self.names
        while True:
            more = {code for code, mentioned in words.items() if mentioned & names}
            for place, index in list(more):
                around = modules[place].codes[index].around
                while around is not None:
                    more.add((place, around))
                    around = modules[place].codes[around].around
            # Special methods have no name at their call; their class does, and stands around them.
            found = {
                name
                for place, index in more
                if (name := modules[place].codes[index].name) and not name.startswith(("__", "<"))
            }
            self.exported |= found
            for place, module in enumerate(modules):
                for given in module.given:
                    holds_code = any((place, index) in more for index in given.codes)
                    if given.mentioned & names or holds_code:
                        found |= given.names
                    if given.mentioned & self.exported or holds_code:
                        self.exported |= given.names
            if more <= relevant and found <= names:
                return relevant
            relevant |= more
            names |= found

    def _words(self, module: Mentions, code: CodeMentions) -> frozenset[str]:
        hands_over = code.hands_over or bool(code.words & self._libraries & module.from_others)
        if module.has_star and not hands_over:
            hands_over = bool(code.words & self._libraries)
        return code.words | {SINK} if hands_over else code.words


@dataclass(frozen=True, slots=True)
class CodeMentions:
    """What one body mentions.

    `name` is what it is called, `""` for a module. `around` is the index of the code it stands in.
    `hands_over`: it hands something to a library that may convert it, one which the file imports.
    """

    name: str
    around: int | None
    words: frozenset[str]
    hands_over: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A statement that gives a value to names: what the value mentions, and the code that is in it."""

    names: frozenset[str]
    mentioned: frozenset[str]
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a module mentions: all that its relevance depends on.

    `libraries` are the names it has for libraries that make arrays; another file may import those:
    `from_others` are the names that it imports from what is none, `has_star` that it imports all.
    """

    codes: tuple[CodeMentions, ...]
    given: tuple[Given, ...]
    libraries: frozenset[str]
    from_others: frozenset[str]
    has_star: bool

    def hold_crossing(self, more_words: Iterable[str] = ()) -> bool:
        """Whether the module has a crossing in it, by its words (`more_words` count, too)."""
        words = WORDS.union(more_words)
        return any(code.hands_over or code.words & words for code in self.codes)


def mentions_in(codes: tuple[Code, ...]) -> Mentions:
    """What a module mentions, given all its code, outermost first."""
    places = {code: index for index, code in enumerate(codes)}
    around = {inner: places[code] for code in codes for inner in inner_codes(code)}
    handing_over = hands_over(codes)
    from_others = frozenset(name for code in codes for name in _from_others(code))
    return Mentions(
        tuple(
            CodeMentions(
                "" if code.kind == "module" else code.name,
                around.get(code),
                words_in(code),
                code in handing_over,
            )
            for code in codes
        ),
        tuple(given for code in codes for given in _given(code, places)),
        frozenset(name for code in codes for name, _ in _libraries(code)),
        from_others - {"*"},
        "*" in from_others,
    )


def _from_others(code: Code) -> Iterator[str]:
    """The names that are imported from what is no library; `*` for all there are."""
    for node in nodes_of(code):
        if isinstance(node, Assign) and isinstance(node.value, Import):
            if node.value.attribute is not None and not is_sink(node.value):
                yield from (name for target in node.targets for name in _target_names(target))
        elif isinstance(node, Import) and node.attribute == "*" and not is_sink(node):
            yield "*"


def holds_crossing(module: Code, more_words: Iterable[str] = ()) -> bool:
    """Whether a module has a crossing in it, by the words it uses (`more_words` count, too)."""
    codes = tuple(all_codes(module))
    words = WORDS.union(more_words)
    return bool(hands_over(codes)) or any(words_in(code) & words for code in codes)


def hands_over(codes: tuple[Code, ...]) -> set[Code]:
    """The code of a module that hands something to a library which may convert it.

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
        elif isinstance(node, (Operator, AugmentedAssign)):
            calculates = True
    return makes_arrays and calculates  # `array * tensor`


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


def _given(code: Code, places: dict[Code, int]) -> Iterator[Given]:
    """What the statements of a body give to names."""
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
        inner = tuple(places[node] for node in inside if isinstance(node, Code))
        yield Given(frozenset(targets), frozenset(_mentioned(inside)), inner)


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

"""Which code can matter to a crossing: found by names, before anything is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeGuard

from detachlint.interpret.mentions import Given, Keepers, given_in, target_names, words_in
from detachlint.ir.nodes import (
    Assign,
    Attribute,
    AugmentedAssign,
    Call,
    Code,
    Constant,
    Delete,
    Expression,
    For,
    Import,
    Name,
    Operator,
    Subscript,
    Target,
    With,
)
from detachlint.ir.walk import all_codes, inner_codes, nodes_of, targets_in
from detachlint.knowledge import facts
from detachlint.knowledge.facts import numpy_fact
from detachlint.knowledge.gates import CONVERTING, REFUSING, Gate
from detachlint.knowledge.names import ARRAY, CONVERSIONS, GETITEM, NUMPY, TENSOR, setter
from detachlint.knowledge.source_facts import from_elsewhere, given_by_star
from detachlint.source.value_class import value_class
from detachlint.source.words import LIBRARIES, PARTS

SINK = "<sink>"
"""The word that stands for a call that may convert what it is handed."""

WORDS = CONVERSIONS | {"reveal_grad", SINK}


class Relevance:
    """The code of a program from which a crossing may be reached, and the names that lead there.

    A crossing may be reached from code that has one, or mentions what leads to one: a function or
    class that is relevant, and whatever holds one, or an object of one
    (`convert = lambda t: t.numpy()`, `TABLE = {"a": convert}`, `plot = make_plotter()`).
    Over-approximates: names are compared without regard to whose they are.
    """

    def __init__(self, more_words: Iterable[str] = ()) -> None:
        self.codes: set[Code] = set()
        self.names: set[str] = {*WORDS, *more_words}
        self.functions: set[str] = set()
        """Those of functions and classes themselves: who is handed one may keep and call it."""
        self.makers: set[str] = set()
        """What gives something that leads there when it is called: its result counts by its name."""
        self.exported: set[str] = self.names.copy()
        """Those that other files may mean: what is made of a library (`np`, `loss`) is a file's own."""
        self._libraries: set[str] = set()

    def add(self, modules: Iterable[Code]) -> list[Mentions]:
        """Take modules in, and tell what each mentions. Those taken in earlier are not looked at again."""
        codes = [tuple(all_codes(module)) for module in modules]
        mentions = [mentions_in(each) for each in codes]
        found = self.add_mentions(mentions)
        self.codes |= {codes[module][index] for module, index in found}
        return mentions

    def add_mentions(self, modules: Sequence[Mentions]) -> set[Place]:
        """The same, with what is known of the modules. The relevant code: of which module, and which."""
        self._libraries.update(*(module.libraries for module in modules))
        words = {
            (place, index): self._words(module, code)
            for place, module in enumerate(modules)
            for index, code in enumerate(module.codes)
        }
        relevant: set[Place] = set()
        while True:
            before = self._size(relevant)
            relevant |= {code for code, mentioned in words.items() if mentioned & self.names}
            for place, index in list(relevant):
                around = modules[place].codes[index].around
                while around is not None:
                    relevant.add((place, around))
                    around = modules[place].codes[around].around
            self._name(modules[place].codes[index] for place, index in relevant)
            for place, module in enumerate(modules):
                for one in module.given:
                    holds_code = any((place, index) in relevant for index in one.inner)
                    self._follow(one, module.imported, holds_code=holds_code)
            if before == self._size(relevant):
                return relevant

    def may_lead(self, words: frozenset[str]) -> bool:
        """Whether code that mentions these words may lead to a crossing."""
        return not words.isdisjoint(self.names) or not words.isdisjoint(self._libraries)

    def _size(self, relevant: set[Place]) -> tuple[int, ...]:
        """What grows until nothing follows from what is known."""
        known = (self.names, self.functions, self.makers, self.exported)
        return (len(relevant), *map(len, known))

    def _words(self, module: Mentions, code: CodeMentions) -> frozenset[str]:
        hands_over = code.hands_over or bool(code.words & self._libraries & module.from_others)
        if module.has_star and not hands_over:
            hands_over = bool(code.words & self._libraries)
        return code.words | {SINK} if hands_over else code.words

    def _name(self, relevant: Iterable[CodeMentions]) -> None:
        """The names under which relevant code is called."""
        for code in relevant:
            if code.kind == "class":
                # What is done with an object may be seen by its methods, and those be called by a
                # name that nobody spells.
                self._lead(code.name)
                self.makers.add(code.name)
            elif code.kind == "function" and not _is_special(code.name) and code.name[:1] != "<":
                self._lead(code.name)

    def _lead(self, name: str) -> None:
        self.names.add(name)
        self.functions.add(name)
        self.exported.add(name)

    def _follow(self, one: Given, imported: frozenset[str], *, holds_code: bool) -> None:
        """Pass on to names what they are given."""
        if one.renames:
            for known in (self.functions, self.makers):
                known |= one.targets if one.values & known else frozenset()
        leads = holds_code or bool(one.called & self.makers) or bool(one.arguments & self.functions)
        if not leads and not one.values & self.names:
            return
        if one.returned:
            self.makers |= one.targets
            return
        targets = one.targets if one.renames else one.targets - imported
        self.names |= targets
        if leads or one.values & self.exported:
            self.exported |= targets


Place = tuple[int, int]
"""The index of a module among those that are taken in, and of a code in it."""


@value_class(frozen=True, slots=True)
class CodeMentions:
    """What one body mentions.

    `around` is the index of the code it stands in. `hands_over`: it hands something to a library that
    may convert it, one which the file imports.
    """

    name: str
    kind: str
    around: int | None
    words: frozenset[str]
    hands_over: bool

    def hold_crossing(self, more_words: Iterable[str] = ()) -> bool:
        """Whether it has a crossing in it, by its words (`more_words` count, too)."""
        return self.hands_over or not self.words.isdisjoint(WORDS.union(more_words))


@value_class(frozen=True, slots=True)
class Mentions:
    """What a module mentions: all that its relevance depends on.

    `libraries` are the names it has for libraries that make arrays; another file may import those:
    `from_others` are the names that it imports from what is none, `has_star` that it imports all.
    `imported` are all names that it imports.
    """

    codes: tuple[CodeMentions, ...]
    given: tuple[Given, ...]
    libraries: frozenset[str]
    from_others: frozenset[str]
    has_star: bool
    imported: frozenset[str]

    def hold_crossing(self, more_words: Iterable[str] = ()) -> bool:
        """Whether the module has a crossing in it, by its words (`more_words` count, too)."""
        return any(code.hands_over for code in self.codes) or self.spell_crossing(more_words)

    def spell_crossing(self, more_words: Iterable[str] = ()) -> bool:
        """Whether it spells one out: `.numpy()`, not `np.sum(xs)`, which is one for tensors alone."""
        words = WORDS.union(more_words)
        return any(code.words & words for code in self.codes)


def mentions_in(codes: tuple[Code, ...]) -> Mentions:
    """What a module mentions, given all its code, outermost first."""
    places = {code: index for index, code in enumerate(codes)}
    around = {inner: places[code] for code in codes for inner in inner_codes(code)}
    handing_over = hands_over(codes)
    keepers = Keepers(codes)
    from_others = frozenset(name for code in codes for name in _from_others(code))
    return Mentions(
        tuple(
            CodeMentions(
                code.name, code.kind, around.get(code), words_in(code), code in handing_over
            )
            for code in codes
        ),
        tuple(given for code in codes for given in given_in(code, places, keepers)),
        frozenset(name for code in codes for name, _ in _libraries(code)),
        from_others - {"*"},
        "*" in from_others,
        frozenset(name for code in codes for name in _imported_names(code)),
    )


def _from_others(code: Code) -> Iterator[str]:
    """The names that are imported from what is no library; `*` for all there are."""
    for node in nodes_of(code):
        if isinstance(node, Assign) and isinstance(node.value, Import):
            if node.value.attribute is not None and not is_sink(node.value):
                yield from (name for target in node.targets for name in target_names(target))
        elif isinstance(node, Import) and node.attribute == "*" and not is_sink(node):
            yield "*"


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _imported_names(code: Code) -> Iterator[str]:
    """What modules are called here: what is handed to their functions is not kept by them."""
    for node in nodes_of(code):
        if isinstance(node, Assign) and isinstance(node.value, Import):
            for target in node.targets:
                if isinstance(target, Name):
                    yield target.name


def hands_over(codes: tuple[Code, ...]) -> set[Code]:
    """The code of a module that hands something to a library which may convert it.

    Of NumPy's functions those count that convert (or reject) an argument which is given, or make an
    array where something is calculated, too; or calculated with it elsewhere. Of other libraries any
    mention counts: what they make (axes, a data frame) is handed things later.
    """
    libraries = {name: path for code in codes for name, path in _libraries(code)}
    if not libraries:
        return set()
    made = frozenset(name for code in codes for name in _made(code, libraries))
    return {
        code
        for code in codes
        if _uses(code, libraries)
        or (made and any(_works_on(node, made) for node in nodes_of(code)))
    }


def _made(code: Code, libraries: dict[str, str]) -> Iterator[str]:
    """The variables and attributes that are given what a library makes."""
    for node in nodes_of(code):
        if isinstance(node, Assign) and isinstance(node.value, Call):
            if _path(node.value.function, libraries) is not None:
                for target in node.targets:
                    yield from target_names(target)


def _works_on(node: object, made: frozenset[str]) -> bool:
    """Whether something is calculated with, or stored into, a variable of code around or an attribute that
    has one of these names: `self.states[i] = state`, `TABLE * values`."""
    worked_on: list[object] = []
    if isinstance(node, Operator):
        worked_on += node.operands
    elif isinstance(node, AugmentedAssign):
        worked_on.append(node.target)
    elif isinstance(node, Call) and isinstance(node.function, Attribute):
        worked_on += [node.function.value] if _is_converting_method(node) else []
    elif isinstance(node, Assign):
        worked_on += [t.value for t in node.targets if _is_part(t)]
    return any(_is_from_elsewhere(each, made) for each in worked_on)


def _is_part(target: Target) -> TypeGuard[Subscript | Attribute]:
    """Whether it may be a part of an array that is written: `a[:]`, `a.flat`."""
    written = isinstance(target, Attribute) and numpy_fact(setter(target.name)) is not None
    return written or isinstance(target, Subscript)


def _is_from_elsewhere(node: object, names: frozenset[str]) -> bool:
    while isinstance(node, Subscript):
        node = node.value
    if isinstance(node, Name):
        return node.depth != 0 and node.name in names
    return isinstance(node, Attribute) and node.name in names


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
                for name in target_names(target):
                    yield name, name if imported.top_level else path
        elif isinstance(node, Import) and node.attribute == "*" and not node.level:
            for name in given_by_star(node.module):
                yield name, from_elsewhere(f"{node.module}.{name}") or name


def _uses(code: Code, libraries: dict[str, str]) -> bool:
    makes_arrays = calculates = False
    for node in nodes_of(code):
        if isinstance(node, Name):
            path = libraries.get(node.name)
            if path is not None and path not in PARTS and path.partition(".")[0] != NUMPY:
                return True
        elif isinstance(node, Attribute):
            if node.name in PARTS.values() and _path(node, libraries) in _PARTS:
                return True
        elif isinstance(node, Call):
            path = _path(node.function, libraries)
            calculates = calculates or _is_divmod(node.function) or _is_converting_method(node)
            if path is not None and _may_convert(path, node):
                return True
            if any(_is_function(argument.value, libraries) for argument in node.arguments):
                return True
            makes_arrays = makes_arrays or path is not None
        elif isinstance(node, Subscript):
            path = _path(node.value, libraries)
            if path is not None and numpy_fact(f"{path}.{GETITEM}") is not None:
                return True
        elif isinstance(node, (Operator, AugmentedAssign)):
            calculates = True
        elif isinstance(node, Assign):
            calculates = calculates or any(map(_is_part, node.targets))
    return makes_arrays and calculates  # `array * tensor`, `array[:] = tensor`


def _is_divmod(function: Expression) -> bool:
    """An operator that is written as a function."""
    return isinstance(function, Name) and function.name == "divmod"


def _is_converting_method(call: Call) -> bool:
    """Whether it may be a method of an array that converts what it is handed: `array.dot(tensor)`."""
    if not isinstance(call.function, Attribute) or not call.arguments:
        return False
    fact = numpy_fact(f"{ARRAY}.{call.function.name}")
    if fact is None or not LOOKS_AT_VALUES & set(fact.gates.values()):
        return False
    for index, argument in enumerate(call.arguments, start=1):
        position = index if argument.keyword is None else fact.position(argument.keyword)
        marks = ("", "[]", "s") if position is not None else ()
        if argument.unpack or any(fact.gate(position or 0, m) in LOOKS_AT_VALUES for m in marks):
            return True
    return False


def _is_function(node: Expression, libraries: dict[str, str]) -> bool:
    """Whether a function of NumPy is handed on, to be called by others."""
    path = _path(node, libraries) if isinstance(node, Attribute) else None
    return path is not None and _looks_at_values(path)


def _looks_at_values(path: str) -> bool:
    """Whether a function of NumPy looks at the values of any of its arguments."""
    fact = numpy_fact(path)
    return fact is not None and bool(LOOKS_AT_VALUES & set(fact.gates.values()))


def _path(node: Expression, libraries: dict[str, str]) -> str | None:
    """The dotted name of a function of a library."""
    names: list[str] = []
    while isinstance(node, Attribute):
        names.append(node.name)
        node = node.value
    path = libraries.get(node.name) if isinstance(node, Name) else None
    return ".".join([path, *reversed(names)]) if path is not None else None


LOOKS_AT_VALUES = CONVERTING | REFUSING | {Gate.SWALLOWS, Gate.EXPORTS}


def _may_convert(path: str, call: Call) -> bool:
    fact = numpy_fact(path)
    if fact is None:
        return False
    if numpy_fact(f"{fact.gives}.__call__") is not None:
        return True  # what it makes is called, with arguments of which it makes arrays
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
    if node.module in PARTS:
        return node.attribute in (None, PARTS[node.module])
    return path[0] in LIBRARIES or "tensorboard" in path


_PARTS = frozenset(map(".".join, PARTS.items()))


MUTATORS = frozenset(
    {"append", "extend", "insert", "add", "update", "appendleft", "setdefault", "setattr", "clear",
     "pop", "remove", "freeze", "put", "put_nowait"}
)  # fmt: skip
"""Names of methods that change objects, beside those of PyTorch."""

CHANGING = frozenset(
    {"adds-buffer", "adds-parameter", "adds-module", "forward-hook", "training", "evaluation",
     "applies", "sets-flags"}
)  # fmt: skip
"""What methods of modules do that others may see."""


@lru_cache(maxsize=4096)
def _changes_its_object(method: str) -> bool:
    if method in MUTATORS or facts.module_behaviour(method) in CHANGING:
        return True
    fact = facts.call_fact(f"{TENSOR}.{method}")
    return fact is not None and (fact.in_place or fact.special in ("backward", "requires_grad_"))


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
        elif isinstance(node, (For, With)):
            if node.target is not None and _stores(node.target):
                return True
        elif isinstance(node, Call) and isinstance(node.function, (Attribute, Name)):
            if _changes_its_object(node.function.name):
                return True
    return any(changes_objects(inner) for inner in inner_codes(code))


@lru_cache(maxsize=4096)
def hands_itself_over(method: Code) -> bool:
    """Whether a method calls something with its object or an attribute of that, or a method of such an
    attribute (`self.box.put(…)`): who is called may change it."""
    own = method.parameters[0].name if method.parameters else ""
    nodes = (node for code in all_codes(method) for node in nodes_of(code))
    calls = [node for node in nodes if isinstance(node, Call)]
    handed = [argument.value for call in calls for argument in call.arguments]
    functions = (call.function for call in calls)
    handed += [
        f.value for f in functions if isinstance(f, Attribute) and not isinstance(f.value, Name)
    ]
    return any(_root(node) == own for node in handed)


def _root(node: Expression) -> str | None:
    while isinstance(node, (Attribute, Subscript)):
        node = node.value
    return node.name if isinstance(node, Name) else None


def _stores(target: Target) -> bool:
    return not all(isinstance(one, Name) for one in targets_in(target))

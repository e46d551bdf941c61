"""What code mentions, and what it gives names to: read off the IR, before anything is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeGuard

from detachlint.ir.nodes import (
    Assign,
    Attribute,
    AugmentedAssign,
    Bind,
    Call,
    Code,
    Constant,
    Expression,
    For,
    Import,
    MakeClass,
    MakeFunction,
    Name,
    Parameter,
    Return,
    Subscript,
    Target,
    With,
    Yield,
)
from detachlint.ir.walk import all_codes, nodes_in, nodes_of, parts_of, targets_in
from detachlint.knowledge.names import CONVERSIONS
from detachlint.source.span import Span
from detachlint.source.value_class import value_class


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


def conversions_in(code: Code) -> Iterator[Span]:
    """The calls of a body that spell a conversion out (`x.numpy()`), not those of inner code."""
    for node in nodes_of(code):
        if isinstance(node, Call) and isinstance(node.function, Attribute):
            if node.function.name in CONVERSIONS:
                yield node.span


NOTHING: frozenset[str] = frozenset()

GETTERS = frozenset(
    {"get", "get_nowait", "pop", "popleft", "popitem", "setdefault", "values", "items", "copy"}
)
"""Methods of containers that give what they hold."""


@value_class(frozen=True, slots=True)
class Given:
    """A value and the names it is given to.

    `values` are what it is or holds, `arguments` what is handed to calls whose result it is or holds,
    `called` what it calls, `inner` the code in it (its index among the module's).
    With `returned` the name is that of the function (or class) that gives the value to its caller.
    `renames`: the name is another one for what is imported.
    """

    targets: frozenset[str]
    values: frozenset[str] = NOTHING
    arguments: frozenset[str] = NOTHING
    called: frozenset[str] = NOTHING
    inner: tuple[int, ...] = ()
    returned: bool = False
    renames: bool = False


def given_in(code: Code, places: Mapping[Code, int], keepers: Keepers) -> Iterator[Given]:
    """What the statements of a body give names to, and what it returns; `places` number all code."""
    for node in nodes_of(code):
        if isinstance(node, Assign) and node.value is not None:
            targets = [name for target in node.targets for name in target_names(target)]
            if isinstance(node.value, (MakeFunction, MakeClass)):
                yield from _defined(node.value, targets, places, keepers)
            elif isinstance(node.value, Import):
                yield from _renamed(targets, node.value)
            else:
                yield _given(targets, node.value, places)
        elif isinstance(node, (Bind, AugmentedAssign)):
            yield _given(target_names(node.target), node.value, places)
        elif isinstance(node, (For, With)) and node.target is not None:
            value = node.iterable if isinstance(node, For) else node.manager
            yield _given(target_names(node.target), value, places)
        elif isinstance(node, Parameter) and node.default is not None:
            yield _given([node.name], node.default, places)
        elif isinstance(node, (Return, Yield)) and node.value is not None:
            yield _given([code.name], node.value, places, returned=True)
        elif isinstance(node, Call):
            if isinstance(node.function, Attribute):
                yield from _handed_to(node.function.value, node, places)
            yield from _set_by_name(node, places)
            yield from _kept(keepers.what_keeps(node.function), node, places)


def _renamed(targets: Iterable[str], imported: Import) -> Iterator[Given]:
    """`from conversion import to_array as convert`: a name of one's own for what has another elsewhere."""
    names = _shared(set(targets))
    if imported.attribute is not None:
        yield Given(names, _shared({imported.attribute}), renames=True)


def _given(
    targets: Iterable[str],
    value: Expression,
    places: Mapping[Code, int],
    *,
    returned: bool = False,
) -> Given:
    values: set[str] = set()
    arguments: set[str] = set()
    called: set[str] = set()
    inner: list[int] = []
    pending: list[tuple[object, set[str]]] = [(value, values)]
    while pending:
        node, into = pending.pop()
        if isinstance(node, Call):
            if isinstance(node.function, (Name, Attribute)):
                called.add(node.function.name)
            if isinstance(node.function, Attribute) and node.function.name in GETTERS:
                pending.append((node.function.value, into))
            elif not isinstance(node.function, (Name, Attribute)):
                pending.append((node.function, into))
            pending += [(argument.value, arguments) for argument in node.arguments]
        elif isinstance(node, (Name, Attribute)):
            into.add(node.name)
        elif isinstance(node, Import):
            into |= {node.attribute} if node.attribute is not None else set()
        elif isinstance(node, Code):
            # A generator expression is run where it stands; it is no function that is handed on.
            inner += [places[node]] if node.name != "<genexpr>" else []
        else:
            pending += [(part, into) for part in parts_of(node)]
    return Given(
        _shared(set(targets)),
        _shared(values),
        _shared(arguments),
        _shared(called),
        tuple(inner),
        returned,
    )


def _shared(words: set[str]) -> frozenset[str]:
    """These words; most sets of them have none or one, and are kept by the hundred thousand."""
    if len(words) > 1:
        return frozenset(words)
    return _of_one(*words) if words else NOTHING


@lru_cache(maxsize=1 << 14)
def _of_one(word: str) -> frozenset[str]:
    return frozenset((word,))


def _defined(
    made: MakeFunction | MakeClass,
    targets: list[str],
    places: Mapping[Code, int],
    keepers: Keepers,
) -> Iterator[Given]:
    """A decorator is called with what it decorates, which it or its object may keep; a class is called,
    and called upon, like its bases.

    What a function or class holds itself is followed by its own name.
    """
    for decorator in made.decorators:
        calls = frozenset(n.name for n in nodes_in(decorator) if isinstance(n, (Name, Attribute)))
        yield Given(frozenset(targets), called=calls)
        function = decorator.function if isinstance(decorator, Call) else decorator
        kept_in = keepers.what_keeps(function)
        if isinstance(function, Attribute):
            kept_in = kept_in.union(_owner(function.value))
        if kept_in:
            yield Given(kept_in, arguments=frozenset({made.code.name}))
    if made.code.name not in targets:
        yield Given(frozenset(targets), frozenset({made.code.name}), inner=(places[made.code],))
    if isinstance(made, MakeClass):
        bases = frozenset(
            node.name
            for base in made.bases
            for node in nodes_in(base.value)
            if isinstance(node, (Name, Attribute))
        )
        yield Given(frozenset(targets), bases)
        yield Given(frozenset(targets), called=bases, returned=True)


def _set_by_name(call: Call, places: Mapping[Code, int]) -> Iterator[Given]:
    """What `setattr` stores: under the name that it says, or else in the object."""
    if not isinstance(call.function, Name) or call.function.name != "setattr":
        return
    values = [argument.value for argument in call.arguments]
    if len(values) == 3:
        owner, name, value = values
        if isinstance(name, Constant) and isinstance(name.value, str):
            yield _given([name.value], value, places)
        else:
            yield _given(_owner(owner), value, places)


def _handed_to(receiver: Expression, call: Call, places: Mapping[Code, int]) -> Iterator[Given]:
    """What an object is handed, which may keep it: `hooks.append(plot)`."""
    for name in _owner(receiver):
        for argument in call.arguments:
            if not isinstance(argument.value, Constant):
                yield _given([name], argument.value, places)


def _kept(kept_in: frozenset[str], call: Call, places: Mapping[Code, int]) -> Iterator[Given]:
    """What a function is handed that keeps it."""
    for argument in call.arguments if kept_in else ():
        if not isinstance(argument.value, Constant):
            given = _given(kept_in, argument.value, places)
            handed = given.values | given.arguments
            yield Given(kept_in, arguments=handed, called=given.called, inner=given.inner)


class Keepers:
    """The functions of a module that keep what they are handed, by name, and what they keep it in."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._codes = {code.name: code for code in codes if code.kind == "function"}
        self._known: dict[str, frozenset[str]] = {}

    def what_keeps(self, function: Expression) -> frozenset[str]:
        """What keeps an argument of a call of the function, `TABLE` with
        `def add(f): TABLE[f.__name__] = f`."""
        name = function.name if isinstance(function, (Name, Attribute)) else ""
        if name not in self._codes:
            return NOTHING
        if name not in self._known:
            self._known[name] = frozenset(_keeping(self._codes[name]))
        return self._known[name]


def _owner(node: Expression) -> Iterator[str]:
    """The name of what something is, or is taken out of: `self.table[key]`, `table.setdefault(key, [])`."""
    while True:
        if isinstance(node, Subscript):
            node = node.value
        elif isinstance(node, Call) and _is_getter(node.function):
            node = node.function.value
        else:
            break
    if isinstance(node, (Name, Attribute)) and node.name not in ("self", "cls"):
        yield node.name


def _is_getter(function: Expression) -> TypeGuard[Attribute]:
    return isinstance(function, Attribute) and function.name in GETTERS


def _keeping(function: Code) -> Iterator[str]:
    """The names of what a function, or one inside it, stores its parameters in."""
    codes = [code for code in all_codes(function) if code.kind != "class"]
    handed = {parameter.name for code in codes for parameter in code.parameters} - {"self", "cls"}
    for node in (node for code in codes for node in nodes_of(code)):
        if isinstance(node, Assign) and _holds(node.value, handed):
            stored = (each for each in node.targets if isinstance(each, (Attribute, Subscript)))
            for target in stored:
                yield from target_names(target)
        elif isinstance(node, Call) and isinstance(node.function, Attribute):
            if any(_holds(argument.value, handed) for argument in node.arguments):
                yield from _owner(node.function.value)


def _holds(part: object, names: set[str]) -> bool:
    return any(isinstance(node, Name) and node.name in names for node in nodes_in(part))


def target_names(target: Target) -> Iterator[str]:
    """The names that an assignment target binds or stores into: of an item, that of its container."""
    for one in targets_in(target):
        place: Expression = one
        while isinstance(place, Subscript):
            place = place.value
        if isinstance(place, (Name, Attribute)):
            yield place.name

"""`def` and `lambda`: making function objects and applying decorators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Class, Function, GradSwitch, Instance, Partial
from detachlint.domain.values import Address, Library, Method, Value, in_order, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import dispatch
from detachlint.ir.nodes import Expression, MakeFunction
from detachlint.knowledge import facts
from detachlint.knowledge.source_facts import is_true
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

KINDS = {
    "builtins.staticmethod": "static",
    "builtins.classmethod": "class",
    "builtins.property": "property",
    "functools.cached_property": "property",
    "abc.abstractproperty": "property",
}
"""Decorators that only say how the function behaves as a class attribute."""

TRANSPARENT = frozenset(
    {
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
        "abc.abstractmethod",
        "typing.override",
        "typing.overload",
        "typing.final",
        "typing.no_type_check",
        "atexit.register",
        "pytest.fixture",
        "pytest.mark.parametrize",
    }
)
"""Decorators outside PyTorch that leave what the function does as it is."""


def make_function(
    machine: Machine, node: MakeFunction, state: State, activation: Activation
) -> Outcomes:
    """The outcomes of a function definition: defaults first, then decorators from the inside out."""
    with_default = [p for p in node.code.parameters if p.default is not None]
    defaults = [p.default for p in with_default if p.default is not None]
    outcomes: Outcomes = []
    for decorators, before in machine.evaluate_all(node.decorators, state, activation):
        for values, after in machine.evaluate_all(defaults, before, activation):
            named = {p.name: v for p, v in zip(with_default, values, strict=True)}
            closure = closure_of(after, activation)
            # A function inside a method sees the method's `__class__`.
            modes, stated = _stated(machine, node, after, activation)
            if stated is not None:
                outcomes.append((stated, after))
                continue
            function = Function(node.code, closure, named, modes, owner=activation.owner)
            made = machine.new(after, activation, node.span, f"def {node.code.name}", function)
            outcomes += _decorated(machine, node, decorators, made, after, activation)
    return outcomes


def _stated(
    machine: Machine, node: MakeFunction, state: State, activation: Activation
) -> tuple[tuple[Value, ...], Value | None]:
    """What is stated about a function: the switches around it, or what stands for it."""
    fact = machine.own.of_definition(machine.path_of(node.span.file), node.code.qualified_name)
    if fact is None:
        name = node.code.qualified_name
        return (), value_of(Library(name)) if is_true(name) else None
    if fact.without_grad and fact.result is None:
        switch = GradSwitch(NO)
        return (machine.new(state, activation, node.span, "stated mode", switch),), None
    return (), value_of(Library(machine.own.known_as(fact.name)))


def closure_of(state: State, activation: Activation) -> Address:
    """The frame that inner functions see: never that of a class body."""
    frame = activation.frame
    while state.code_of(frame).kind == "class":
        parent = state.outer(frame)
        if parent is None:
            break
        frame = parent
    return frame


def _decorated(
    machine: Machine,
    node: MakeFunction,
    decorators: tuple[Value, ...],
    function: Value,
    state: State,
    activation: Activation,
) -> Outcomes:
    outcomes: Outcomes = [(function, state)]
    for decorator, expression in zip(reversed(decorators), reversed(node.decorators), strict=True):
        outcomes = [
            outcome
            for inner, before in outcomes
            for outcome in _apply(machine, decorator, expression, inner, before, activation)
        ]
    return outcomes


def _apply(
    machine: Machine,
    decorator: Value,
    expression: Expression,
    function: Value,
    state: State,
    activation: Activation,
) -> Outcomes:
    if len(decorator) == 1:
        (atom,) = decorator
        if isinstance(atom, Library):
            known = _known_decorator(state, facts.canonical_name(atom.name), function)
            if known is not None:
                return [(known, state)]
    setter = _property_setter(state, decorator)
    if setter is not None:
        return [(_with_setter(state, setter, function), state)]
    outcomes = machine.call(
        decorator, Arguments((function,)), state, activation, expression.span, "decorator"
    )
    # A decorator out of sight most likely wraps the function and calls it.
    return [
        (function if _says_nothing(after, value) else value, after) for value, after in outcomes
    ]


def _known_decorator(state: State, name: str, function: Value) -> Value | None:
    """The function after a decorator of a library that we know."""
    if name in KINDS:
        _mark(state, function, kind=KINDS[name])
        return function
    if name in ("contextlib.contextmanager", "contextlib.asynccontextmanager"):
        _mark(state, function, manager=True)
        return function
    fact = facts.call_fact(name)
    if name in dispatch.POSITIONS:
        dispatch.make_dispatcher(state, name, function)
        return function
    if name in TRANSPARENT or (fact is not None and fact.special == "gives_argument"):
        return function
    return None


def _mark(state: State, function: Value, *, kind: str = "", manager: bool = False) -> None:
    for atom in in_order(function):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Function) and isinstance(atom, Address):
            state.heap[atom] = replace(
                thing, kind=kind or thing.kind, manager=manager or thing.manager
            )


def _property_setter(state: State, decorator: Value) -> Address | None:
    """The property in `@name.setter`."""
    for atom in decorator:
        if (
            isinstance(atom, Method)
            and atom.name == "setter"
            and isinstance(atom.receiver, Address)
        ):
            thing = state.get(atom.receiver)
            if isinstance(thing, Function) and thing.kind == "property":
                return atom.receiver
    return None


def _with_setter(state: State, getter: Address, setter: Value) -> Value:
    thing = state.get(getter)
    assert isinstance(thing, Function)
    state.heap[getter] = replace(thing, setter=setter)
    return value_of(getter)


def _says_nothing(state: State, value: Value) -> bool:
    for atom in in_order(value):
        if not isinstance(atom, Address):
            return False
        if isinstance(state.get(atom), (Function, Class, Partial, Instance)):
            return False
    return True

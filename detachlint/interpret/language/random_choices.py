"""`random`: what is drawn of the elements it is given, and in which order they are left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Sequence
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Library,
    addresses,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import LONGEST_KNOWN, held_by
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", LibraryCall], "Outcomes | None"]

GENERATORS = frozenset({"random.Random", "random.SystemRandom"})
"""Classes whose methods are the functions of the module."""


def call_method(machine: Machine, cls: str, call: LibraryCall) -> Outcomes | None:
    """A method of a generator of random numbers; None for any other."""
    name = f"random.{call.name}"
    if cls not in GENERATORS or name not in HANDLERS:
        return None
    function = value_of(Library(name))
    return machine.call(
        function, call.arguments, call.state, call.activation, call.span, call.shown
    )


def _elements(machine: Machine, call: LibraryCall, name: str) -> Outcomes:
    """What one element of argument 0 may be, with the state after running through them."""
    given = call.arguments.get(0, name) or BOTTOM_VALUE
    return [
        (machine.bounded(contents.all, after, call.activation, call.span), after)
        for contents, after in machine.collect(given, call.state, call.activation, call.span)
    ]


def _one(machine: Machine, call: LibraryCall) -> Outcomes:
    """`choice(xs)`; nobody knows of what seems to be empty."""
    return [
        (any_of or machine.unknown(after, call.activation, call.span, "choice"), after)
        for any_of, after in _elements(machine, call, "seq")
    ]


def _several(machine: Machine, call: LibraryCall) -> Outcomes:
    """`sample(xs, k)` and `choices(xs, k=1)`: a list, each item of which may be any of them."""
    asked = call.arguments.get(1, "k")
    count: object = 1
    if call.name.endswith("choices"):
        asked = call.arguments.keyword("k")
    if asked is not None:
        constant = single_literal(asked)
        count = constant.value if constant is not None else None
    length = count if isinstance(count, int) and 0 <= count <= LONGEST_KNOWN else None
    outcomes: Outcomes = []
    for any_of, after in _elements(machine, call, "population"):
        thing = Sequence("list", (), any_of)
        if length is not None and any_of:
            thing = Sequence("list", (any_of,) * length)
        outcomes.append((machine.new(after, call.activation, call.span, "drawn", thing), after))
    return outcomes


def _shuffle(machine: Machine, call: LibraryCall) -> Outcomes:
    """`shuffle(xs)`: the same elements, each of them anywhere."""
    state = call.state
    for address in addresses(call.arguments.get(0, "x") or BOTTOM_VALUE):
        _reorder(state, address)
    return [(NONE, state)]


def _reorder(state: State, address: Address) -> None:
    thing = state.get(address)
    if isinstance(thing, Instance):
        held = held_by(state, thing)
        if held is not None:
            _reorder(state, held)
    if isinstance(thing, Sequence) and len(thing.items) + bool(thing.rest) > 1:
        state.put(address, replace(thing, items=(thing.all,) * len(thing.items)))


HANDLERS: dict[str, Handler] = {
    "random.choice": _one,
    "random.choices": _several,
    "random.sample": _several,
    "random.shuffle": _shuffle,
}

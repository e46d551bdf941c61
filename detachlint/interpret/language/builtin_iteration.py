"""Builtins that make containers or run through them: `list`, `zip`, `sum`, `sorted`, `next`, …"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Instance, Iterator, Kind, Mapping, Sequence, Unknown, View
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Atom,
    Literal,
    Value,
    addresses,
    in_order,
    join_values,
    literal,
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import containers, operators, zips
from detachlint.interpret.language.contents import mapping_in, through, with_entry
from detachlint.interpret.language.elements import length_of
from detachlint.interpret.pytorch.tensors import flag_of
from detachlint.ir.nodes import Name, Operator
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", LibraryCall], Outcomes]
MOST_NUMBERS = 8
"""Numbers of a `range` that are known one by one."""


def _make_container(kind: str) -> Handler:
    def make(machine: Machine, call: LibraryCall) -> Outcomes:
        given = call.arguments.get(0)
        if given is None:
            made = machine.new(call.state, call.activation, call.span, kind, Sequence(kind))
            return [(made, call.state)]
        outcomes: Outcomes = []
        for contents, after in machine.collect(given, call.state, call.activation, call.span):
            thing = Sequence(kind, contents.items, contents.rest)
            outcomes.append((machine.new(after, call.activation, call.span, kind, thing), after))
        return outcomes

    return make


def _dict(machine: Machine, call: LibraryCall) -> Outcomes:
    thing = Mapping()
    given = call.arguments.get(0)
    paths: list[tuple[Mapping, State]] = [(thing, call.state)]
    if given is not None:
        paths = _from_pairs(machine, given, call)
    outcomes: Outcomes = []
    for made, after in paths:
        for name, value in call.arguments.keywords.items():
            made = with_entry(made, value_of(literal(name)), value)
        if call.arguments.more:
            rest = made.rest | call.arguments.more
            made = replace(made, rest=rest, rest_keys=made.rest_keys | call.arguments.more)
        outcomes.append((machine.new(after, call.activation, call.span, "dict", made), after))
    return outcomes


def _from_pairs(machine: Machine, given: Value, call: LibraryCall) -> list[tuple[Mapping, State]]:
    known = {
        atom: thing
        for atom in addresses(given)
        if (thing := mapping_in(call.state, atom)) is not None
    }
    others = given - known.keys()
    found: list[tuple[Mapping, State]] = []
    if known:
        state = call.state.fork() if others else call.state
        found.append((reduce(Mapping.join, known.values()), state))
    if not others:
        return found
    for contents, after in machine.collect(others, call.state, call.activation, call.span):
        made = Mapping()
        for pair in (*contents.items, *([contents.rest] if contents.rest else [])):
            for atom in pair:
                inner = after.get(atom) if isinstance(atom, Address) else None
                if isinstance(inner, Sequence) and len(inner.items) == 2:
                    made = with_entry(made, inner.items[0], inner.items[1])
                else:
                    made = replace(made, rest=made.rest | pair, rest_keys=made.rest_keys | pair)
        found.append((made, after))
    return found


def _map(machine: Machine, call: LibraryCall) -> Outcomes:
    function, *sources = call.arguments.positional or (BOTTOM_VALUE,)
    if len(sources) <= 1 and not call.arguments.rest:
        source = sources[0] if sources else BOTTOM_VALUE
        thing = Iterator("map", source, function)
        return [(machine.new(call.state, call.activation, call.span, "map", thing), call.state)]
    columns_call = replace(call, arguments=Arguments(tuple(sources), rest=call.arguments.rest))
    outcomes: Outcomes = []
    for rows, after in zips.make_zip(machine, columns_call):
        thing = Iterator("starmap", rows, function)
        outcomes.append((machine.new(after, call.activation, call.span, "map", thing), after))
    return outcomes


def _filter(machine: Machine, call: LibraryCall) -> Outcomes:
    function = call.arguments.get(0) or NONE
    source = call.arguments.get(1) or BOTTOM_VALUE
    if function == NONE:
        return [(source, call.state)]
    thing = Iterator("filter", source, function)
    return [(machine.new(call.state, call.activation, call.span, "filter", thing), call.state)]


def _iter(machine: Machine, call: LibraryCall) -> Outcomes:
    given = through(call.state, call.arguments.get(0) or BOTTOM_VALUE)
    parts: set[Atom] = set()
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Iterator):
            parts.add(atom)
        else:
            role = f"iterator of {getattr(atom, 'serial', 0)}"
            made = Iterator("items", value_of(atom))
            parts |= machine.new(call.state, call.activation, call.span, role, made)
    return [(frozenset(parts), call.state)]


def _next(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    default = call.arguments.get(1)
    outcomes: Outcomes = []
    atoms = in_order(given)
    for atom in atoms:
        state = call.state if len(atoms) == 1 else call.state.fork()
        inner = replace(call, state=state, receiver=value_of(atom))
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Iterator) and isinstance(atom, Address):
            outcomes += containers.advance(machine, atom, inner)
        elif isinstance(thing, (Sequence, Mapping)) and isinstance(atom, Address):
            contents = machine.collect(given, state, call.activation, call.span)
            outcomes += [(c.items[0] if c.items else c.all, after) for c, after in contents]
        elif isinstance(thing, Instance):
            outcomes += _next_of_instance(machine, atom, inner)
        else:
            value = machine.unknown(
                state, call.activation, call.span, "next", grad=flag_of(state, value_of(atom))
            )
            outcomes.append((value, state))
    if default is not None:
        outcomes = [(value or default, after) for value, after in outcomes]
    return outcomes


def _next_of_instance(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    outcomes: Outcomes = []
    for method, after in machine.read_attribute(
        value_of(atom), "__next__", call.state, call.activation, call.span, "next"
    ):
        outcomes += machine.call(method, Arguments(), after, call.activation, call.span, "next")
    return outcomes


def _range(machine: Machine, call: LibraryCall) -> Outcomes:
    constants = [single_literal(value) for value in call.arguments.positional]
    numbers = [c.value for c in constants if c is not None and isinstance(c.value, int)]
    number = machine.unknown(
        call.state, call.activation, call.span, "number", kind=Kind.NUMBER, grad=NO
    )
    thing = Sequence("range", (), number)
    if numbers and len(numbers) == len(constants) and (len(numbers) < 3 or numbers[2]):
        known = range(*numbers)
        if len(known) <= MOST_NUMBERS:
            thing = Sequence("range", tuple(value_of(literal(n)) for n in known))
        else:
            thing = Sequence("range", (number,), number)
    return [(machine.new(call.state, call.activation, call.span, "range", thing), call.state)]


def _reversed(machine: Machine, call: LibraryCall) -> Outcomes:
    """A list is run through as it is when the turn of each element comes."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    address = single_address(given)
    thing = call.state.get(address) if address is not None else None
    if not isinstance(thing, Sequence) or thing.kind != "list":
        return _sorted(machine, call)
    shown = View("reversed", given, len(thing.items) if thing.exact else None)
    view = machine.new(call.state, call.activation, call.span, "from the end", shown)
    made = Iterator("items", view)
    return [(machine.new(call.state, call.activation, call.span, "reversed", made), call.state)]


def _sorted(machine: Machine, call: LibraryCall) -> Outcomes:
    """Any order: each position may hold any element. `reversed` knows the order."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        containers.run_key(machine, call, contents, after)
        if call.name.endswith("reversed"):
            items = contents.items[::-1] if contents.exact else ()
            thing = Sequence("list", items, BOTTOM_VALUE if contents.exact else contents.all)
        else:
            everything = contents.all
            items = (everything,) * len(contents.items)
            thing = Sequence("list", items, everything if contents.rest else BOTTOM_VALUE)
        outcomes.append((machine.new(after, call.activation, call.span, "sorted", thing), after))
    return outcomes


def _sum(machine: Machine, call: LibraryCall) -> Outcomes:
    """`sum(xs)` adds one after the other, starting at 0."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    start = call.arguments.get(1, "start") or value_of(literal(0))
    node = Operator("+", (Name("sum", 0, call.span), Name("item", 0, call.span)), call.span)
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        paths: Outcomes = [(start, after)]
        outer = call.activation.context
        for number, item in enumerate(contents.items):
            call.activation.context = machine.book.context(outer, call.span, number + 1)
            paths = [
                outcome
                for total, before in paths
                for outcome in operators.operate(
                    machine, node, (total, item), before, call.activation
                )
            ]
        call.activation.context = outer
        if contents.rest:
            paths = [
                (total | more, end)
                for total, before in paths
                for more, end in operators.operate(
                    machine, node, (total, contents.rest), before, call.activation
                )
            ]
        outcomes += paths
    return outcomes


def _extreme(machine: Machine, call: LibraryCall) -> Outcomes:
    """`max(a, b)` and `min(xs)` give one of the elements."""
    if len(call.arguments.positional) > 1 or call.arguments.rest:
        parts = [*call.arguments.positional, call.arguments.rest]
        numbers = [single_literal(v) for v in call.arguments.positional]
        known = not call.arguments.rest
        if known and all(n is not None and isinstance(n.value, (int, float)) for n in numbers):
            choose = max if call.name.endswith("max") else min
            found = choose(n.value for n in numbers if n is not None)  # type: ignore[type-var]  # numbers, checked above
            return [(value_of(literal(found)), call.state)]
        return [(join_values(parts), call.state)]
    given = call.arguments.get(0) or BOTTOM_VALUE
    default = call.arguments.keyword("default") or BOTTOM_VALUE
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        containers.run_key(machine, call, contents, after)
        outcomes.append((contents.all | default or NONE, after))
    return outcomes


def _len(machine: Machine, call: LibraryCall) -> Outcomes:
    given = through(call.state, call.arguments.get(0) or BOTTOM_VALUE)
    counts: set[int] = set()
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and thing.exact:
            counts.add(len(thing.items))
        elif isinstance(thing, (Mapping, View)) and (length := length_of(atom, call.state)):
            counts |= {length[0]} if length[1] else {-1, -2}
        elif isinstance(atom, Literal) and isinstance(atom.value, str):
            counts.add(len(atom.value))
        else:
            counts |= {-1, -2}
    if len(counts) == 1:
        return [(value_of(literal(counts.pop())), call.state)]
    if len(given) == 1:
        (atom,) = given
        value = machine.derived("len", (atom,), call.span, Unknown(Kind.NUMBER, NO))
        return [(value, call.state)]
    value = machine.unknown(
        call.state, call.activation, call.span, "len", kind=Kind.NUMBER, grad=NO
    )
    return [(value, call.state)]


def _truth_of_all(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    return [
        (
            machine.unknown(after, call.activation, call.span, "all", kind=Kind.TRUTH, grad=NO),
            after,
        )
        for _, after in machine.collect(given, call.state, call.activation, call.span)
    ]


HANDLERS: dict[str, Handler] = {
    "all": _truth_of_all,
    "any": _truth_of_all,
    "dict": _dict,
    "enumerate": zips.make_enumerate,
    "filter": _filter,
    "frozenset": _make_container("set"),
    "iter": _iter,
    "len": _len,
    "list": _make_container("list"),
    "map": _map,
    "max": _extreme,
    "min": _extreme,
    "next": _next,
    "range": _range,
    "reversed": _reversed,
    "set": _make_container("set"),
    "sorted": _sorted,
    "sum": _sum,
    "tuple": _make_container("tuple"),
    "zip": zips.make_zip,
}

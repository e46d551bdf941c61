"""`zip` and `enumerate`: several iterables in step, each asked for its next element in turn.

Containers among them are looked at when their turn comes. One that has code of its own (a generator, a
`map`) drives the others; a second generator is resumed by hand at each of its steps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.objects import Iterator, Sequence, Tensor, Unknown, join_objects
from detachlint.domain.values import BOTTOM_VALUE, NONE, Address, Value, in_order, literal, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State, join_states
from detachlint.interpret.language import elements, generators, iteration
from detachlint.interpret.language.contents import through
from detachlint.interpret.language.turns import over_elements
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Body = Callable[[Value, State], list[State]]
Row = list[Value]


# --- making them ------------------------------------------------------------------------------


def make_zip(machine: Machine, call: LibraryCall) -> Outcomes:
    """`zip(a, b, …)`."""
    if call.arguments.rest:
        return _of_unknown_number(machine, call)
    return _zipped(machine, call, list(call.arguments.positional))


def make_enumerate(machine: Machine, call: LibraryCall) -> Outcomes:
    """`enumerate(xs, start)`: a counter and the iterable, in step."""
    given = call.arguments.get(0, "iterable") or BOTTOM_VALUE
    start = call.arguments.get(1, "start") or value_of(literal(0))
    counter = machine.new(
        call.state, call.activation, call.span, "counter", Iterator("count", start)
    )
    return _zipped(machine, call, [counter, given])


def _zipped(machine: Machine, call: LibraryCall, sources: list[Value]) -> Outcomes:
    paths: list[tuple[Row, State]] = [([], call.state)]
    for number, source in enumerate(sources):
        paths = [
            ([*parts, part], after)
            for parts, before in paths
            for part, after in _part(machine, call, source, number, parts, before)
        ]
    outcomes: Outcomes = []
    for parts, after in paths:
        given = machine.new(
            after, call.activation, call.span, "zipped", Sequence("arguments", tuple(parts))
        )
        made = machine.new(after, call.activation, call.span, "zip", Iterator("zip", given))
        outcomes.append((made, after))
    return outcomes


def _part(
    machine: Machine, call: LibraryCall, source: Value, number: int, parts: Row, state: State
) -> Outcomes:
    """The iterable as it is; or run to its end beforehand, if it can be neither looked into nor resumed."""
    source = through(state, source)
    atom = elements.only_atom(source)
    thing = state.get(atom) if isinstance(atom, Address) else None
    drives = not any(_is_driver(state, part) for part in parts)
    resumable = isinstance(thing, Iterator) and thing.kind in ("count", "generator", "items")
    if atom is not None and (
        drives
        or resumable
        or isinstance(thing, (Unknown, Tensor))
        or elements.length_of(atom, state) is not None
    ):
        return [(source, state)]
    outer = call.activation.context
    call.activation.context = machine.book.context(outer, call.span, number + 1)
    found = [
        (machine.new(after, call.activation, call.span, f"column {number}", contents), after)
        for contents, after in machine.collect(source, state, call.activation, call.span)
    ]
    call.activation.context = outer
    return found


def _of_unknown_number(machine: Machine, call: LibraryCall) -> Outcomes:
    """`zip(*rows)`: some columns, and one that stands for all of an unknown number of them."""
    paths: list[tuple[list[Sequence], State]] = [([], call.state)]
    for number, source in enumerate(call.arguments.positional):
        outer = call.activation.context
        call.activation.context = machine.book.context(outer, call.span, number + 1)
        paths = [
            ([*columns, contents], after)
            for columns, before in paths
            for contents, after in machine.collect(source, before, call.activation, call.span)
        ]
        call.activation.context = outer
    outcomes: Outcomes = []
    for columns, before in paths:
        further, after = _further_columns(machine, call, before)
        outcomes.append((_rows(machine, call, columns, further, after), after))
    return outcomes


def _further_columns(machine: Machine, call: LibraryCall, state: State) -> tuple[Sequence, State]:
    further: Sequence | None = None
    for atom in in_order(call.arguments.rest):
        paths = machine.collect(value_of(atom), state, call.activation, call.span)
        for contents, _ in paths:
            joined = contents if further is None else join_objects(further, contents)
            assert isinstance(joined, Sequence)
            further = joined
        state = join_states([after for _, after in paths] or [state])
    return further or Sequence("list"), state


def _rows(
    machine: Machine,
    call: LibraryCall,
    columns: list[Sequence],
    further: Sequence,
    state: State,
) -> Value:
    every = [*columns, further]
    known = min(len(c.items) for c in every)
    exact = any(c.exact and len(c.items) == known for c in every)

    def new_row(role: str, cells: tuple[Value, ...]) -> Value:
        row = Sequence("tuple", cells[:-1], cells[-1])
        return machine.new(state, call.activation, call.span, role, row)

    rows = [new_row(f"row {i}", tuple(c.items[i] for c in every)) for i in range(known)]
    rest = BOTTOM_VALUE
    if not exact:
        parts = tuple(c.all if len(c.items) > known else c.rest for c in every)
        if all(parts):
            rest = new_row("further rows", parts)
    made = Sequence("list", tuple(rows), rest)
    source = machine.new(state, call.activation, call.span, "rows", made)
    return machine.new(state, call.activation, call.span, "zip", Iterator("items", source))


# --- running through them ---------------------------------------------------------------------


def iterate_zip(
    machine: Machine,
    address: Address,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State]:
    """`body` on each tuple."""
    state.put(address, thing)
    if thing.position is not None and elements.length_of(address, state) is not None:
        ends = iteration.by_position(
            machine, address, thing.position, state, activation, span, body
        )
        for end in ends:
            elements.use_up(end, address)
        return ends
    parts = elements.parts_of(thing, state)
    driver = next((n for n, part in enumerate(parts) if _is_driver(state, part)), None)
    steps = _Steps(machine, address, parts, driver, activation, span, body, ended=[])
    if driver is not None:
        return steps.ended + machine.iterate(parts[driver], state, activation, span, steps.take)
    step = partial(steps.take, BOTTOM_VALUE)
    states = (
        _unrolled(machine, step, state, activation, span) if _is_short(state, parts) else [state]
    )
    last = [
        end for before in states for end in over_elements(machine, before, activation, span, step)
    ]
    return steps.ended + last


class _Steps(NamedTuple):
    """The steps through several iterables, `parts`, all in one loop.

    The `driver` among them, if there is one, hands its elements over; the others are asked for theirs.
    The states in which one has come to its end go to `ended`.
    """

    machine: Machine
    address: Address
    parts: Row
    driver: int | None
    activation: Activation
    span: Span
    body: Body
    ended: list[State]

    def take(self, item: Value, before: State) -> list[State]:
        """One step: the next element of each, and `body` on them. `item` is that of the driver."""
        current = before.get(self.address)
        position = current.position if isinstance(current, Iterator) else None
        if isinstance(current, Iterator) and position is not None:
            before.put(self.address, replace(current, position=position + 1))
        rows: list[tuple[Row, State]] = [([], before)]
        for number in range(len(self.parts)):
            rows = [
                ([*row, found], after)
                for row, at in rows
                for found, after in self._next(number, item, position, at)
            ]
        return [end for row, after in rows for end in self._run(row, position, after)]

    def _next(self, number: int, item: Value, position: int | None, state: State) -> Outcomes:
        if number == self.driver:
            return [(item, state)]
        return _next_apart(
            self.machine,
            self.parts[number],
            number,
            position,
            state,
            self.activation,
            self.span,
            self.ended,
        )

    def _run(self, row: Row, position: int | None, state: State) -> list[State]:
        made = elements.new_row(
            self.machine, self.address, row, position, state, self.activation, self.span
        )
        return self.body(made, state)


def _unrolled(
    machine: Machine,
    step: Callable[[State], list[State]],
    state: State,
    activation: Activation,
    span: Span,
) -> list[State]:
    """The states in which more than a few steps have been taken."""
    outer = activation.context
    states = [state]
    for number in range(iteration.MOST_UNROLLED + 1):
        activation.context = machine.book.context(outer, span, number + 1)
        states = machine.merge_states([end for before in states for end in step(before)])
    activation.context = outer
    return states


def _is_short(state: State, parts: Row) -> bool:
    """Whether one of the iterables comes to a known end after a few steps."""
    for part in parts:
        atom = elements.only_atom(part)
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Iterator) and (thing.kind != "items" or thing.position is None):
            continue
        source = elements.only_atom(thing.source) if isinstance(thing, Iterator) else atom
        length = elements.length_of(source, state) if source is not None else None
        if length is not None and length[1] and length[0] <= iteration.MOST_UNROLLED:
            return True
    return False


def _is_driver(state: State, part: Value) -> bool:
    """Whether an iterable has code of its own, which runs between two of its elements."""
    atom = elements.only_atom(part)
    if atom is None:
        return True
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Iterator) and thing.kind != "zip":
        return thing.kind not in ("count", "items")
    return not isinstance(thing, (Unknown, Tensor)) and elements.length_of(atom, state) is None


def _next_apart(
    machine: Machine,
    part: Value,
    number: int,
    position: int | None,
    state: State,
    activation: Activation,
    span: Span,
    ended: list[State],
) -> Outcomes:
    """`_next` in a context of its own: two tensors in step give two rows."""
    outer = activation.context
    activation.context = machine.book.context(outer, span, -1 - number)
    found = _next(machine, part, position, state, activation, span, ended)
    activation.context = outer
    return found


def _next(
    machine: Machine,
    part: Value,
    position: int | None,
    state: State,
    activation: Activation,
    span: Span,
    ended: list[State],
) -> Outcomes:
    """The next element of one of the iterables; the states in which it has none go to `ended`."""
    atom = elements.only_atom(part)
    thing = state.get(atom) if isinstance(atom, Address) else None
    if atom is None:
        return []
    if isinstance(thing, Iterator) and isinstance(atom, Address):
        return _next_of_iterator(machine, atom, thing, position, state, activation, span, ended)
    if elements.length_of(atom, state) is None:
        return [(iteration.element_of(machine, atom, state, activation, span), state)]
    if position is not None:
        found = elements.element_at(machine, atom, position, state, activation, span)
        if found == BOTTOM_VALUE:
            ended.append(state)
            return []
        if found is not None:
            return [(found, state)]
    return _any_element(machine, atom, state, activation, span, ended)


def _any_element(
    machine: Machine,
    atom: Address | object,
    state: State,
    activation: Activation,
    span: Span,
    ended: list[State],
) -> Outcomes:
    contents = elements.contents_of(machine, atom, state, activation, span)  # type: ignore[arg-type]  # an atom that is a container
    ended.append(state.fork())
    if contents is None or not contents.all:
        return []
    return [(contents.all, state)]


def _next_of_iterator(
    machine: Machine,
    address: Address,
    thing: Iterator,
    position: int | None,
    state: State,
    activation: Activation,
    span: Span,
    ended: list[State],
) -> Outcomes:
    if elements.counted(thing):
        return [(elements.number_at(machine, thing, position, state, activation, span), state)]
    if thing.kind == "generator":
        found, ends = generators.step(machine, address, thing, state, activation, span, NONE)
        ended += ends
        return found
    source = elements.only_atom(thing.source)
    if source is None or elements.length_of(source, state) is None:
        return [(machine.unknown(state, activation, span, "element"), state)]
    outcomes = _next(machine, thing.source, thing.position, state, activation, span, ended)
    for _, after in outcomes:
        moved = thing.position + 1 if thing.position is not None else None
        after.put(address, replace(thing, position=moved))
    return outcomes

"""Running through the elements of something."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, Belief, Truth
from detachlint.domain.objects import (
    Array,
    Function,
    HeapObject,
    Instance,
    Iterator,
    Kind,
    Sequence,
    Tensor,
    Unknown,
)
from detachlint.domain.rank import of_row
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Literal,
    Value,
    in_order,
    single_address,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import elements, generators, items, zips
from detachlint.interpret.language.conditions import truth_of
from detachlint.interpret.language.contents import append, through
from detachlint.interpret.language.lookup import find_in_class, is_module, own_member
from detachlint.interpret.language.turns import over_elements
from detachlint.interpret.pytorch import data_loading, sinks
from detachlint.interpret.pytorch.tensors import flag_of, flag_of_tensor
from detachlint.interpret.pytorch.views import as_view
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_UNROLLED = 8
"""Elements that are run through one by one; more of them are run through as one unknown element."""

MOST_FAMILIES = 4 * MOST_UNROLLED
"""The same for places that stand for any number of objects."""

FROM_A_LOADER = Belief(Truth.NO, Truth.MAYBE)
"""Elements of a data set: plain data, unless unseen code made them otherwise."""

Body = Callable[[Value, State], list[State]]


def iterate(
    machine: Machine,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State]:
    """The states after `body` has been run on each element of `value`, in order."""
    ends: list[State] = []
    atoms = in_order(through(state, value))
    for atom in atoms:
        before = state if len(atoms) == 1 else state.fork()
        ends += _iterate_atom(machine, atom, before, activation, span, body)
    return machine.merge_states(ends)


def _iterate_atom(
    machine: Machine, atom: Atom, state: State, activation: Activation, span: Span, body: Body
) -> list[State]:
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Iterator) and isinstance(atom, Address):
        return _iterate_iterator(machine, atom, thing, state, activation, span, body)
    if isinstance(thing, Instance) and data_loading.is_loader(state, thing):
        return data_loading.iterate_loader(machine, thing, state, activation, span, body)
    if data_loading.is_set(state, atom) and not _has_own_iterator(state, thing):
        return _over_data(machine, atom, state, activation, span, body)
    if isinstance(thing, Instance) and isinstance(atom, Address) and not is_module(state, thing):
        own = _own_iterator(machine, atom, thing, state, activation, span, body)
        if own is not None:
            return own
    if elements.length_of(atom, state) is not None:
        return by_position(machine, atom, 0, state, activation, span, body)

    def step(before: State) -> list[State]:
        element = element_of(machine, atom, before, activation, span)
        return body(element, before)

    return over_elements(machine, state, activation, span, step)


def by_position(
    machine: Machine,
    atom: Atom,
    first: int,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State]:
    """`body` on each element of a container from position `first` on, as it is when its turn comes.

    One by one if they are known and few, else as a loop over any of them.
    """
    length = elements.length_of(atom, state)
    known, exact = length if length is not None else (0, False)
    most = MOST_FAMILIES if exact and _has_families(atom, state) else MOST_UNROLLED
    if not exact or known - first > most:
        return _any_of_them(machine, atom, state, activation, span, body, bool(known > first))
    done: list[State] = []
    states = [state]
    outer = activation.context
    for number in range(most + 1):
        activation.context = machine.book.context(outer, span, number + 1)
        after: list[State] = []
        for before in states:
            item = elements.element_at(machine, atom, first + number, before, activation, span)
            if item == BOTTOM_VALUE:
                done.append(before)
            elif item is None or number == most:
                # It has grown meanwhile.
                done += _any_of_them(machine, atom, before, activation, span, body, False)
            else:
                after += _run_on(item, before, body)
        states = machine.merge_states(after)
        if not states:
            break
    activation.context = outer
    return machine.merge_states(done)


def _run_on(item: Value, state: State, body: Body) -> list[State]:
    family = _family(state, item)
    state.focus = state.focus | family
    ends = body(item, state)
    for end in ends:
        end.focus = end.focus - family
    return ends


def _any_of_them(
    machine: Machine,
    atom: Atom,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
    at_least_once: bool,
) -> list[State]:
    def step(before: State) -> list[State]:
        contents = elements.contents_of(machine, atom, before, activation, span)
        any_element = contents.all if contents is not None else BOTTOM_VALUE
        return body(machine.bounded(any_element, before, activation, span), before)

    return over_elements(machine, state, activation, span, step, at_least_once=at_least_once)


def _has_families(atom: Atom, state: State) -> bool:
    """Parameters of a module: each place is visited as a whole, however many there are."""
    contents = elements.plain_contents(atom, state)
    return contents is not None and any(
        isinstance(a, Address) and a.summary for item in contents.items for a in item
    )


def _family(state: State, item: Value) -> frozenset[Address]:
    """The summary places among the element at hand (or in the tuple that it is)."""
    found: set[Address] = set()
    for atom in item:
        if not isinstance(atom, Address):
            continue
        if atom.summary and isinstance(state.get(atom), Tensor):
            found.add(atom)
        thing = state.get(atom)
        if isinstance(thing, Sequence) and thing.kind == "tuple":
            for part in thing.items:
                address = single_address(part)
                if address and address.summary and isinstance(state.get(address), Tensor):
                    found.add(address)
    return frozenset(found)


def _iterate_iterator(
    machine: Machine,
    address: Address,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State]:
    if thing.kind == "generator":
        ended = generators.drive(machine, address, thing, state, activation, span, body)
        return [end for _, end in ended]
    state.put(address, replace(thing, position=None))
    if thing.kind in ("map", "starmap"):
        return _iterate_map(machine, thing, state, activation, span, body)
    if thing.kind == "filter":
        return _iterate_filter(machine, thing, state, activation, span, body)
    source = single_address(thing.source)
    if thing.kind == "zip":
        return zips.iterate_zip(machine, address, thing, state, activation, span, body)
    if thing.position is None or source is None:
        return over_elements(
            machine,
            state,
            activation,
            span,
            lambda before: body(_elements(machine, thing.source, before, activation, span), before),
        )
    if elements.length_of(source, state) is not None:
        return by_position(machine, source, thing.position, state, activation, span, body)
    return iterate(machine, thing.source, state, activation, span, body)


def _iterate_map(
    machine: Machine,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State]:
    def mapped(item: Value, before: State) -> list[State]:
        given = Arguments((item,))
        for atom in item if len(item) == 1 else ():
            inner = before.get(atom) if isinstance(atom, Address) else None
            if not isinstance(inner, Sequence):
                continue
            if inner.kind == "arguments" or thing.kind == "starmap":
                given = Arguments(inner.items, rest=inner.rest)
        return [
            end
            for value, after in machine.call(thing.function, given, before, activation, span, "map")
            for end in body(value, after)
        ]

    return iterate(machine, thing.source, state, activation, span, mapped)


def _iterate_filter(
    machine: Machine,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State]:
    def filtered(item: Value, before: State) -> list[State]:
        outcomes = machine.call(
            thing.function, Arguments((item,)), before, activation, span, "filter"
        )
        ends: list[State] = []
        for verdict, after in outcomes:
            truths = {truth_of(after, atom) for atom in verdict}
            if truths != {False}:
                ends += body(item, after if truths == {True} else after.fork())
            if truths != {True}:
                ends.append(after)
        return ends

    return iterate(machine, thing.source, state, activation, span, filtered)


def _own_iterator(
    machine: Machine,
    address: Address,
    thing: Instance,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State] | None:
    """Iteration by the program's `__iter__` and `__next__`, or `__getitem__`."""
    cls = next((c for c in thing.cls if isinstance(c, Address)), None)
    if cls is None:
        return None
    starts = find_in_class(state, cls, "__iter__")
    advance = find_in_class(state, cls, "__next__")
    if starts is None and advance is None:
        return _by_index(machine, address, cls, state, activation, span, body)
    ends: list[State] = []
    begun = [(value_of(address), state)]
    if starts is not None:
        begun = _call_own(machine, address, starts[0], (), state, activation, span)
    for iterator, after in begun:
        if iterator != value_of(address):
            ends += iterate(machine, iterator, after, activation, span, body)
            continue
        if advance is None:
            return None

        def step(before: State, advance: tuple[Value, Address] = advance) -> list[State]:
            return [
                end
                for item, s in _call_own(machine, address, advance[0], (), before, activation, span)
                for end in body(item, s)
            ]

        ends += over_elements(machine, after, activation, span, step)
    return ends


def _by_index(
    machine: Machine,
    address: Address,
    cls: Address,
    state: State,
    activation: Activation,
    span: Span,
    body: Body,
) -> list[State] | None:
    getter = find_in_class(state, cls, "__getitem__")
    if getter is None:
        return None

    def step(before: State) -> list[State]:
        index = machine.unknown(before, activation, span, "index", kind=Kind.NUMBER, grad=NO)
        outcomes = _call_own(machine, address, getter[0], (index,), before, activation, span)
        return [end for item, after in outcomes for end in body(item, after)]

    return over_elements(machine, state, activation, span, step)


def _has_own_iterator(state: State, thing: HeapObject | None) -> bool:
    return isinstance(thing, Instance) and bool(own_member(state, thing, "__iter__"))


def _over_data(
    machine: Machine, atom: Atom, state: State, activation: Activation, span: Span, body: Body
) -> list[State]:
    """The items of a data set of a library, one after the other."""
    node = items.subscript(span)

    def step(before: State) -> list[State]:
        index = machine.unknown(before, activation, span, "index", kind=Kind.NUMBER, grad=NO)
        found = items.read_item(machine, value_of(atom), index, before, activation, node)
        return [end for item, after in found for end in body(item, after)]

    return over_elements(machine, state, activation, span, step)


def _call_own(
    machine: Machine,
    address: Address,
    methods: Value,
    arguments: tuple[Value, ...],
    state: State,
    activation: Activation,
    span: Span,
) -> list[tuple[Value, State]]:
    functions_found = frozenset(
        a for a in methods if isinstance(a, Address) and isinstance(state.get(a), Function)
    )
    return machine.call(
        functions_found,
        Arguments((value_of(address), *arguments)),
        state,
        activation,
        span,
        "__iter__",
    )


def element_of(
    machine: Machine, atom: Atom, state: State, activation: Activation, span: Span
) -> Value:
    """One element of something of unknown length, new in each iteration."""
    if isinstance(atom, Literal):
        return machine.unknown(state, activation, span, "element", kind=Kind.TEXT, grad=NO)
    thing = state.get(atom) if isinstance(atom, Address) else Unknown()
    if isinstance(thing, Tensor) and isinstance(atom, Address):
        row = replace(
            thing,
            grad=flag_of_tensor(state, thing).both(state.recording),
            leaf=MAYBE,
            parameter=False,
            attributes={},
        )
        row = as_view(state, row, value_of(atom))
        return machine.new(state, activation, span, "row", row)
    if isinstance(thing, Array):
        item = Array(thing.severed, of_row(thing.rank))
        return machine.new(state, activation, span, "array row", item)
    if isinstance(thing, Unknown):
        kind = Kind.ANY if thing.kind in (Kind.ANY, Kind.MODULE) else Kind.OTHER
        grad = thing.grad if thing.kind is Kind.ANY else MAYBE
        return machine.unknown(
            state,
            activation,
            span,
            "element",
            kind=kind,
            grad=grad,
            story=thing.story,
            severed=thing.severed,
        )
    if isinstance(thing, Instance) and sinks.is_plural(state, thing):
        return value_of(atom)
    if isinstance(thing, Instance):
        held = flag_of(state, thing.payload)
        grad = FROM_A_LOADER if held == NO else held
        return machine.unknown(state, activation, span, "element", grad=grad)
    return machine.unknown(state, activation, span, "element")


def _elements(
    machine: Machine, value: Value, state: State, activation: Activation, span: Span
) -> Value:
    """The join of the elements of containers, without running anything."""
    found: set[Atom] = set()
    for atom in in_order(value):
        contents = elements.contents_of(machine, atom, state, activation, span)
        if contents is not None:
            found |= contents.all
    return frozenset(found)


def collect(
    machine: Machine, value: Value, state: State, activation: Activation, span: Span
) -> list[tuple[Sequence, State]]:
    """The elements of an iterable as a list, with the state after running through it."""
    value = through(state, value)
    atom = next(iter(value)) if len(value) == 1 else None
    contents = elements.contents_of(machine, atom, state, activation, span)
    if contents is not None:
        if isinstance(atom, Address):
            elements.use_up(state, atom)
        return [(replace(contents, kind="list", fields=()), state)]
    gathered = machine.book.place(span, "collected", activation.context)
    state.heap[gathered] = Sequence("list")

    def gather(item: Value, before: State) -> list[State]:
        append(before, gathered, item)
        return [before]

    found: list[tuple[Sequence, State]] = []
    for end in iterate(machine, value, state, activation, span, gather):
        thing = end.heap.pop(gathered)
        assert isinstance(thing, Sequence)
        found.append((thing, end))
    return found

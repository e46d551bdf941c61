"""`itertools` and `heapq`: what they give of the elements they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Kind, Sequence
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Library,
    Value,
    addresses,
    join_values,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import append
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", LibraryCall], "Outcomes | None"]


def _collected(
    machine: Machine, call: LibraryCall, sources: list[Value]
) -> list[tuple[list[Sequence], State]]:
    """The elements of several iterables, one list each."""
    paths: list[tuple[list[Sequence], State]] = [([], call.state)]
    for source in sources:
        paths = [
            ([*columns, contents], after)
            for columns, before in paths
            for contents, after in machine.collect(source, before, call.activation, call.span)
        ]
    return paths


def _made(machine: Machine, call: LibraryCall, role: str, thing: Sequence, state: State) -> Value:
    return machine.new(state, call.activation, call.span, role, thing)


# --- itertools --------------------------------------------------------------------------------


def _accumulate(machine: Machine, call: LibraryCall) -> Outcomes:
    """`accumulate(xs, function, initial=…)`: each value is made of the one before and an element."""
    function = call.arguments.get(1, "func") or value_of(Library("operator.add"))
    initial = call.arguments.keyword("initial")
    given = call.arguments.get(0, "iterable") or BOTTOM_VALUE
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        items = list(contents.items)
        if initial is not None and initial != NONE:
            items.insert(0, initial)
        outcomes += _running(machine, call, function, items, contents.rest, after)
    return outcomes


def _running(
    machine: Machine,
    call: LibraryCall,
    function: Value,
    items: list[Value],
    rest: Value,
    state: State,
) -> Outcomes:
    outer = call.activation.context

    def stepped(number: int, total: Value, item: Value, before: State) -> Outcomes:
        call.activation.context = machine.book.context(outer, call.span, number)
        given = Arguments((total, item))
        return machine.call(function, given, before, call.activation, call.span, "accumulate")

    first, *others = items or [rest]
    paths: list[tuple[list[Value], State]] = [([first], state)]
    for number, item in enumerate(others, 1):
        paths = [
            ([*values, value], after)
            for values, before in paths
            for value, after in stepped(number, values[-1], item, before)
        ]
    finished: list[tuple[Sequence, State]] = []
    for values, before in paths:
        if not rest:
            finished.append((Sequence("list", tuple(values)), before))
            continue
        known = tuple(values) if items else ()
        for value, after in stepped(len(others) + 1, values[-1], rest, before):
            finished.append((Sequence("list", known, values[-1] | value), after))
    call.activation.context = outer
    return [(_made(machine, call, "accumulated", thing, end), end) for thing, end in finished]


def _zip_longest(machine: Machine, call: LibraryCall) -> Outcomes | None:
    if call.arguments.rest:
        return None
    fill = call.arguments.keyword("fillvalue") or NONE
    outcomes: Outcomes = []
    for columns, after in _collected(machine, call, list(call.arguments.positional)):
        longest = max((len(column.items) for column in columns), default=0)
        rows = [
            _made(machine, call, f"row {n}", Sequence("tuple", _cells(columns, n, fill)), after)
            for n in range(longest)
        ]
        rest = BOTTOM_VALUE
        if any(column.rest for column in columns):
            cells = tuple(column.rest | fill for column in columns)
            rest = _made(machine, call, "further rows", Sequence("tuple", cells), after)
        made = _made(machine, call, "zip", Sequence("list", tuple(rows), rest), after)
        outcomes.append((made, after))
    return outcomes


def _cells(columns: list[Sequence], number: int, fill: Value) -> tuple[Value, ...]:
    return tuple(
        column.items[number] if number < len(column.items) else column.rest | fill
        for column in columns
    )


def _pairwise(machine: Machine, call: LibraryCall) -> Outcomes:
    outcomes: Outcomes = []
    for (contents,), after in _collected(machine, call, [call.arguments.get(0) or BOTTOM_VALUE]):
        pairs = [
            _made(machine, call, f"pair {n}", Sequence("tuple", pair), after)
            for n, pair in enumerate(zip(contents.items, contents.items[1:], strict=False))
        ]
        rest = BOTTOM_VALUE
        if contents.rest:
            cells = (contents.all, contents.rest)
            rest = _made(machine, call, "further pairs", Sequence("tuple", cells), after)
        thing = Sequence("list", tuple(pairs), rest)
        outcomes.append((_made(machine, call, "pairs", thing, after), after))
    return outcomes


def _tuples_of(machine: Machine, call: LibraryCall) -> Outcomes:
    """`product`, `combinations` and relatives: tuples of any of the elements."""
    several = call.name == "itertools.product"
    sources = (
        list(call.arguments.positional) if several else [call.arguments.get(0) or BOTTOM_VALUE]
    )
    size = single_literal(call.arguments.get(1, "r") or call.arguments.keyword("n") or BOTTOM_VALUE)
    outcomes: Outcomes = []
    for columns, after in _collected(machine, call, sources):
        cells = [column.all for column in columns]
        row = Sequence("tuple", (), join_values(cells))
        if several and "repeat" not in call.arguments.keywords and not call.arguments.rest:
            row = Sequence("tuple", tuple(cells))
        elif size is not None and isinstance(size.value, int) and 0 < size.value <= 8:
            row = Sequence("tuple", tuple(cells) * size.value)
        one = _made(machine, call, "tuple", row, after)
        thing = Sequence("list", (), one if all(cells) else BOTTOM_VALUE)
        outcomes.append((_made(machine, call, "tuples", thing, after), after))
    return outcomes


def _grouped(machine: Machine, call: LibraryCall) -> Outcomes:
    """`groupby(xs, key)`: pairs of a key and elements."""
    key = call.arguments.get(1, "key")
    outcomes: Outcomes = []
    for (contents,), after in _collected(machine, call, [call.arguments.get(0) or BOTTOM_VALUE]):
        if not contents.all:
            outcomes.append((_made(machine, call, "groups", Sequence("list"), after), after))
            continue
        keys: Outcomes = [(contents.all, after)]
        if key is not None and key != NONE:
            given = Arguments((contents.all,))
            keys = machine.call(key, given, after, call.activation, call.span, "key")
        for value, end in keys:
            group = _made(machine, call, "group", Sequence("list", (), contents.all), end)
            pair = _made(machine, call, "pair", Sequence("tuple", (value, group)), end)
            outcomes.append((_made(machine, call, "groups", Sequence("list", (), pair), end), end))
    return outcomes


def _some_of(machine: Machine, call: LibraryCall) -> Outcomes:
    """`takewhile`, `dropwhile`, `filterfalse`, `compress`: some of the elements."""
    position = 0 if call.name.endswith("compress") else 1
    test = call.arguments.get(0) if position else None
    outcomes: Outcomes = []
    given = call.arguments.get(position) or BOTTOM_VALUE
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        ends = [after]
        if test is not None and test != NONE and contents.all:
            arguments = Arguments((contents.all,))
            tested = machine.call(test, arguments, after, call.activation, call.span, "test")
            ends = [end for _, end in tested]
        for end in ends:
            thing = Sequence("list", (), contents.all)
            outcomes.append((_made(machine, call, "some", thing, end), end))
    return outcomes


def _copies(machine: Machine, call: LibraryCall) -> Outcomes:
    """`tee(xs, n)`: iterators over the same elements."""
    size = single_literal(call.arguments.get(1, "n") or BOTTOM_VALUE)
    count = size.value if size is not None and isinstance(size.value, int) else 2
    outcomes: Outcomes = []
    for (contents,), after in _collected(machine, call, [call.arguments.get(0) or BOTTOM_VALUE]):
        copies = _made(machine, call, "copy", replace(contents, kind="list"), after)
        thing = Sequence("tuple", (copies,) * min(count, 8))
        outcomes.append((_made(machine, call, "copies", thing, after), after))
    return outcomes


# --- heapq ------------------------------------------------------------------------------------


def _best(machine: Machine, call: LibraryCall) -> Outcomes:
    """`nlargest(n, xs, key)` and `nsmallest`: in any order."""
    keywords = dict(call.arguments.keywords)
    key = call.arguments.get(2, "key")
    if key is not None:
        keywords["key"] = key
    given = Arguments((call.arguments.get(1, "iterable") or BOTTOM_VALUE,), keywords)
    return machine.call(
        value_of(Library("builtins.sorted")),
        given,
        call.state,
        call.activation,
        call.span,
        call.shown,
    )


def _merged(machine: Machine, call: LibraryCall) -> Outcomes:
    outcomes: Outcomes = []
    for columns, after in _collected(machine, call, list(call.arguments.positional)):
        thing = Sequence("list", (), join_values(column.all for column in columns))
        outcomes.append((_made(machine, call, "merged", thing, after), after))
    return outcomes


def _on_heap(machine: Machine, call: LibraryCall) -> Outcomes:
    """`heappush(heap, x)`, `heappop(heap)` and both in one: the order of a heap is not known."""
    pushed = call.arguments.get(1, "item")
    last = call.name.rpartition(".")[2]
    taken: Value = BOTTOM_VALUE
    for address in addresses(call.arguments.get(0, "heap") or BOTTOM_VALUE):
        taken |= _reordered(call.state, address, pushed, takes="pop" in last or "replace" in last)
    if last in ("heappush", "heapify"):
        return [(NONE, call.state)]
    if not taken:
        taken = machine.unknown(
            call.state, call.activation, call.span, "item", kind=Kind.OTHER, grad=NO
        )
    return [(taken, call.state)]


def _reordered(state: State, address: Address, pushed: Value | None, *, takes: bool) -> Value:
    """What may be taken from a heap, which is left with the others in any order."""
    if pushed is not None:
        append(state, address, pushed)
    thing = state.get(address)
    if not isinstance(thing, Sequence):
        return BOTTOM_VALUE
    everything = thing.all
    count = len(thing.items) - (1 if takes and thing.items else 0)
    state.put(address, replace(thing, items=(everything,) * count))
    return everything


HANDLERS: dict[str, Handler] = {
    "itertools.accumulate": _accumulate,
    "itertools.combinations": _tuples_of,
    "itertools.combinations_with_replacement": _tuples_of,
    "itertools.permutations": _tuples_of,
    "itertools.product": _tuples_of,
    "itertools.batched": _tuples_of,
    "itertools.compress": _some_of,
    "itertools.dropwhile": _some_of,
    "itertools.filterfalse": _some_of,
    "itertools.groupby": _grouped,
    "itertools.pairwise": _pairwise,
    "itertools.takewhile": _some_of,
    "itertools.tee": _copies,
    "itertools.zip_longest": _zip_longest,
    "heapq.heapify": _on_heap,
    "heapq.heappop": _on_heap,
    "heapq.heappush": _on_heap,
    "heapq.heappushpop": _on_heap,
    "heapq.heapreplace": _on_heap,
    "heapq.merge": _merged,
    "heapq.nlargest": _best,
    "heapq.nsmallest": _best,
}

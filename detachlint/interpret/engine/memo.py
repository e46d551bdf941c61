"""The memo of calls: the same call in the same part of the world has the same outcome.

Most calls are run many times: on each path that reaches them, in each round of a loop, again for each
method that is tried. A call is *the same* if function, arguments, call context and modes are equal,
and if all that it looked at (its footprint, see `heap.Footprint`) holds what it held then. What it wrote
is then written again, and what it found at crossings is found again; addresses are the same since the
context is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from detachlint.domain.belief import Belief
from detachlint.domain.objects import Frame, HeapObject, Instance
from detachlint.domain.surroundings import Surroundings
from detachlint.domain.values import Address, Atom, Value, in_order
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.ageing import addresses_of
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.heap import Footprint, parted
from detachlint.interpret.engine.state import State
from detachlint.interpret.facts import Crossing
from detachlint.ir.nodes import Code
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_ENTRIES = 4
"""Outcomes of one call that are kept, for different worlds."""

MOST_CELLS = 300_000
"""Cells that all entries remember together, before the memo is emptied."""

FIRST_TRIES = 6
"""Calls of a function before it is judged whether remembering them pays."""

NOTHING_THERE = object()
"""In place of a name of something that is not there, or is no frame or instance."""

Name = tuple[Address, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One outcome: a value, and what was written on the way to it (None: removed)."""

    value: Value
    mode: Belief
    inference: Belief
    surroundings: Surroundings
    focus: frozenset[Address]
    cells: dict[Address, HeapObject | None]
    names: dict[Name, Value | None]
    truths: dict[Atom, Any]
    equals: dict[Atom, Any]

    def apply(self, state: State) -> None:
        """Write it into a state."""
        for address, thing in self.cells.items():
            if thing is not None:
                state.heap[address] = thing
            elif state.heap.peek(address) is not None:
                del state.heap[address]
        for (owner, name), value in self.names.items():
            if isinstance(state.heap.peek(owner), Instance):
                state.set_attribute(owner, name, value)
            elif value is None:
                state.unbind(owner, name)
            else:
                state.bind(owner, name, value)
        for assumptions, decided in ((state.truths, self.truths), (state.equals, self.equals)):
            for atom, answer in decided.items():
                if answer is None:
                    assumptions.pop(atom, None)
                else:
                    assumptions[atom] = answer
        state.mode, state.inference, state.focus = self.mode, self.inference, self.focus
        state.surroundings = self.surroundings


@dataclass(frozen=True, slots=True)
class Entry:
    """One call that was run: what it looked at, with what it found there, and its outcomes."""

    footprint: Footprint
    cells: dict[Address, HeapObject | None]
    names: dict[Name, object]
    truths: dict[Atom, object]
    equals: dict[Atom, object]
    assumed_then: frozenset[Atom]
    written: frozenset[Address]
    returns: tuple[Change, ...]
    raises: tuple[Change, ...]
    found: tuple[Crossing | tuple[Span, str], ...]

    def holds(self, state: State) -> bool:
        """Whether all that the call looked at is in this state as it was."""
        peek = state.heap.peek
        for address, thing in self.cells.items():
            found = peek(address)
            if found is not thing and found != thing:
                return False
        if any(_named(state, *name) != value for name, value in self.names.items()):
            return False
        return self._assumes_the_same(state)

    def _assumes_the_same(self, state: State) -> bool:
        for now, then in ((state.truths, self.truths), (state.equals, self.equals)):
            known = partial(dict.get, now)
            if any(known(atom) != answer for atom, answer in then.items()):
                return False
        # What is assumed now and was not then must not be about what the call makes anew.
        others = (state.truths.keys() | state.equals.keys()) - self.assumed_then
        return not any(address in self.written for a in others for address in addresses_of(a))


def _named(state: State, owner: Address, name: str) -> object:
    found = state.heap.peek(owner)
    if isinstance(found, Frame):
        return found.variables.get(name) if name else found.parent
    if isinstance(found, Instance):
        return found.attributes.get(name) if name else found.cls
    return NOTHING_THERE


class Memo:
    """The calls of one analysis."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, list[Entry]] = {}
        self._size = 0
        self._tried: Counter[Code] = Counter()
        self._met: Counter[Code] = Counter()

    def call(
        self,
        machine: Machine,
        code: Code,
        key: Hashable,
        state: State,
        activation: Activation,
        run: Callable[[], Outcomes],
    ) -> Outcomes:
        """The outcomes of `run`, remembered or found out. It owns `state`."""
        if self._is_hopeless(code):
            return run()
        self._tried[code] += 1
        for entry in self._entries.get(key, ()):
            if entry.holds(state):
                self._met[code] += 1
                machine.count_step(activation)
                return self._repeat(machine, entry, state, activation)
        return self._record(machine, key, state, activation, run)

    def _is_hopeless(self, code: Code) -> bool:
        tries = self._tried[code]
        return tries > FIRST_TRIES and 4 * self._met[code] < tries

    def _repeat(
        self, machine: Machine, entry: Entry, state: State, activation: Activation
    ) -> Outcomes:
        state.heap.log.now.add(entry.footprint)
        machine.called |= entry.footprint.codes
        for found in entry.found:
            machine.record(found)
        changes = (*entry.returns, *entry.raises)
        outcomes: Outcomes = []
        for number, change in enumerate(changes):
            after = state if number == len(changes) - 1 else state.fork()
            change.apply(after)
            outcomes.append((change.value, after))
        activation.raises.extend(outcomes[len(entry.returns) :])
        return outcomes[: len(entry.returns)]

    def _record(
        self,
        machine: Machine,
        key: Hashable,
        state: State,
        activation: Activation,
        run: Callable[[], Outcomes],
    ) -> Outcomes:
        log = state.heap.log
        before, outer = state.fork(), log.now
        log.now = Footprint()
        raised, found = len(activation.raises), len(machine.found)
        try:
            outcomes = run()
        finally:
            footprint, log.now = log.now, outer
            outer.add(footprint)
        if not footprint.total and not footprint.unsolved:
            raises, more = activation.raises[raised:], tuple(machine.found[found:])
            self._keep(key, _entry(footprint, before, outcomes, raises, more))
        return outcomes

    def _keep(self, key: Hashable, entry: Entry) -> None:
        self._size += len(entry.cells) + len(entry.written)
        if self._size > MOST_CELLS:
            self._entries.clear()
            self._size = 0
        known = self._entries.setdefault(key, [])
        known.append(entry)
        del known[:-MOST_ENTRIES]


def key_of(
    machine: Machine,
    function: Address,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Hashable:
    """What two calls that may be the same have in common."""
    chain: list[object] = []
    watched = False
    current: Activation | None = activation
    while current is not None:
        chain.append(current.function)
        watched = watched or bool(current.watched)
        current = current.caller
    return (
        function,
        arguments.positional,
        tuple(arguments.keywords.items()),
        arguments.rest,
        arguments.more,
        span,
        activation.context,
        activation.unseen,
        watched,
        tuple(chain),
        state.mode,
        state.inference,
        state.surroundings,
        state.focus,
        machine.silent,
        machine.only,
        machine.script,
    )


def _entry(
    footprint: Footprint,
    before: State,
    returns: Outcomes,
    raises: Outcomes,
    found: tuple[Crossing | tuple[Span, str], ...],
) -> Entry:
    peek = before.heap.peek
    cells = {address: peek(address) for address in footprint.cells}
    cells.update({owner: None for owner, _ in footprint.names if peek(owner) is None})
    names = {name: _named(before, *name) for name in footprint.names if name[0] not in cells}
    made = [(_change(footprint, before, *outcome)) for outcome in (*returns, *raises)]
    assumed = footprint.assumed
    return Entry(
        footprint,
        cells,
        names,
        {atom: dict.get(before.truths, atom) for atom in assumed},
        {atom: dict.get(before.equals, atom) for atom in assumed},
        frozenset(before.truths.keys() | before.equals.keys()),
        frozenset().union(*(change.cells for change in made)),
        tuple(made[: len(returns)]),
        tuple(made[len(returns) :]),
        found,
    )


def _change(footprint: Footprint, before: State, value: Value, end: State) -> Change:
    """What is different at the end from before, given that all that was looked at is as before."""
    cells: dict[Address, HeapObject | None] = {}
    names: dict[Name, Value | None] = {}
    now, then, looked_at = end.heap.peek, before.heap.peek, footprint.cells
    written = parted(before.heap, end.heap)[1]
    changed = [a for a in written if a not in looked_at or now(a) is not then(a)]
    for address in sorted(changed, key=_by_serial):
        thing = now(address)
        if address not in looked_at and isinstance(thing, (Frame, Instance)):
            names |= _changed_names(footprint, before, address, thing)
        elif thing is not None or then(address) is not None:
            cells[address] = thing
    return Change(
        value,
        end.mode,
        end.inference,
        end.surroundings,
        end.focus,
        cells,
        names,
        _decided(footprint, before.truths, end.truths),
        _decided(footprint, before.equals, end.equals),
    )


def _by_serial(address: Address) -> int:
    return address.serial


def _decided(footprint: Footprint, then: dict[Any, Any], now: dict[Any, Any]) -> dict[Atom, Any]:
    """The assumptions that have changed (None: that have been dropped)."""
    before, after = partial(dict.get, then), partial(dict.get, now)
    changed = [atom for atom in footprint.assumed if after(atom) != before(atom)]
    return {atom: after(atom) for atom in in_order(frozenset(changed))}


def _changed_names(
    footprint: Footprint, before: State, owner: Address, thing: Frame | Instance
) -> dict[Name, Value | None]:
    """The names of an object that only some names were looked at or bound of."""
    then, now = _names_of(before.heap.peek(owner)), _names_of(thing)
    changed: dict[Name, Value | None] = {
        (owner, name): None for name in then if name not in now and (owner, name) in footprint.names
    }
    for name, value in now.items():
        if (owner, name) in footprint.names:
            changed[owner, name] = value
    return changed


def _names_of(thing: HeapObject | None) -> Mapping[str, Value]:
    if isinstance(thing, Frame):
        return thing.variables
    return thing.attributes if isinstance(thing, Instance) else {}

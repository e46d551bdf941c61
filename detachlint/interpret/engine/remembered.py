"""One call that was run: what it looked at, and what it left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from detachlint.domain.belief import Belief
from detachlint.domain.objects import Frame, HeapObject, Instance
from detachlint.domain.surroundings import Surroundings
from detachlint.domain.values import Address, Atom, Value, in_order
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.ageing import addresses_of
from detachlint.interpret.engine.heap import Footprint, parted
from detachlint.interpret.engine.state import State
from detachlint.interpret.facts import Crossing
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

NOTHING_THERE = object()
"""In place of a name of something that is not there, or is no frame or instance."""

Name = tuple[Address, str]


@value_class(frozen=True, slots=True)
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


@value_class(frozen=True, slots=True)
class Remembered:
    """One call that was run: what it looked at, with what it found there, and its outcomes.

    All of it is in an order that does not depend on hashes: who renames it makes addresses as it goes.
    """

    footprint: Footprint
    cells: dict[Address, HeapObject | None]
    names: dict[Name, object]
    truths: dict[Atom, object]
    equals: dict[Atom, object]
    assumed_then: tuple[Atom, ...]
    written: tuple[Address, ...]
    returns: tuple[Change, ...]
    raises: tuple[Change, ...]
    found: tuple[Crossing | tuple[Span, str], ...]

    def holds(self, state: State) -> bool:
        """Whether all that the call looked at is in this state as it was."""
        return self.finds_the_same(state, self.cells, self.names) and self.assumes_the_same(state)

    def finds_the_same(self, state: State, cells: Iterable[Address], names: Iterable[Name]) -> bool:
        """Whether these of the cells and names that the call looked at are in a state as they were."""
        peek = state.heap.peek
        for address in cells:
            thing, found = self.cells[address], peek(address)
            if found is not thing and found != thing:
                return False
        return all(named(state, *name) == self.names[name] for name in names)

    def assumes_the_same(
        self, state: State, renamed: Callable[[Atom], Atom] = lambda atom: atom
    ) -> bool:
        """Whether a state assumes what was assumed of all that was asked about, as it is `renamed` there."""
        for now, then in ((state.truths, self.truths), (state.equals, self.equals)):
            known = partial(dict.get, now)
            if any(known(renamed(atom)) != answer for atom, answer in then.items()):
                return False
        # What is assumed now and was not then must not be about what the call makes anew.
        others = (state.truths.keys() | state.equals.keys()) - set(map(renamed, self.assumed_then))
        made = {address for atom in others for address in addresses_of(atom)}
        return not made or made.isdisjoint(map(renamed, self.written))


def named(state: State, owner: Address, name: str) -> object:
    """What a name of a frame or instance stands for; the empty name for the parent or class."""
    found = state.heap.peek(owner)
    if isinstance(found, Frame):
        return found.variables.get(name) if name else found.parent
    if isinstance(found, Instance):
        return found.attributes.get(name) if name else found.cls
    return NOTHING_THERE


def remember(
    footprint: Footprint,
    before: State,
    returns: Outcomes,
    raises: Outcomes,
    found: tuple[Crossing | tuple[Span, str], ...],
) -> Remembered:
    """What is to be remembered of a call that was just run; `before` is the world it was run in."""
    peek = before.heap.peek
    looked_up = sorted(footprint.names)
    cells = {address: peek(address) for address in sorted(footprint.cells)}
    cells.update({owner: None for owner, _ in looked_up if peek(owner) is None})
    names = {name: named(before, *name) for name in looked_up if name[0] not in cells}
    made = [(_change(footprint, before, *outcome)) for outcome in (*returns, *raises)]
    assumed = in_order(frozenset(footprint.assumed))
    return Remembered(
        footprint,
        cells,
        names,
        {atom: dict.get(before.truths, atom) for atom in assumed},
        {atom: dict.get(before.equals, atom) for atom in assumed},
        tuple(dict.fromkeys([*before.truths, *before.equals])),
        tuple(dict.fromkeys(address for change in made for address in change.cells)),
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
    for address in sorted(changed):
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

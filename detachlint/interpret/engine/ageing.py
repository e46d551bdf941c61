"""Between two iterations of a loop: what the last one made becomes "older".

A place of allocation inside a loop stands for the object made in the iteration at hand, so that it can
be updated strongly. When the iteration ends, that object joins those of earlier iterations in a
summary, and every reference to it is renamed.
"""

from __future__ import annotations

from collections.abc import Iterator as IteratorOf
from typing import TYPE_CHECKING

from detachlint.domain.objects import Frame, Function, HeapObject, join_objects
from detachlint.domain.traversal import map_object, values_in
from detachlint.domain.values import Address, Atom, Bound, Method, Super, Value, in_order
from detachlint.interpret.engine.addresses import stems_from
from detachlint.interpret.engine.heap import Heap, parted
from detachlint.interpret.engine.state import State, drop_assumptions
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def age(machine: Machine, state: State, before: Heap) -> None:
    """Make all that was born since `before` (the heap when the loop began) a summary.

    What nothing refers to any more is dropped: it cannot be seen again.
    """
    written = parted(state.heap, before)[1]
    originals = machine.originals  # what modules define is there once, whenever it was imported
    newborn = {
        a for a in written if a in state.heap and not stems_from(a, before) and a not in originals
    }
    known_before = before.keys()  # looked at for assumptions only, which note for themselves
    stale = [a for a in state.truths if a in newborn or not stems_from(a, known_before)]
    stale += [a for a in state.equals if a in newborn or not stems_from(a, known_before)]
    drop_assumptions(state, stale)
    if not newborn:
        return
    changed = [
        address
        for address in written
        if address not in newborn
        and state.heap.meet(address) is not None
        and before.meet(address) is not state.heap.meet(address)
    ]
    alive = sorted(_reachable(state, changed, newborn))
    names = {address: machine.book.older(address) for address in alive}
    survivors = [(address, state.heap[address]) for address in alive]
    for address in newborn:
        del state.heap[address]
    for address, thing in survivors:
        older = names[address]
        moved = _renamed(machine, thing, names)
        known = state.heap.get(older)
        state.heap[older] = moved if known is None else join_objects(known, moved)
    if names:
        for address in changed:
            known = state.heap.meet(address)
            if known is not None:
                state.heap.store(address, _renamed(machine, known, names))


def _renamed(machine: Machine, thing: HeapObject, names: dict[Address, Address]) -> HeapObject:
    moved = map_object(thing, lambda value: machine.book.rename_value(value, names))
    if isinstance(moved, Function):
        owner = names.get(moved.owner, moved.owner) if moved.owner else None
        return replace(moved, closure=names.get(moved.closure, moved.closure), owner=owner)
    if isinstance(moved, Frame) and moved.parent in names:
        return Frame(moved.code, names[moved.parent], moved.variables)
    return moved


def _reachable(state: State, start: list[Address], among: set[Address]) -> set[Address]:
    found: set[Address] = set()
    pending = [thing for a in start if (thing := state.heap.meet(a)) is not None]
    while pending:
        for address in references(pending.pop()):
            if address in among and address not in found:
                found.add(address)
                pending.append(state.heap[address])
    return found


def references(thing: HeapObject) -> IteratorOf[Address]:
    """The addresses that an object refers to."""
    for value in values_in(thing):
        yield from _addresses_in(value)
    if isinstance(thing, Function):
        yield thing.closure
        if thing.owner is not None:
            yield thing.owner
    elif isinstance(thing, Frame) and thing.parent is not None:
        yield thing.parent


def _addresses_in(value: Value) -> IteratorOf[Address]:
    for atom in in_order(value):
        yield from addresses_of(atom)


def addresses_of(atom: Atom) -> IteratorOf[Address]:
    """The addresses that an atom is, is bound to or was derived from."""
    match atom:
        case Address():
            yield atom
            if atom.derived is not None:
                for operand in atom.derived[1]:
                    yield from addresses_of(operand)
        case Method(receiver=receiver):
            yield from addresses_of(receiver)
        case Bound(receiver=receiver, function=function):
            yield function
            yield from addresses_of(receiver)
        case Super(after=after, receiver=receiver):
            yield after
            yield from addresses_of(receiver)

"""A one-to-one change of addresses, under which one call is like another.

The same function called at two places makes its objects at different addresses, and is handed different
ones. A renaming leads from what one call was handed and made to what the other is handed and
would make: given the arguments, pair by pair, it grows by what they hold (`pair`); what a call makes
lies in its context, and so has an address in the other's. All else (modules, classes, what was there
before and is found by name) stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.objects import Class, Frame, Function, HeapObject
from detachlint.domain.traversal import map_object
from detachlint.domain.values import Address, Atom, Bound, Literal, Method, Super, Value, in_order
from detachlint.interpret.engine.addresses import AddressBook
from detachlint.source.value_class import replace


class Renaming:
    """From the addresses of one call to those of another. `fresh` are pairs not looked into yet.
    `clashes` tells that what the one call made would be what the other was handed.
    """

    def __init__(self, book: AddressBook, inner: int, other: int) -> None:
        self._book = book
        self._names: dict[Address, Address] = {}
        self._back: dict[Address, Address] = {}
        self._contexts: dict[int, int | None] = {inner: other}
        self.fresh: list[tuple[Address, Address]] = []
        self.clashes = False

    # --- growing -------------------------------------------------------------------------------

    def pair_values(self, old: Value, new: Value) -> bool:
        """Let each atom of a value become one of the other; False if they are not alike."""
        if len(old) != len(new):
            return False
        pairs = zip(in_order(old), in_order(new), strict=True)
        return all(self.pair(left, right) for left, right in pairs)

    def pair(self, old: Atom, new: Atom) -> bool:
        """Let an atom become another; False if that contradicts what is known."""
        match old, new:
            case Address(), Address():
                return self._pair_addresses(old, new)
            case Bound(), Bound():
                return old.function is new.function and self.pair(old.receiver, new.receiver)
            case Method(), Method():
                return old.name == new.name and self.pair(old.receiver, new.receiver)
            case Super(), Super():
                return old.after is new.after and self.pair(old.receiver, new.receiver)
        return old == new

    def _pair_addresses(self, old: Address, new: Address) -> bool:
        known, before = self._names.get(old), self._back.get(new)
        if known is not None or before is not None:
            return known is new and before is old
        if old.summary != new.summary or not self._derived_alike(old, new):
            return False
        self._names[old] = new
        self._back[new] = old
        self.fresh.append((old, new))
        return True

    def _derived_alike(self, old: Address, new: Address) -> bool:
        """Whether asking for what an unknown value gives has like answers on both sides."""
        mine = old.derived[1] if old.derived is not None else ()
        theirs = new.derived[1] if new.derived is not None else ()
        if not mine and not theirs:
            return True
        if old is new:
            return all(self.pair(operand, operand) for operand in mine)
        if old.derived is None or new.derived is None or old.derived[0] != new.derived[0]:
            return False
        return len(mine) == len(theirs) and all(map(self.pair, mine, theirs))

    # --- renaming ------------------------------------------------------------------------------

    @property
    def paired(self) -> Iterable[Address]:
        """The addresses that others stand for."""
        return self._back.values()

    def atom(self, atom: Atom) -> Atom:
        """What an atom becomes."""
        match atom:
            case Address():
                return self.address(atom)
            case Method(receiver, name):
                return Method(self.atom(receiver), name)
            case Bound(receiver, function):
                return Bound(self.atom(receiver), self.address(function))
            case Super(after, receiver):
                return Super(self.address(after), self.atom(receiver))
        return atom

    def value(self, value: Value) -> Value:
        """What a value becomes."""
        if all(isinstance(atom, Literal) for atom in value):
            return value
        return frozenset(map(self.atom, in_order(value)))  # in order, since it makes addresses

    def address(self, address: Address) -> Address:
        """What an address becomes."""
        found = self._names.get(address)
        if found is None:
            found = self._names[address] = self._made(address)
            self.clashes = self.clashes or found in self._back
        return found

    def _made(self, address: Address) -> Address:
        book = self._book
        place = book.place_of(address)
        if place is not None:
            context, of = self._context(place.context), place.of
            if of is not None:
                of = self.address(of)
            if context is None or (context == place.context and of is place.of):
                return address
            return book.place(place.span, place.role, context, family=address.summary, of=of)
        younger = book.younger(address)
        if younger is not None:
            moved_to = self.address(younger)
            return address if moved_to is younger else book.older(moved_to)
        if address.derived is None:
            return address
        operator, operands = address.derived
        moved = tuple(map(self.atom, operands))
        if moved == operands or address.default is None:
            return address
        return book.derive(operator, moved, address.span, address.default, family=address.summary)

    def _context(self, context: int) -> int | None:
        """What a context within the one call is within the other; None where it is not within."""
        if context in self._contexts:
            return self._contexts[context]
        turn = self._book.turn_of(context)
        found: int | None = None
        if turn is not None:
            outer = self._context(turn.outer)
            of = self.address(turn.of) if turn.of is not None else None
            if outer is not None:
                found = self._book.context(outer, turn.span, turn.number, of=of)
        self._contexts[context] = found
        return found

    def thing(self, thing: HeapObject) -> HeapObject:
        """What an object becomes."""
        moved = map_object(thing, self.value)
        if isinstance(moved, Function):
            owner = self.address(moved.owner) if moved.owner is not None else None
            closure = self.address(moved.closure)
            if (owner, closure) != (moved.owner, moved.closure):
                return replace(moved, closure=closure, owner=owner)
        elif isinstance(moved, Frame) and moved.parent is not None:
            return Frame(moved.code, self.address(moved.parent), moved.variables)
        return moved


def may_be_paired(thing: HeapObject) -> bool:
    """Whether an object can stand for another one: code is what it is."""
    return not isinstance(thing, (Function, Class, Frame))

"""The address book: one address for each place of allocation in each call context."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from detachlint.domain.objects import HeapObject, Kind, Unknown
from detachlint.domain.values import Address, Atom, Bound, Literal, Method, Super, Value, in_order
from detachlint.source.span import Span

DEEPEST_DERIVATION = 3
"""Unknown values computed from unknown values, before a chain is cut (or loops would grow it)."""


class Place(NamedTuple):
    """Where something is allocated: at a span, in a role, in a context; `of` tells apart what one
    statement makes for each of several others.
    """

    span: Span
    role: str
    context: int
    of: Address | None = None


class Turn(NamedTuple):
    """What a context stands for: within another one, a call, an iteration, or a run of a frame."""

    outer: int
    span: Span
    number: int = 0
    of: Address | None = None


class AddressBook:
    """Hands out addresses; the same request always gets the same one, so analyses converge.

    A *context* is a number that stands for a chain of call sites and unrolled iterations.
    """

    def __init__(self) -> None:
        self._places: dict[Place, Address] = {}
        self._place_of: dict[Address, Place] = {}
        self._derived: dict[tuple[str, tuple[Atom, ...]], Address] = {}
        self._older: dict[Address, Address] = {}
        self._younger: dict[Address, Address] = {}
        self._contexts: dict[Turn, int] = {}
        self._turns: list[Turn] = []
        self._keys: dict[str, int] = {}
        self._serial = 0

    def context(self, outer: int, span: Span, number: int = 0, *, of: Address | None = None) -> int:
        """The context of a call at `span`, of iteration `number` of the loop there, or of a run of the
        suspended frame `of`.
        """
        turn = Turn(outer, span, number, of)
        found = self._contexts.get(turn)
        if found is None:
            self._turns.append(turn)
            found = self._contexts[turn] = len(self._turns)
        return found

    def keyed_context(self, outer: int, span: Span, key: str) -> int:
        """The context of what is made at `span` for one of several keys."""
        number = self._keys.setdefault(key, -len(self._keys) - 1)
        return self.context(outer, span, number)

    def place(
        self,
        span: Span,
        role: str,
        context: int,
        *,
        family: bool = False,
        of: Address | None = None,
    ) -> Address:
        """The address of what is made at `span` in a context (for each `of` another one). A family is
        a summary from birth.
        """
        if of is not None:
            of = self._told_apart_by(span, role, of)
        key = Place(span, role, context, of)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = self._new(span, role, summary=family)
            self._place_of[found] = key
        return found

    def _told_apart_by(self, span: Span, role: str, of: Address) -> Address | None:
        """What tells a place apart: `of`, unless that was made here itself (`x = x.to(device)` in a loop),
        or is the last of too many such steps; then what they began with.

        Parts of a thing are told apart by what they were made of by steps of one kind: a copy of a copy
        has as many parts. Two copies of one copy are not.
        """
        current: Address | None = of
        for _ in range(DEEPEST_DERIVATION):
            place = self._birthplace(current) if current is not None else None
            if place is None:
                return of
            current = place.of
            if (place.span, place.role) == (span, role):
                return current
        if current is None:
            return of
        begun = self.origin(of, role)
        return current if begun == of else begun

    def origin(self, address: Address, role: str) -> Address:
        """What a thing was made of, however often, by steps of one role."""
        place = self._birthplace(address)
        while place is not None and place.role == role and place.of is not None:
            address = place.of
            place = self._birthplace(address)
        return address

    def _birthplace(self, address: Address) -> Place | None:
        """Where an object was allocated, also one of an earlier iteration."""
        return self._place_of.get(self._younger.get(address, address))

    def turn_of(self, context: int) -> Turn | None:
        """What a context is the context of; None of the outermost one."""
        return self._turns[context - 1] if context else None

    def place_of(self, address: Address) -> Place | None:
        """Where an address was allocated, if it was allocated by place."""
        return self._place_of.get(address)

    def is_within(self, address: Address, context: int) -> bool:
        """Whether something was allocated by a call (or what that called), given its context."""
        younger = self._younger.get(address)
        if younger is not None:
            return self.is_within(younger, context)
        place = self._place_of.get(address)
        return place is not None and self._encloses(context, place.context)

    def _encloses(self, outer: int, inner: int) -> bool:
        while inner > outer:  # what is within is numbered later
            inner = self._turns[inner - 1].outer
        return inner == outer

    def younger(self, address: Address) -> Address | None:
        """The address whose objects of earlier iterations are summed up at this one."""
        return self._younger.get(address)

    def derive(
        self,
        operator: str,
        operands: tuple[Atom, ...],
        span: Span,
        default: HeapObject,
        *,
        family: bool = False,
    ) -> Address:
        """The unknown value that `operator` gives for these operands: the same each time it is asked.

        Too deep a derivation gives a value known only by its place.
        """
        key = (operator, operands)
        found = self._derived.get(key)
        if found is None:
            if 1 + max((_depth(o) for o in operands), default=0) > DEEPEST_DERIVATION:
                return self._shallow(span, operator, default)
            found = self._derived[key] = self._new(
                span, operator, default=default, derived=key, summary=family
            )
        return found

    def _shallow(self, span: Span, operator: str, default: HeapObject) -> Address:
        key = Place(span, f"derived {operator}", 0)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = self._new(span, operator, default=default)
        return found

    def older(self, address: Address) -> Address:
        """The summary of the objects that `address` stood for in earlier iterations."""
        if address.summary:
            return address
        found = self._older.get(address)
        if found is None:
            found = self._older[address] = self._new(
                address.span, address.role, summary=True, default=address.default
            )
            self._younger[found] = address
        return found

    def renamed(self, atom: Atom, names: dict[Address, Address]) -> Atom:
        """The atom after its addresses have been replaced by `names`."""
        match atom:
            case Address():
                return self._renamed_address(atom, names)
            case Method(receiver, name):
                return Method(self.renamed(receiver, names), name)
            case Bound(receiver, function):
                return Bound(self.renamed(receiver, names), self._renamed_address(function, names))
            case Super(after, receiver):
                return Super(self._renamed_address(after, names), self.renamed(receiver, names))
        return atom

    def rename_value(self, value: Value, names: dict[Address, Address]) -> Value:
        """The value after its addresses have been replaced by `names`."""
        # In order, since it makes addresses.
        return frozenset([self.renamed(atom, names) for atom in in_order(value)])

    def _renamed_address(self, address: Address, names: dict[Address, Address]) -> Address:
        name = names.get(address)
        if name is not None:
            return name
        if address.derived is None:
            return address
        operator, operands = address.derived
        moved = tuple(self.renamed(operand, names) for operand in operands)
        if moved == operands:
            return address
        default = address.default or Unknown(Kind.ANY)
        return self.derive(operator, moved, address.span, default, family=address.summary)

    def _new(
        self,
        span: Span,
        role: str,
        *,
        summary: bool = False,
        default: HeapObject | None = None,
        derived: tuple[str, tuple[Atom, ...]] | None = None,
    ) -> Address:
        return Address(self._next(), span, role, summary, default, derived)

    def _next(self) -> int:
        self._serial += 1
        return self._serial


def _depth(atom: Atom) -> int:
    if isinstance(atom, Address):
        if atom.derived is None:
            return 0
        return 1 + max((_depth(operand) for operand in atom.derived[1]), default=0)
    if isinstance(atom, (Method, Bound)):
        return _depth(atom.receiver)
    return 0


def stems_from(address: Atom, known: Container[Address]) -> bool:
    """Whether an atom was there before (`known`), or was derived from what was there only."""
    if not isinstance(address, Address):
        return _atom_stems_from(address, known)
    if address in known:
        return True
    if address.derived is None:
        return False
    return all(_atom_stems_from(operand, known) for operand in address.derived[1])


def _atom_stems_from(atom: Atom, known: Container[Address]) -> bool:
    if isinstance(atom, Address):
        return stems_from(atom, known)
    if isinstance(atom, (Method, Bound)):
        return _atom_stems_from(atom.receiver, known)
    return isinstance(atom, Literal) or not isinstance(atom, Super)

"""Abstract values: finite sets of atoms.

An atom is either an immutable thing that is itself (a literal, a name of a library, a bound method)
or an *address*, whose object is looked up in the heap of the state at hand. A value is the set of the
atoms it may be; the empty set is bottom (unbound, or never computed). Join is union; `widen_value`
bounds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias, final

from detachlint.ir.nodes import ConstantValue
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

if TYPE_CHECKING:
    from detachlint.domain.objects import HeapObject


@final
@value_class(frozen=True, slots=True)
class Literal:
    """A Python constant. `kind` is its type's name, so that 1, 1.0 and True stay apart."""

    value: ConstantValue
    kind: str

    def __repr__(self) -> str:
        # Atoms are sorted by what they look like, so this is asked a hundred thousand times.
        return f"Literal(value={self.value!r}, kind={self.kind!r})"


@final
@value_class(frozen=True, slots=True)
class Library:
    """Something known by its canonical dotted name: `torch.nn.Linear`, `builtins.len`."""

    name: str


@final
@value_class(frozen=True, slots=True)
class SourceModule:
    """A module or package of the program itself, by its file."""

    file: str


@final
@value_class(frozen=True, slots=True)
class Imported:
    """What `from file import name` binds, until a variable that holds it is read."""

    file: str
    name: str


@final
@value_class(frozen=True, slots=True)
class Method:
    """Attribute `name` of a receiver whose class is known to us by facts, not by its code."""

    receiver: Atom
    name: str


@final
@value_class(frozen=True, slots=True)
class Bound:
    """A user-defined function bound to its first argument."""

    receiver: Atom
    function: Address


@final
@value_class(frozen=True, slots=True)
class Super:
    """`super()`: attribute look-up on `receiver` that starts after class `after` in its order."""

    after: Address
    receiver: Atom


@final
class Address(int):
    """One place of the abstract heap; made once by the interpreter's address book.

    It is its serial number, and those of one book are unique: compared, hashed and sorted as the
    number it is, without a call of Python code, which happens tens of thousands of times for a small
    program. So sets of addresses are also gone through in an order that does not depend on where in
    memory things lie, and two analyses of one program take their steps in the same order.

    A place stands for one concrete object, or, if `summary`, for any number of them: then only weak
    updates are sound. `default` is what lies there when the heap says nothing (unknown objects need
    no entry before something is learned about them). `derived` tells how an unknown value was
    computed from others, so that the same question asked twice has one answer.
    """

    span: Span
    role: str
    summary: bool
    default: HeapObject | None
    derived: tuple[str, tuple[Atom, ...]] | None

    def __new__(
        cls,
        serial: int,
        span: Span,
        role: str,
        summary: bool = False,
        default: HeapObject | None = None,
        derived: tuple[str, tuple[Atom, ...]] | None = None,
    ) -> Address:
        """The address of that number."""
        made = super().__new__(cls, serial)
        made.span, made.role, made.summary = span, role, summary
        made.default, made.derived = default, derived
        return made

    def __repr__(self) -> str:
        mark = "*" if self.summary else ""
        return f"<{self.role}{mark} {self.span.line}:{self.span.column} #{int(self)}>"


Atom: TypeAlias = "Literal | Library | SourceModule | Imported | Method | Bound | Super | Address"
Value: TypeAlias = "frozenset[Atom]"

BOTTOM_VALUE: Value = frozenset()


def literal(value: ConstantValue) -> Literal:
    """The atom of a Python constant."""
    return Literal(value, type(value).__name__)


def value_of(*atoms: Atom) -> Value:
    """The value that may be any of the atoms."""
    return frozenset(atoms)


NONE: Value = value_of(literal(None))
TRUE: Value = value_of(literal(True))
FALSE: Value = value_of(literal(False))


def join_values(values: Iterable[Value]) -> Value:
    """Union."""
    return frozenset().union(*values)


def single_literal(value: Value) -> Literal | None:
    """The literal this value is, if it is exactly one."""
    if len(value) == 1:
        (atom,) = value
        if isinstance(atom, Literal):
            return atom
    return None


def single_address(value: Value) -> Address | None:
    """The address this value is, if it is exactly one."""
    if len(value) == 1:
        (atom,) = value
        if isinstance(atom, Address):
            return atom
    return None


def addresses(value: Value) -> list[Address]:
    """The addresses of a value, oldest first: a deterministic order."""
    if len(value) == 1:
        (atom,) = value
        return [atom] if isinstance(atom, Address) else []
    return sorted(a for a in value if isinstance(a, Address))


def in_order(value: Value) -> list[Atom]:
    """The atoms in a deterministic order."""
    if len(value) <= 1:
        return list(value)
    places: list[Atom] = list(addresses(value))
    if len(places) == len(value):
        return places
    return places + sorted(value.difference(places), key=_order)


def _order(atom: Atom) -> tuple[int, int, str]:
    if isinstance(atom, Bound):
        receiver = atom.receiver
        serial = f"{int(receiver):09}" if isinstance(receiver, Address) else repr(receiver)
        return (1, atom.function, serial)
    return (2, 0, repr(atom))

"""What a conversion finds in a value: tensors, and how far below lists and tuples they lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from detachlint.domain.belief import BOTTOM, MAYBE, NO, YES, Belief, Truth, join_beliefs
from detachlint.domain.objects import Array, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.traits import PLAIN
from detachlint.domain.values import Address, Atom, Literal, Value, in_order
from detachlint.interpret.engine.state import State
from detachlint.interpret.facts import Parts
from detachlint.interpret.pytorch.tensors import DEEPEST, MANY, NO_TENSORS, flag_of_tensor

CONTAINERS = frozenset({"list", "tuple", "deque"})
"""What NumPy goes into, item by item. Sets, dicts, their views and iterators it stores as objects
(executed)."""

EVIDENCE = frozenset({Truth.YES, Truth.SOMETIMES})


@dataclass(slots=True)
class Found:
    """What may be converted.

    `grad` is the belief that some tensor of it requires grad, `tensor` that there is a tensor at all.
    `direct` are the tensors that the value itself may be, `held` those below containers. `flat` says
    that it is nothing but containers whose items are tensors all of them. `parts` tell item by item
    which are tensors that may be refused, where of all is known what they are.
    """

    grad: Belief = NO
    tensor: Belief = NO
    direct: list[Address] = field(default_factory=list)
    held: list[Address] = field(default_factory=list)
    flat: bool = False
    parts: Parts | None = None
    unseen: bool = False
    """Whether the value itself may be something of which nothing is known."""
    number: bool = False
    """Whether it has no dimensions, and is handed to what takes a number of Python."""
    known: dict[tuple[Address, int], tuple[Belief, Belief]] = field(default_factory=dict)
    """The containers that have been looked into on a level: what holds itself is so only once."""

    @property
    def all(self) -> list[Address]:
        """All tensors, those that the value itself may be first."""
        return [*self.direct, *self.held]


def find(state: State, value: Value, mappings: bool = False) -> Found:
    """The tensors that a conversion of `value` meets. `mappings`: the values of dicts are met, too.

    An unknown value counts as a tensor only where something says that it requires grad.
    """
    found = Found()
    if len(value) > MANY:
        return found
    grads: list[Belief] = []
    tensors: list[Belief] = []
    flat: list[bool] = []
    for atom in in_order(value):
        grad, tensor = _atom(state, atom, found, DEEPEST, mappings)
        grads.append(grad)
        tensors.append(tensor)
        flat.append(_is_flat(state, atom))
    found.grad, found.tensor = _join(grads), _join(tensors)
    found.flat = bool(flat) and all(flat)
    found.parts = None if found.direct or found.flat else _parts(state, value, DEEPEST)
    return found


def _join(beliefs: Iterable[Belief]) -> Belief:
    joined = join_beliefs(beliefs)
    return NO if joined == BOTTOM else joined


def _atom(
    state: State, atom: Atom, found: Found, depth: int, mappings: bool
) -> tuple[Belief, Belief]:
    """Whether a tensor in it requires grad, and whether there is one."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(atom, Address):
        return NO, NO
    place = found.direct if depth == DEEPEST else found.held
    if isinstance(thing, Tensor):
        place.append(atom)
        return flag_of_tensor(state, thing), YES
    if isinstance(thing, Unknown):
        if thing.kind in NO_TENSORS:
            return NO, NO
        if thing.grad.usual in EVIDENCE:
            place.append(atom)
            grad = thing.grad.in_unseen_hands()
            return grad, Belief(thing.grad.usual, Truth.MAYBE)
        placed = any(t.held.usual in EVIDENCE for t in (thing.device, thing.narrow))
        if placed and not _is_part_of_module(state, atom, thing):
            place.append(atom)
            return thing.grad, Belief(Truth.YES, Truth.MAYBE)
        found.unseen |= depth == DEEPEST
        return MAYBE, MAYBE
    if not depth:
        return NO, NO
    if isinstance(thing, Sequence) and thing.kind in CONTAINERS:
        items = thing.items
    elif isinstance(thing, Mapping) and mappings:
        items = tuple(thing.entries.values())
    else:
        return NO, NO
    key = (atom, depth)
    if key not in found.known:
        found.known[key] = _items(state, items, thing.rest, found, depth, mappings)
    return found.known[key]


def _is_part_of_module(state: State, address: Address, thing: Unknown) -> bool:
    """Whether something unknown is where it is because the module was moved that it belongs to.

    It may be a buffer or a module in there; it may be a number or a configuration just as well.
    """
    owner = next(iter(address.derived[1]), None) if address.derived is not None else None
    around = state.get(owner) if isinstance(owner, Address) else None
    if not isinstance(owner, Address) or not isinstance(around, Unknown):
        return False
    if any(
        own.in_unseen_hands() != its.in_unseen_hands()
        for own, its in ((thing.device, around.device), (thing.narrow, around.narrow))
    ):
        return False
    return around.kind is Kind.MODULE or _is_part_of_module(state, owner, around)


def _items(
    state: State,
    items: tuple[Value, ...],
    rest: Value,
    found: Found,
    depth: int,
    mappings: bool,
) -> tuple[Belief, Belief]:
    grad, tensor = NO, NO
    for item in items:
        parts = [_atom(state, a, found, depth - 1, mappings) for a in in_order(item)[:MANY]]
        grad = grad.either(_join(part[0] for part in parts))
        tensor = tensor.either(_join(part[1] for part in parts))
    if rest:
        parts = [_atom(state, a, found, depth - 1, mappings) for a in in_order(rest)[:MANY]]
        # Of a list of unknown length nobody knows for certain that it is not empty.
        grad = grad.either(_join(part[0] for part in parts).in_unseen_hands())
        tensor = tensor.either(_join(part[1] for part in parts).in_unseen_hands())
    return grad, tensor


def _is_flat(state: State, atom: Atom) -> bool:
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Sequence) or thing.kind not in CONTAINERS or not thing.all:
        return False
    return all(
        isinstance(a, Address) and isinstance(state.get(a), Tensor) for a in in_order(thing.all)
    )


def _parts(state: State, value: Value, depth: int) -> Parts | None:
    """What `Found.parts` says of a value; None where nobody knows."""
    found = {_parts_of(state, atom, depth) for atom in in_order(value)[:MANY]}
    return found.pop() if len(found) == 1 else None


def _may_be_refused(state: State, tensor: Tensor) -> bool:
    placed = tensor.device != PLAIN or tensor.dtype.narrow != PLAIN or bool(tensor.traits)
    return placed or flag_of_tensor(state, tensor) != NO


def _parts_of(state: State, atom: Atom, depth: int) -> Parts | None:
    if not isinstance(atom, Address):
        return False if isinstance(atom, Literal) else None
    thing = state.get(atom)
    if isinstance(thing, Tensor):
        return _may_be_refused(state, thing)
    if isinstance(thing, Array) or (isinstance(thing, Unknown) and thing.kind in NO_TENSORS):
        return False
    if not isinstance(thing, Sequence) or thing.kind not in CONTAINERS or not thing.exact:
        return None
    items = [_parts(state, item, depth - 1) if depth else None for item in thing.items]
    known = [item for item in items if item is not None]
    return tuple(known) if len(known) == len(items) else None

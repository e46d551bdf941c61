"""Operators and stores where an ndarray and a tensor meet.

Which of the two is asked first, and what it does about the other, is NumPy's affair; the facts are
rows of the operator methods (`numpy.ndarray.__mul__`). NumPy's scalars are no arrays: beside them a
tensor keeps its graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.belief import MAYBE, YES
from detachlint.domain.objects import Array
from detachlint.domain.rank import Rank, is_array
from detachlint.domain.values import Address, Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.array_ranks import index_kind
from detachlint.interpret.pytorch.converted import Found, find
from detachlint.interpret.pytorch.crossings import Sink, pass_gate
from detachlint.interpret.pytorch.gates import Met, gate_of
from detachlint.knowledge import facts
from detachlint.knowledge.gates import CONVERTING, Gate
from detachlint.knowledge.names import ARRAY, setter
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

REFLECTED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

OF_BITS = frozenset({"&", "|", "^", "<<", ">>"})
METHODS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod",
    "**": "pow", "@": "matmul", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt",
    ">=": "ge", "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
    "divmod": "divmod",
}  # fmt: skip


STORE = f"{ARRAY}.__setitem__"


class Operand(NamedTuple):
    """One side of an operator: its value, and where it stands."""

    value: Value
    span: Span


def operate(
    machine: Machine,
    name: str,
    left: Operand,
    right: Operand,
    state: State,
    activation: Activation,
    *,
    in_place: bool = False,
) -> frozenset[Span] | None:
    """Record what an ndarray does to the tensor beside it; the places where a gradient is lost.

    None where no ndarray and tensor meet for certain, or where the tensor answers for itself.
    """
    for array, other, method in sides(name, left, right, in_place):
        if not are_arrays(state, array.value):
            continue
        found = find(state, other.value)
        fact = facts.numpy_fact(f"{ARRAY}.{method}")
        if not found.all or fact is None:
            continue
        gate, sure = gate_of(fact, 1, found)
        if gate in (None, Gate.DELEGATES, Gate.KEEPS):
            return None
        if gate in CONVERTING and name in OF_BITS:
            # Whole numbers have no flag; floats fail in any case, with their flag or without.
            return frozenset()
        sink = Sink(other.span, f"{name}=" if in_place else name, fact.name, gate)
        pass_gate(machine, sink, found, state, activation, sure=sure)
        return frozenset({other.span})
    return None


def sides(
    name: str, left: Operand, right: Operand, in_place: bool
) -> list[tuple[Operand, Operand, str]]:
    """Array, other, and the method of the array that decides, for either side."""
    method = METHODS.get(name)
    if method is None:
        return []
    own = f"__i{method}__" if in_place else f"__{method}__"
    other = f"__{METHODS[REFLECTED[name]]}__" if name in REFLECTED else f"__r{method}__"
    return [(left, right, own), (right, left, other)]


def are_arrays(state: State, value: Value) -> bool:
    """Whether a value is an ndarray for certain."""
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in value]
    return bool(things) and all(isinstance(t, Array) and is_array(t.rank) for t in things)


def store(
    machine: Machine,
    target: Value,
    array: Array,
    index: Value,
    value: Operand,
    state: State,
    activation: Activation,
) -> frozenset[Span]:
    """`target[index] = value`, where the target may be an `array`; the places where a gradient is lost.

    Where the target may be something else, and the value no tensor, both may hang on one question that is
    forgotten by now (`y = x.clone() if is_tensor(x) else np.copy(x)`): nobody knows whether they meet.

    A single element and a part, a row or a slice, are not written alike. Which of them `array[i]`
    is depends on how many dimensions the array has.
    """
    found = find(state, value.value)
    met = _store_gate(state, array, index, found)
    return _written(machine, STORE, met, target, found, value.span, state, activation)


def store_attribute(
    machine: Machine,
    target: Value,
    name: str,
    value: Operand,
    state: State,
    activation: Activation,
) -> frozenset[Span]:
    """`target.name = value`, where the target may be an array: `a.flat = x` writes all of it."""
    fact = facts.numpy_fact(setter(name))
    if fact is None:
        return frozenset()
    found = find(state, value.value)
    met = gate_of(fact, 1, found)
    return _written(machine, fact.name, met, target, found, value.span, state, activation)


def _written(
    machine: Machine,
    function: str,
    met: Met,
    target: Value,
    found: Found,
    span: Span,
    state: State,
    activation: Activation,
) -> frozenset[Span]:
    """What passes the gate of a store into `target`: the places where a gradient is lost."""
    if met.gate is None:
        return frozenset()
    known = found.tensor == YES or are_arrays(state, target)
    sink = Sink(span, "=", function, met.gate)
    sure = met.sure if known else MAYBE
    severed = pass_gate(machine, sink, found, state, activation, sure=sure)
    return frozenset({span}) if severed else frozenset()


def _store_gate(state: State, array: Array, index: Value, found: Found) -> Met:
    kind = index_kind(state, index)
    is_element = kind == "number" and array.rank is Rank.ONE
    is_part = kind in ("whole", "several") or (kind == "number" and array.rank is Rank.MORE)
    fact = facts.numpy_fact(f"{STORE}.element" if is_element else STORE)
    if fact is None:
        return Met(None)
    met = gate_of(fact, 2, found)
    mixed = bool(found.direct) and bool(found.held)
    doubtful = (mixed and is_element) or not (is_element or is_part)
    return met._replace(sure=MAYBE) if doubtful else met

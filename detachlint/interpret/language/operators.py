"""Operators: arithmetic and comparison on tensors, containers, literals and unknown values."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import (
    Array,
    HeapObject,
    Instance,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
)
from detachlint.domain.rank import Rank, broadcast
from detachlint.domain.story import then
from detachlint.domain.traits import Check, Dtype, without
from detachlint.domain.values import (
    BOTTOM_VALUE,
    FALSE,
    TRUE,
    Address,
    Atom,
    Literal,
    Value,
    addresses,
    in_order,
    literal,
    single_address,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.describe import describe
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import enumerations, identities, textual
from detachlint.interpret.language.contents import limited, merged_mapping
from detachlint.interpret.language.lookup import own_member
from detachlint.interpret.pytorch import array_operators, sinks
from detachlint.interpret.pytorch.array_operators import OF_BITS, Operand
from detachlint.interpret.pytorch.array_ranks import rank_of
from detachlint.interpret.pytorch.dimensions import are_numbers, have_dimensions
from detachlint.interpret.pytorch.placement import device_of_arithmetic, dtype_of, one_device
from detachlint.interpret.pytorch.surrounding import is_product, lowered
from detachlint.interpret.pytorch.tensors import (
    make_tensor,
    recorded_flag,
    severed_in,
    story_of_any,
)
from detachlint.interpret.pytorch.traits import layout_of_all, of_arithmetic, of_two
from detachlint.ir.nodes import Operator
from detachlint.knowledge import facts
from detachlint.knowledge.names import TENSOR
from detachlint.source.span import Span
from detachlint.source.value_class import replace, value_class

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
METHODS = {
    "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "//": "__floordiv__",
    "%": "__mod__", "**": "__pow__", "@": "__matmul__", "==": "__eq__", "!=": "__ne__",
    "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__", "unary -": "__neg__",
    "&": "__and__", "|": "__or__", "^": "__xor__", "<<": "__lshift__", ">>": "__rshift__",
    "unary ~": "__invert__", "unary +": "__pos__",
}  # fmt: skip

PYTHON: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "==": operator.eq, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "unary -": operator.neg, "unary +": operator.pos, "&": operator.and_, "|": operator.or_,
}  # fmt: skip

LONGEST_TEXT = 200

MOST_REPEATED = 16
"""Items of `xs * n` that are known one by one."""


@value_class(frozen=True, slots=True)
class Operation:
    """An operator that is carried out on evaluated operands, in the world `state`."""

    machine: Machine
    node: Operator
    operands: tuple[Value, ...]
    state: State
    activation: Activation

    @property
    def name(self) -> str:
        """How the operator is called."""
        return self.node.name

    @property
    def span(self) -> Span:
        """Where the operator stands."""
        return self.node.span

    def own_method(self, method: str, position: int = 0) -> Outcomes | None:
        """What a method of the program's classes gives, if that of an operand has one: the operand is its
        receiver, the others are its arguments.
        """
        receiver = self.operands[position]
        address = single_address(receiver)
        thing = self.state.get(address) if address is not None else None
        own = own_member(self.state, thing, method) if isinstance(thing, Instance) else None
        if not own:
            return None
        others = self.operands[:position] + self.operands[position + 1 :]
        given = Arguments((receiver, *others))
        return self.machine.call(own, given, self.state, self.activation, self.span, method)

    def beside_arrays(self, *, in_place: bool = False) -> frozenset[Span] | None:
        """What an ndarray does to the tensor beside it: see `array_operators.operate`."""
        left, right = self._both()
        return array_operators.operate(
            self.machine, self.name, left, right, self.state, self.activation, in_place=in_place
        )

    def beside_library_objects(self) -> Value | None:
        """What an object of a library and the tensor beside it give: see `sinks.operate`."""
        left, right = self._both()
        return sinks.operate(
            self.machine, self.name, left, right, self.state, self.activation, self.span
        )

    def _both(self) -> tuple[Operand, Operand]:
        left, right = (
            Operand(value, part.span)
            for value, part in zip(self.operands, self.node.operands, strict=True)
        )
        return left, right

    def new(self, role: str, thing: HeapObject) -> Value:
        """A new object that comes out of it."""
        return self.machine.new(self.state, self.activation, self.span, role, thing)

    def tensor(self, made: Tensor) -> Value:
        """A new tensor that comes out of it."""
        return make_tensor(self.machine, self.state, self.activation, self.span, made, self.name)


def operate(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Outcomes:
    """The outcomes of an operator on evaluated operands."""
    if node.name in identities.OPERATORS:
        return [(identities.answer(machine, node, operands, state), state)]
    seen = len(machine.ledger.found)
    outcomes = _outcomes(Operation(machine, node, operands, state, activation))
    if len(operands) == 2:
        written = zip((part.span for part in node.operands), operands, strict=True)
        machine.ledger.note_uneventful(seen, None, written, state)
    return outcomes


def _outcomes(operation: Operation) -> Outcomes:
    own = _own_method(operation)
    if own is not None:
        return own
    state = operation.state
    answer = _fold(operation.name, operation.operands, state)
    if answer is None:
        answer = _of_classes(operation)
    return [(_combine(operation) if answer is None else answer, state)]


def _own_method(operation: Operation) -> Outcomes | None:
    """The operator as a method of the program's classes; the reflected one as well."""
    name = METHODS.get(operation.name)
    if name is None:
        return None
    own = operation.own_method(name)
    if own is None and len(operation.operands) > 1:
        own = operation.own_method(name.replace("__", "__r", 1), 1)
    return own


def _fold(name: str, operands: tuple[Value, ...], state: State) -> Value | None:
    """The operator carried out on literals."""
    function = PYTHON.get(name)
    constants = [identities.constant_in(state, operand) for operand in operands]
    known = [constant for constant in constants if constant is not None]
    if function is None or len(known) != len(constants):
        return None
    if any(map(enumerations.is_plain_member, known)):
        # A member is equal to nothing but itself, whatever its value is.
        same = len(known) == 2 and known[0] == known[1]
        return value_of(literal(same == (name == "=="))) if name in ("==", "!=") else None
    if name == "*" and any(isinstance(c.value, (str, bytes)) for c in known):
        return None
    try:
        result = function(*(constant.value for constant in known))
    except Exception:
        return None  # the program raises here; nothing is known of what follows
    if isinstance(result, (str, bytes)) and len(result) > LONGEST_TEXT:
        return None
    return value_of(literal(result))


def _of_classes(operation: Operation) -> Value | None:
    """`type(x) == cls` and its opposite; None of what may be no classes."""
    if operation.name not in ("==", "!="):
        return None
    answers: set[bool] = set()
    for pair in itertools.product(*map(in_order, operation.operands)):
        same = identities.same_class(operation.state, *pair)
        if same is None:
            return None
        answers.add(same)
    return frozenset(literal(same == (operation.name == "==")) for same in answers) or None


def _combine(operation: Operation) -> Value:
    """The result by the classes of the operands: tensors win over arrays, arrays over numbers."""
    state, operands = operation.state, operation.operands
    kinds = {class_of(state, atom) for operand in operands for atom in operand}
    if kinds & {"array", "instance"} and len(operands) == 2:
        lost = operation.beside_arrays()
        if lost is not None:
            return converted(operation, lost)
        made = operation.beside_library_objects()
        if made is not None:
            return made
    if "tensor" in kinds:
        return _tensor_result(operation) | _without_tensors(operation)
    if "sequence" in kinds and operation.name in ("+", "*"):
        return _sequence_result(operation)
    if "mapping" in kinds and operation.name == "|":
        return _mapping_result(operation)
    return _plain_result(operation, kinds)


def _without_tensors(operation: Operation) -> Value:
    """What comes out where each operand that may be a tensor may be an array, or something unknown, as well:
    one path had tensors, the other one had none."""
    state = operation.state
    rest: list[Value] = []
    for operand in operation.operands:
        classes = {atom: class_of(state, atom) for atom in operand}
        if "tensor" in classes.values():
            operand = frozenset(a for a, found in classes.items() if found in ("array", "unknown"))
        if not operand:
            return BOTTOM_VALUE
        rest.append(operand)
    return _combine(replace(operation, operands=tuple(rest)))


def converted(operation: Operation, lost: frozenset[Span]) -> Value:
    """What an ndarray and a tensor make of each other: nothing in it has a graph."""
    state, operands = operation.state, operation.operands
    severed = severed_in(state, operands) | lost
    if any(class_of(state, atom) == "tensor" for operand in operands for atom in operand):
        dtype = Dtype.INTEGER if operation.name in OF_BITS else Dtype.FLOAT
        return operation.tensor(Tensor(NO, leaf=YES, dtype=dtype, severed=severed))
    return operation.new("array", Array(severed, Rank.SOME))


def class_of(state: State, atom: Atom) -> str:
    """In which class of operands something is: tensors, arrays, containers, numbers, or others."""
    if isinstance(atom, Literal):
        return "number" if isinstance(atom.value, (int, float)) else "other"
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Tensor):
        return "tensor"
    if isinstance(thing, Array):
        return "array"
    if isinstance(thing, Sequence):
        return "sequence"
    if isinstance(thing, Mapping):
        return "mapping"
    if isinstance(thing, Instance):
        return "instance"
    if isinstance(thing, Unknown) and thing.kind is Kind.ANY:
        return "unknown"
    if isinstance(thing, Unknown) and thing.kind in (Kind.NUMBER, Kind.TRUTH):
        return "number"
    return "other"


def _tensor_result(operation: Operation) -> Value:
    """Arithmetic with tensors: requires grad iff an operand does and grad mode is on."""
    state, operands, name = operation.state, operation.operands, operation.name
    if name in COMPARISONS | OF_BITS or name == "unary ~":
        made = Tensor(
            NO,
            leaf=YES,
            dtype=Dtype.INTEGER,
            device=device_of_arithmetic(state, operands),
            traits=of_arithmetic(state, operands),
        )
        return operation.tensor(made)
    flag = recorded_flag(state, operands)
    shown, span = describe(operation.node), operation.span
    step = f"`{shown}` is computed from it"
    story = then(story_of_any(state, operands), span, step)
    fact = facts.call_fact(f"{TENSOR}.{METHODS.get(name, '')}")
    device = (one_device if is_product(fact) else device_of_arithmetic)(state, operands)
    device = device.told(span, step)
    common = of_arithmetic(state, operands)
    if fact is not None and fact.traits.get("layout") == "beside":
        layout = layout_of_all(state, operands)
        common = without(common, Check.LAYOUT)
        common = common if layout is None else {**common, Check.LAYOUT: layout}
    made = Tensor(
        flag,
        leaf=flag.opposite(),
        dtype=lowered(state, fact, _dtype_of_arithmetic(operation), device),
        device=device,
        traits=of_two(fact, common, state, operands, shown, span),
        number=are_numbers(state, operands),
        dimensioned=any(have_dimensions(state, operand) for operand in operands),
        severed=severed_in(state, operands),
        story=story,
    )
    return operation.tensor(made)


def _dtype_of_arithmetic(operation: Operation) -> Dtype:
    """That of the operands; whole numbers that are divided, or meet a float, become floats."""
    dtype = dtype_of(operation.state, operation.operands)
    if not dtype.is_integer:
        return dtype
    numbers = [single_literal(operand) for operand in operation.operands]
    of_floats = any(n is not None and isinstance(n.value, float) for n in numbers)
    return Dtype.FLOAT32 if operation.name == "/" or of_floats else dtype


def _sequence_result(operation: Operation) -> Value:
    """`xs + ys` and `xs * n`."""
    state, operands = operation.state, operation.operands
    things = [
        thing
        for operand in operands
        for address in addresses(operand)
        if isinstance(thing := state.get(address), Sequence)
    ]
    first, kind = things[0], things[0].kind
    if operation.name == "*":
        return operation.new(kind, _repeated(first, operands))
    if len(things) == 2 and all(len(operand) == 1 for operand in operands) and first.exact:
        joined = limited(Sequence(kind, (*first.items, *things[1].items), things[1].rest))
    else:
        everything = frozenset[Atom]().union(*(thing.all for thing in things))
        unseen = [o for o in operands if not addresses(o) or not _all_sequences(state, o)]
        for operand in unseen:
            everything |= operand
        joined = Sequence(kind, (), everything)
    return operation.new(kind, joined)


def _repeated(thing: Sequence, operands: tuple[Value, ...]) -> Sequence:
    """`xs * n`, its items known one by one if they are few."""
    count = next((c for o in operands if (c := single_literal(o)) is not None), None)
    if count is not None and isinstance(count.value, int) and thing.exact:
        if 0 <= count.value * len(thing.items) <= MOST_REPEATED:
            return Sequence(thing.kind, thing.items * count.value)
    return Sequence(thing.kind, (), thing.all)


def _all_sequences(state: State, operand: Value) -> bool:
    return all(
        isinstance(a, Address) and isinstance(state.get(a), Sequence) for a in in_order(operand)
    )


def _mapping_result(operation: Operation) -> Value:
    thing = Mapping()
    for operand in operation.operands:
        thing = merged_mapping(operation.state, thing, operand)
    return operation.new("dict", thing)


def _plain_result(operation: Operation, kinds: set[str]) -> Value:
    """The result on texts, numbers, and on arrays and things unseen where no tensor is beside them."""
    state, operands, name = operation.state, operation.operands, operation.name
    machine, span = operation.machine, operation.span
    firsts = tuple(atom for operand in operands for atom in in_order(operand)[:1])
    alone = all(len(operand) == 1 for operand in operands)
    if name == "+" and alone and textual.beginning_of(state, firsts[0]):
        return machine.derived(textual.JOINED, firsts, span, Unknown(Kind.TEXT, NO))
    if name == "%" and alone and textual.beginning_of(state, firsts[0]):
        activation = operation.activation
        return textual.formatted(machine, operands[0], "%", state, activation, span)
    if "unknown" in kinds:
        return _unknown_result(operation)
    if "array" in kinds:
        rank = broadcast(rank_of(state, operand) for operand in operands)
        return operation.new("array", Array(severed_in(state, operands), rank))
    kind = Kind.TRUTH if name in COMPARISONS else Kind.OTHER
    if kinds <= {"number"} and kind is Kind.OTHER:
        kind = Kind.NUMBER
    if alone:
        return machine.derived(name, firsts, span, Unknown(kind, NO))
    return machine.unknown(state, operation.activation, span, name, kind=kind, grad=NO)


QUESTIONS = COMPARISONS | {"%", "//"}
"""Operators whose unknown results are worth knowing again: `epoch % 10 == 0`, asked twice."""

MOST_PAIRS = 16


def _unknown_result(operation: Operation) -> Value:
    """The result on something of unknown class: a comparison of tensors is a tensor, of numbers a bool."""
    state, operands, name = operation.state, operation.operands, operation.name
    flag = recorded_flag(state, operands)
    if name in COMPARISONS:
        flag = NO
    story = story_of_any(state, operands)
    severed = severed_in(state, operands)
    pairs = math.prod(len(operand) for operand in operands)
    if name not in QUESTIONS or pairs > MOST_PAIRS:
        machine, activation, span = operation.machine, operation.activation, operation.span
        return machine.unknown(
            state, activation, span, name, grad=flag, story=story, severed=severed
        )
    thing = Unknown(Kind.ANY, flag, severed=severed, story=story)
    parts: set[Atom] = set()
    for first, second in itertools.product(*map(in_order, operands)):
        parts |= _ask(operation, first, second, thing)
    return frozenset(parts)


def _ask(operation: Operation, first: Atom, second: Atom, thing: Unknown) -> Value:
    machine, state = operation.machine, operation.state
    name, span = operation.name, operation.span
    equal = state.equals.get(first) if isinstance(first, Address) else None
    if name in ("==", "!=") and equal is not None and isinstance(second, Literal):
        return TRUE if (equal.value == second.value) == (name == "==") else FALSE
    if name == "!=":
        inner = machine.derived("==", (first, second), span, thing)
        return identities.negated(machine, operation.node, inner, state)
    return machine.derived(name, (first, second), span, thing)

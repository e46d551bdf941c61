"""Operators: arithmetic and comparison on tensors, containers, literals and unknown values."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import Array, Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.rank import Rank, broadcast
from detachlint.domain.story import then
from detachlint.domain.traits import Dtype
from detachlint.domain.values import (
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
from detachlint.interpret.language import identities, textual
from detachlint.interpret.language.contents import limited, merged_mapping
from detachlint.interpret.language.lookup import own_member
from detachlint.interpret.pytorch import array_operators
from detachlint.interpret.pytorch.array_operators import OF_BITS, Operand
from detachlint.interpret.pytorch.array_ranks import rank_of
from detachlint.interpret.pytorch.placement import common_device, dtype_of, one_device
from detachlint.interpret.pytorch.surrounding import is_product, lowered
from detachlint.interpret.pytorch.tensors import (
    flag_of,
    make_tensor,
    recorded_flag,
    severed_in,
    story_of,
    story_of_any,
)
from detachlint.interpret.pytorch.traits import of_arithmetic, of_two
from detachlint.interpret.pytorch.writes import write_into
from detachlint.ir.nodes import AugmentedAssign, Operator
from detachlint.knowledge import facts
from detachlint.knowledge.names import TENSOR
from detachlint.source.span import Span
from detachlint.source.value_class import replace

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
    outcomes = _operate(machine, node, operands, state, activation)
    if len(operands) == 2:
        machine.ledger.note_uneventful(seen, None, [part.span for part in node.operands])
    return outcomes


def _operate(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Outcomes:
    own = _own_method(machine, node, operands, state, activation)
    if own is not None:
        return own
    folded = _fold(node.name, operands, state)
    if folded is not None:
        return [(folded, state)]
    return [(_combine(machine, node, operands, state, activation), state)]


def _own_method(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Outcomes | None:
    """The operator as a method of the program's classes; the reflected one as well."""
    name = METHODS.get(node.name)
    if name is None:
        return None
    for position, method in enumerate((name, name.replace("__", "__r", 1))):
        if position >= len(operands):
            break
        address = single_address(operands[position])
        thing = state.get(address) if address is not None else None
        if not isinstance(thing, Instance):
            continue
        own = own_member(state, thing, method)
        if own:
            others = [o for i, o in enumerate(operands) if i != position]
            given = Arguments((operands[position], *others))
            return machine.call(own, given, state, activation, node.span, method)
    return None


def _fold(name: str, operands: tuple[Value, ...], state: State) -> Value | None:
    """The operator carried out on literals."""
    function = PYTHON.get(name)
    constants = [identities.constant_in(state, operand) for operand in operands]
    known = [constant for constant in constants if constant is not None]
    if function is None or len(known) != len(constants):
        return None
    if name == "*" and any(isinstance(c.value, (str, bytes)) for c in known):
        return None
    try:
        result = function(*(constant.value for constant in known))
    except Exception:
        return None  # the program raises here; nothing is known of what follows
    if isinstance(result, (str, bytes)) and len(result) > LONGEST_TEXT:
        return None
    return value_of(literal(result))


def _combine(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Value:
    """The result by the classes of the operands: tensors win over arrays, arrays over numbers."""
    kinds = {_class_of(state, atom) for operand in operands for atom in operand}
    if "array" in kinds and len(operands) == 2:
        left, right = (
            Operand(value, part.span) for value, part in zip(operands, node.operands, strict=True)
        )
        lost = array_operators.operate(machine, node.name, left, right, state, activation)
        if lost is not None:
            return _converted(machine, node, operands, lost, state, activation)
    if "tensor" in kinds:
        return tensor_result(machine, node, operands, state, activation)
    if "sequence" in kinds and node.name in ("+", "*"):
        return _sequence_result(machine, node, operands, state, activation)
    if "mapping" in kinds and node.name == "|":
        return _mapping_result(machine, node, operands, state, activation)
    firsts = tuple(atom for operand in operands for atom in in_order(operand)[:1])
    alone = all(len(operand) == 1 for operand in operands)
    if node.name == "+" and alone and textual.beginning_of(firsts[0]):
        return machine.derived(textual.JOINED, firsts, node.span, Unknown(Kind.TEXT, NO))
    if "unknown" in kinds:
        return _unknown_result(machine, node, operands, state, activation)
    if "array" in kinds:
        rank = broadcast(rank_of(state, operand) for operand in operands)
        thing = Array(severed_in(state, operands), rank)
        return machine.new(state, activation, node.span, "array", thing)
    kind = Kind.TRUTH if node.name in COMPARISONS else Kind.OTHER
    if kinds <= {"number"} and kind is Kind.OTHER:
        kind = Kind.NUMBER
    if alone:
        return machine.derived(node.name, firsts, node.span, Unknown(kind, NO))
    return machine.unknown(state, activation, node.span, node.name, kind=kind, grad=NO)


def _converted(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    lost: frozenset[Span],
    state: State,
    activation: Activation,
) -> Value:
    """What an ndarray and a tensor make of each other: nothing in it has a graph."""
    severed = severed_in(state, operands) | lost
    if any(_class_of(state, atom) == "tensor" for operand in operands for atom in operand):
        dtype = Dtype.INTEGER if node.name in OF_BITS else Dtype.FLOAT
        made = Tensor(NO, leaf=YES, dtype=dtype, severed=severed)
        return make_tensor(machine, state, activation, node.span, made, node.name)
    return machine.new(state, activation, node.span, "array", Array(severed, Rank.SOME))


def _class_of(state: State, atom: Atom) -> str:
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
    if isinstance(thing, Unknown) and thing.kind is Kind.ANY:
        return "unknown"
    if isinstance(thing, Unknown) and thing.kind in (Kind.NUMBER, Kind.TRUTH):
        return "number"
    return "other"


def tensor_result(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Value:
    """Arithmetic with tensors: requires grad iff an operand does and grad mode is on."""
    if node.name in COMPARISONS | OF_BITS or node.name == "unary ~":
        made = Tensor(
            NO,
            leaf=YES,
            dtype=Dtype.INTEGER,
            device=common_device(state, operands),
            traits=of_arithmetic(state, operands),
        )
        return make_tensor(machine, state, activation, node.span, made, node.name)
    dtype = dtype_of(state, operands)
    if dtype.is_integer and node.name == "/":
        dtype = Dtype.FLOAT32
    numbers = [single_literal(operand) for operand in operands]
    if dtype.is_integer and any(n and isinstance(n.value, float) for n in numbers):
        dtype = Dtype.FLOAT32
    flag = recorded_flag(state, operands)
    story = then(
        story_of_any(state, operands), node.span, f"`{describe(node)}` is computed from it"
    )
    fact = facts.call_fact(f"{TENSOR}.{METHODS.get(node.name, '')}")
    device = (one_device if is_product(fact) else common_device)(state, operands)
    common = of_arithmetic(state, operands)
    made = Tensor(
        flag,
        leaf=flag.opposite(),
        dtype=lowered(state, fact, dtype, device),
        device=device,
        traits=of_two(fact, common, state, operands, describe(node), node.span),
        severed=severed_in(state, operands),
        story=story,
    )
    return make_tensor(machine, state, activation, node.span, made, node.name)


def _sequence_result(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Value:
    """`xs + ys` and `xs * n`."""
    things = [
        thing
        for operand in operands
        for address in addresses(operand)
        if isinstance(thing := state.get(address), Sequence)
    ]
    kind = things[0].kind
    if node.name == "*":
        count = next((c for o in operands if (c := single_literal(o)) is not None), None)
        if count is not None and isinstance(count.value, int) and things[0].exact:
            if 0 <= count.value * len(things[0].items) <= 16:
                items = things[0].items * count.value
                return machine.new(state, activation, node.span, kind, Sequence(kind, items))
        return machine.new(state, activation, node.span, kind, Sequence(kind, (), things[0].all))
    if len(things) == 2 and all(len(operand) == 1 for operand in operands) and things[0].exact:
        joined = limited(Sequence(kind, (*things[0].items, *things[1].items), things[1].rest))
    else:
        everything = frozenset[Atom]().union(*(thing.all for thing in things))
        unseen = [o for o in operands if not addresses(o) or not _all_sequences(state, o)]
        for operand in unseen:
            everything |= operand
        joined = Sequence(kind, (), everything)
    return machine.new(state, activation, node.span, kind, joined)


def _all_sequences(state: State, operand: Value) -> bool:
    return all(
        isinstance(a, Address) and isinstance(state.get(a), Sequence) for a in in_order(operand)
    )


def _mapping_result(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Value:
    thing = Mapping()
    for operand in operands:
        thing = merged_mapping(state, thing, operand)
    return machine.new(state, activation, node.span, "dict", thing)


QUESTIONS = COMPARISONS | {"%", "//"}
"""Operators whose unknown results are worth knowing again: `epoch % 10 == 0`, asked twice."""

MOST_PAIRS = 16


def _unknown_result(
    machine: Machine,
    node: Operator,
    operands: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Value:
    """The result on something of unknown class: a comparison of tensors is a tensor, of numbers a bool."""
    flag = recorded_flag(state, operands)
    if node.name in COMPARISONS:
        flag = NO
    story = story_of_any(state, operands)
    severed = severed_in(state, operands)
    pairs = math.prod(len(operand) for operand in operands)
    if node.name not in QUESTIONS or pairs > MOST_PAIRS:
        return machine.unknown(
            state, activation, node.span, node.name, grad=flag, story=story, severed=severed
        )
    thing = Unknown(Kind.ANY, flag, severed=severed, story=story)
    parts: set[Atom] = set()
    for first, second in itertools.product(*map(in_order, operands)):
        parts |= _ask(machine, node, first, second, thing, state)
    return frozenset(parts)


def _ask(
    machine: Machine, node: Operator, first: Atom, second: Atom, thing: Unknown, state: State
) -> Value:
    equal = state.equals.get(first) if isinstance(first, Address) else None
    if node.name in ("==", "!=") and equal is not None and isinstance(second, Literal):
        return TRUE if (equal.value == second.value) == (node.name == "==") else FALSE
    if node.name == "!=":
        inner = machine.derived("==", (first, second), node.span, thing)
        return identities.negated(machine, node, inner, state)
    return machine.derived(node.name, (first, second), node.span, thing)


def operate_in_place(
    machine: Machine,
    node: AugmentedAssign,
    left: Value,
    right: Value,
    state: State,
    activation: Activation,
) -> Outcomes:
    """The outcomes of `left operator= right`: tensors and lists are changed in place."""
    kinds = {_class_of(state, atom) for atom in left}
    operation = Operator(node.operator, (node.target, node.value), node.span)
    lost = array_operators.operate(
        machine,
        node.operator,
        Operand(left, node.target.span),
        Operand(right, node.value.span),
        state,
        activation,
        in_place=True,
    )
    if lost is not None:
        if kinds == {"array"}:
            _sever_in_place(state, left, lost)
            return [(left, state)]
        return [(_converted(machine, operation, (left, right), lost, state, activation), state)]
    if kinds == {"tensor"}:
        flag = flag_of(state, right)
        message = f"`{describe(node.target)} {node.operator}= …` writes something that requires grad into it"
        write_into(state, left, flag, node.span, message, story_of(state, right))
        _sever_in_place(state, left, severed_in(state, [right]))
        return [(left, state)]
    if kinds == {"sequence"} and node.operator == "+":
        return _extend_in_place(machine, node, left, right, state, activation)
    if kinds == {"mapping"} and node.operator == "|":
        for address in addresses(left):
            thing = state.get(address)
            if isinstance(thing, Mapping):
                state.put(address, merged_mapping(state, thing, right))
        return [(left, state)]
    own = _own_in_place(machine, node, left, right, state, activation)
    if own is not None:
        return own
    return operate(machine, operation, (left, right), state, activation)


def _sever_in_place(state: State, left: Value, severed: frozenset[Span]) -> None:
    for address in addresses(left) if severed else []:
        thing = state.get(address)
        if isinstance(thing, (Tensor, Array)):
            state.put(address, replace(thing, severed=thing.severed | severed))


def _own_in_place(
    machine: Machine,
    node: AugmentedAssign,
    left: Value,
    right: Value,
    state: State,
    activation: Activation,
) -> Outcomes | None:
    address = single_address(left)
    thing = state.get(address) if address is not None else None
    method = METHODS.get(node.operator, "").replace("__", "__i", 1)
    if not isinstance(thing, Instance) or not method:
        return None
    own = own_member(state, thing, method)
    if not own:
        return None
    return machine.call(own, Arguments((left, right)), state, activation, node.span, method)


def _extend_in_place(
    machine: Machine,
    node: AugmentedAssign,
    left: Value,
    right: Value,
    state: State,
    activation: Activation,
) -> Outcomes:
    outcomes: Outcomes = []
    for contents, after in machine.collect(right, state, activation, node.span):
        for address in addresses(left):
            thing = after.get(address)
            if not isinstance(thing, Sequence):
                continue
            if thing.rest:
                changed = replace(thing, rest=thing.rest | contents.all)
            else:
                changed = replace(thing, items=(*thing.items, *contents.items), rest=contents.rest)
            if len(changed.items) > 32:
                changed = Sequence(thing.kind, (), changed.all)
            if thing.kind == "tuple":
                made = machine.new(after, activation, node.span, "tuple", changed)
                return [(made, after)]
            after.put(address, changed if len(left) == 1 else thing.join(changed))
        outcomes.append((left, after))
    return outcomes

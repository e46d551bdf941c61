"""Augmented assignment: `left operator= right`, which changes tensors and containers in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Array, Instance, Mapping, Sequence, Tensor
from detachlint.domain.values import Method, Value, addresses, single_address, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.describe import describe
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import merged_mapping
from detachlint.interpret.language.lookup import class_names, own_member
from detachlint.interpret.language.operators import METHODS, Operation, class_of, converted, operate
from detachlint.interpret.pytorch.tensors import flag_of, severed_in, story_of
from detachlint.interpret.pytorch.writes import write_into
from detachlint.ir.nodes import AugmentedAssign, Operator
from detachlint.knowledge import facts
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_ITEMS = 32
"""Items of a list that is extended which are still known one by one."""


def operate_in_place(
    machine: Machine,
    node: AugmentedAssign,
    left: Value,
    right: Value,
    state: State,
    activation: Activation,
) -> Outcomes:
    """The outcomes of `left operator= right`: tensors and lists are changed in place."""
    kinds = {class_of(state, atom) for atom in left}
    plain = Operator(node.operator, (node.target, node.value), node.span)
    operation = Operation(machine, plain, (left, right), state, activation)
    lost = operation.beside_arrays(in_place=True)
    if lost is not None:
        if kinds != {"array"}:
            return [(converted(operation, lost), state)]
        _sever(state, left, lost)
        return [(left, state)]
    if kinds == {"tensor"}:
        made = operation.beside_library_objects()
        if made is not None:
            return [(made, state)]
        flag = flag_of(state, right)
        message = f"`{describe(node.target)} {node.operator}= …` writes something that requires grad into it"
        write_into(state, left, flag, node.span, message, story_of(state, right))
        _sever(state, left, severed_in(state, [right]))
        return [(left, state)]
    if kinds == {"sequence"} and node.operator == "+":
        return _extended(operation)
    if kinds == {"mapping"} and node.operator == "|":
        for address in addresses(left):
            thing = state.get(address)
            if isinstance(thing, Mapping):
                state.put(address, merged_mapping(state, thing, right))
        return [(left, state)]
    own = _own_method(operation)
    own = _of_module(operation) if own is None else own
    return own if own is not None else operate(machine, plain, (left, right), state, activation)


def _own_method(operation: Operation) -> Outcomes | None:
    method = METHODS.get(operation.name)
    return operation.own_method(method.replace("__", "__i", 1)) if method is not None else None


_OF_MODULES = {"+": "extend", "|": "update"}
"""The methods by which containers of modules, or of parameters, take in what is added (executed)."""


def _takes_in(name: str, operator: str) -> bool:
    """Whether objects of a library class take in what is added to them by an operator: all that have an
    order, and of those with keys the ones that make parameters of it (executed)."""
    fact = facts.module_fact(name)
    if fact is None:
        return False
    if operator == "+":
        return fact.container in ("list", "sequential")
    return fact.container == "dict" and fact.wraps


def _of_module(operation: Operation) -> Outcomes | None:
    """`modules += others`, `parameters |= others`; None where it is no module."""
    left, right = operation.operands
    state = operation.state
    method = _OF_MODULES.get(operation.name)
    address = single_address(left)
    thing = state.get(address) if address is not None else None
    if method is None or not isinstance(thing, Instance):
        return None
    takes_in = any(_takes_in(name, operation.name) for name in class_names(state, thing))
    if not takes_in or own_member(state, thing, METHODS[operation.name]):
        return None
    assert address is not None
    taken = operation.machine.call(
        value_of(Method(address, method)),
        Arguments((right,)),
        state,
        operation.activation,
        operation.span,
        method,
    )
    return [(left, after) for _, after in taken]


def _sever(state: State, left: Value, severed: frozenset[Span]) -> None:
    for address in addresses(left) if severed else []:
        thing = state.get(address)
        if isinstance(thing, (Tensor, Array)):
            state.put(address, replace(thing, severed=thing.severed | severed))


def _extended(operation: Operation) -> Outcomes:
    """`xs += ys` of lists; a tuple is a new one."""
    machine, activation, span = operation.machine, operation.activation, operation.span
    left, right = operation.operands
    outcomes: Outcomes = []
    for contents, after in machine.collect(right, operation.state, activation, span):
        for address in addresses(left):
            thing = after.get(address)
            if not isinstance(thing, Sequence):
                continue
            if thing.rest:
                changed = replace(thing, rest=thing.rest | contents.all)
            else:
                changed = replace(thing, items=(*thing.items, *contents.items), rest=contents.rest)
            if len(changed.items) > MOST_ITEMS:
                changed = Sequence(thing.kind, (), changed.all)
            if thing.kind == "tuple":
                made = machine.new(after, activation, span, "tuple", changed)
                return [(made, after)]
            after.put(address, changed if len(left) == 1 else thing.join(changed))
        outcomes.append((left, after))
    return outcomes

"""Tests: which way a condition goes, and what is known of the world on either way.

An unknown condition splits the path. On each side it is remembered what was assumed, and the variables
that were tested keep only what agrees with it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Truth
from detachlint.domain.objects import Array, Instance, Mapping, Sequence, Tensor, Unknown, View
from detachlint.domain.values import Address, Atom, Library, Literal, Method, Value, literal
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import enumerations, membership, names
from detachlint.interpret.language.queues import IS_QUEUE
from detachlint.interpret.pytorch import guards
from detachlint.interpret.pytorch.tensors import flag_of_atom
from detachlint.ir.nodes import Attribute, Bind, Call, Expression, Logical, Name, Operator
from detachlint.knowledge import facts
from detachlint.knowledge.definitions import NEVER_TRUE
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

ATOMS_PER_STEP = 2
"""Atoms whose truth is asked for in about the time of a unit of work."""

Branches = tuple[list[State], list[State]]


def test(machine: Machine, node: Expression, state: State, activation: Activation) -> Branches:
    """The states in which the condition holds, and those in which it does not."""
    if isinstance(node, Operator) and node.name == "not":
        yes, no = test(machine, node.operands[0], state, activation)
        return no, yes
    if isinstance(node, Logical):
        return _test_logical(machine, node, state, activation)
    yes, no = [], []
    for _, truth, after in split_value(machine, node, state, activation):
        (yes if truth else no).append(after)
    return yes, no


def _test_logical(
    machine: Machine, node: Logical, state: State, activation: Activation
) -> Branches:
    stops_at = node.name == "or"
    pending, decided = [state], []
    for operand in node.operands:
        passed: list[State] = []
        for before in pending:
            yes, no = test(machine, operand, before, activation)
            decided.extend(yes if stops_at else no)
            passed.extend(no if stops_at else yes)
        pending = machine.merge_states(passed)
    decided = machine.merge_states(decided)
    return (decided, pending) if stops_at else (pending, decided)


def split_value(
    machine: Machine, node: Expression, state: State, activation: Activation
) -> list[tuple[Value, bool, State]]:
    """The values an expression may have, split by their truth; each with the state it holds in."""
    found: list[tuple[Value, bool, State]] = []
    for value, after in machine.evaluate(node, state, activation):
        machine.ledger.count_step(activation, len(value) // ATOMS_PER_STEP)
        truths = {atom: truth_of(after, atom) for atom in value}
        yes = frozenset(atom for atom in value if truths[atom] is not False)
        no = frozenset(atom for atom in value if truths[atom] is not True)
        sides = [(side, truth) for side, truth in ((yes, True), (no, False)) if side]
        for side, truth in sides:
            end = after if len(sides) == 1 else after.fork()
            if len(side) == 1:
                (atom,) = side
                if truths[atom] is None:
                    assume(end, atom, truth)
            narrow(machine, node, truth, end, activation)
            found.append((side, truth, end))
    return found


def truth_of(state: State, atom: Atom) -> bool | None:
    """The truth value of an atom, where it is known."""
    if isinstance(atom, Literal):
        return enumerations.is_plain_member(atom) or bool(atom.value)
    assumed: bool | None = state.truths.get(atom)
    if assumed is not None:
        return assumed
    if isinstance(atom, Method) and isinstance(atom.receiver, Address):
        # An attribute of something unknown, named like a method that we know.
        return None if isinstance(state.get(atom.receiver), Unknown) else True
    if isinstance(atom, Library) and atom.name in NEVER_TRUE:
        return False
    if not isinstance(atom, Address):
        return None if membership.may_be_anything(atom) else True
    equal = state.equals.get(atom)
    if equal is not None:
        return bool(equal.value)
    thing = state.glimpse(atom)
    if isinstance(thing, Sequence):
        if thing.items or thing.kind in IS_QUEUE:  # queues have no length
            return True
        return False if not thing.rest else None
    if isinstance(thing, Mapping):
        if not thing.entries and not thing.rest:
            return False
        return None
    if isinstance(thing, View):
        answers = {truth_of(state, shown) for shown in thing.source}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(thing, (Tensor, Array, Unknown)):
        return None
    if isinstance(thing, Instance):
        return None if membership.has_own_truth(state, thing) else True
    return True


def assume(state: State, atom: Atom, truth: bool) -> None:
    """From here on, an unknown atom is true (or false); draw the conclusions that are sound."""
    state.truths[atom] = truth
    if not isinstance(atom, Address):
        return
    if atom.derived is None:
        return
    operator, operands = atom.derived
    first = operands[0] if operands else None
    if operator == "not" and first is not None:
        assume(state, first, not truth)
    elif operator == "==" and truth and isinstance(operands[1], Literal):
        if isinstance(first, Address):
            state.equals[first] = operands[1]
    elif operator == "attribute requires_grad" and isinstance(first, Address):
        _assume_flag(state, first, truth)
    elif operator == "isinstance" and isinstance(first, Address):
        told = membership.assume_class if truth else membership.assume_no_class
        told(state, first, operands[1])
    elif operator == membership.HASATTR and not truth and isinstance(first, Address):
        if membership.has_every_tensor(operands[1]):
            membership.assume_no_tensor(state, first)
    elif operator == "is None" and truth and isinstance(first, Address):
        state.truths[first] = False
        state.equals[first] = literal(None)
    guards.learn(state, atom, truth)


def _assume_flag(state: State, address: Address, truth: bool) -> None:
    thing = state.get(address)
    flag = YES if truth else NO
    if isinstance(thing, Unknown):
        state.heap[address] = replace(thing, grad=flag)
    elif isinstance(thing, Tensor) and not address.summary:
        base = frozenset[Address]() if not truth else thing.base
        state.heap[address] = replace(thing, grad=flag, base=base, flag=None)


def _is_flag(attribute: str) -> bool:
    """Whether an attribute of tensors of that name is the flag."""
    fact = facts.tensor_attribute(attribute)
    return fact is not None and fact.traits.get("tells") == "flag"


def _asks_tensor(function: str) -> bool:
    """Whether PyTorch has a function of that name that asks for tensors: `torch.is_tensor(x)`."""
    fact = facts.call_fact(f"torch.{function}")
    return fact is not None and fact.ambient == "tensor"


def narrow(
    machine: Machine, node: Expression, truth: bool, state: State, activation: Activation
) -> None:
    """Keep, of the variables that the condition looked at, what agrees with its outcome."""
    match node:
        case Name() | Attribute(value=Name()) | Bind():
            tested = node.target if isinstance(node, Bind) else node
            keep = lambda atom: truth_of(state, atom) is not (not truth)  # noqa: E731 - reads best in place
            _filter(machine, tested, keep, state, activation)
            if isinstance(node, Attribute) and _is_flag(node.name):
                _narrow_flag(machine, node.value, truth, state, activation)
        case Operator(
            name="==" | "!=" | "in" | "not in",
            operands=(Attribute(value=Name() as subject, name=guards.DTYPE), other),
        ):
            if truth == (node.name in ("==", "in")):
                outcomes = machine.evaluate(other, state.fork(), activation)
                if all(guards.names_integers(after, value) for value, after in outcomes):
                    _narrow_flag(machine, subject, False, state, activation)
        case Operator(
            name="is" | "==",
            operands=(Call(function=Name(name="type"), arguments=(subject,)), classinfo),
        ):
            if truth:  # what is of another class may still be derived from this one
                _keep_instances(machine, subject.value, classinfo, truth, state, activation)
        case Operator(name="is" | "is not" | "==" | "!=", operands=(left, right)):
            same = truth == (node.name in ("is", "=="))
            _narrow_identity(machine, node, left, right, same, state, activation)
        case Call(function=Name(name="isinstance"), arguments=(subject, classinfo)):
            _keep_instances(machine, subject.value, classinfo.value, truth, state, activation)
        case Call(function=Attribute(name=name), arguments=(subject,)) if _asks_tensor(name):
            _filter(
                machine,
                subject.value,
                lambda atom: membership.is_tensor(state, atom) is not (not truth),
                state,
                activation,
            )


def _keep_instances(
    machine: Machine,
    subject: Expression,
    classinfo: Expression,
    truth: bool,
    state: State,
    activation: Activation,
) -> None:
    for value, _ in machine.evaluate(classinfo, state.fork(), activation):
        keep = partial(_may_be_instance, machine, state, value, truth)
        _filter(machine, subject, keep, state, activation)
        if not truth and isinstance(subject, Name):
            _take_apart(machine, subject, value, state, activation)


def _take_apart(
    machine: Machine, subject: Name, classes: Value, state: State, activation: Activation
) -> None:
    value = names.read_name(machine, subject, state, activation)
    told = frozenset(
        membership.apart_from_tensors(machine, state, atom, classes, subject.span) for atom in value
    )
    if told != value:
        names.bind_name(machine, subject, told, state, activation)


def _may_be_instance(
    machine: Machine, state: State, classes: Value, truth: bool, atom: Atom
) -> bool:
    return membership.is_instance(machine, state, atom, classes) is not (not truth)


def _narrow_identity(
    machine: Machine,
    node: Operator,
    left: Expression,
    right: Expression,
    same: bool,
    state: State,
    activation: Activation,
) -> None:
    for subject, other in ((left, right), (right, left)):
        value = _value_of(machine, other, state, activation)
        if value is None or len(value) != 1:
            continue
        (constant,) = value
        if not isinstance(constant, Literal):
            continue
        if same:
            keep = partial(_may_equal, constant)
            _filter(machine, subject, keep, state, activation)
        else:
            _filter(machine, subject, partial(operator.ne, constant), state, activation)


def _may_equal(constant: Atom, atom: Atom) -> bool:
    if isinstance(atom, Literal) and isinstance(constant, Literal):
        return atom.value == constant.value
    if isinstance(constant, Literal) and constant.value is None:
        return isinstance(atom, Address) and isinstance(atom.default, Unknown)
    return True


def _narrow_flag(
    machine: Machine, subject: Expression, truth: bool, state: State, activation: Activation
) -> None:
    """Of what has the other flag for certain it is none.

    The rest does not require grad either, where that is the answer. Where the variable may be several
    things, or paths are joined soon, that is known of the variable: it is a thing of its own from here
    on, which no other path has.
    """
    wanted = Truth.NO if truth else Truth.YES
    _filter(
        machine,
        subject,
        lambda atom: flag_of_atom(state, atom).sure is not wanted,
        state,
        activation,
    )
    if truth or not isinstance(subject, Name):
        return
    value = names.read_name(machine, subject, state, activation)
    alone = len(value) == 1 and machine.ledger.work.most_paths > 1
    told = frozenset(
        _without_flag(machine, atom, subject.span, state, alone=alone)
        if isinstance(atom, Address)
        else atom
        for atom in value
    )
    if told != value:
        names.bind_name(machine, subject, told, state, activation)


def _without_flag(
    machine: Machine, address: Address, span: Span, state: State, *, alone: bool
) -> Atom:
    """What is seen not to require grad, apart from what it was taken from. A parameter stays itself, and
    so does a tensor that the variable is for certain (`alone`): others may know it as well."""
    thing = state.get(address)
    if isinstance(thing, Unknown):
        one: Unknown | Tensor = replace(thing, grad=NO, story=None)
    elif isinstance(thing, Tensor) and not thing.parameter and (address.summary or not alone):
        one = replace(thing, grad=NO, base=frozenset(), flag=None, story=None)
    else:
        return address
    (found,) = machine.derived("without grad", (address,), span, one)
    assert isinstance(found, Address)
    state.heap[found] = one
    return found


def _value_of(
    machine: Machine, node: Expression, state: State, activation: Activation
) -> Value | None:
    """The value of a variable or constant; None for what would have to be evaluated again."""
    if isinstance(node, Name):
        return names.read_name(machine, node, state, activation)
    outcomes = machine.evaluate(node, state.fork(), activation) if _is_plain(node) else []
    return outcomes[0][0] if len(outcomes) == 1 else None


def _is_plain(node: Expression) -> bool:
    return type(node).__name__ == "Constant" or (
        isinstance(node, Attribute) and isinstance(node.value, Name)
    )


def _filter(
    machine: Machine,
    node: Expression,
    keep: Callable[[Atom], bool],
    state: State,
    activation: Activation,
) -> None:
    """Narrow a variable, or an attribute of one object, to the atoms that may be meant."""
    if isinstance(node, Bind):
        node = node.target
    if isinstance(node, Name):
        value = names.read_name(machine, node, state, activation)
        kept = frozenset(atom for atom in value if keep(atom))
        if kept and kept != value:
            names.bind_name(machine, node, kept, state, activation)
    elif isinstance(node, Attribute) and isinstance(node.value, Name):
        owner = names.read_name(machine, node.value, state, activation)
        if len(owner) != 1:
            return
        (address,) = owner
        thing = state.instance(address, node.name) if isinstance(address, Address) else None
        if thing is None or not isinstance(address, Address):
            return
        value = thing.attributes.get(node.name, frozenset())
        kept = frozenset(atom for atom in value if keep(atom))
        if kept and kept != value and not address.summary:
            state.set_attribute(address, node.name, kept)

"""What annotations of parameters tell of arguments that nobody can see into.

They are believed of what is unknown, of arguments of unseen callers and of those we see alike. What is
known of an argument counts, whatever the annotation says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO
from detachlint.domain.objects import Array, Class, Function, HeapObject, Kind, Tensor, Unknown
from detachlint.domain.rank import Rank
from detachlint.domain.traits import UNSEEN, Dtype
from detachlint.domain.values import Address, Atom, Library, Value, in_order, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import membership
from detachlint.interpret.language.lookup import is_module_name, library_bases
from detachlint.ir.nodes import Constant, Display, Expression, Operator, Parameter, Subscript
from detachlint.knowledge import facts
from detachlint.knowledge.names import ARRAY_CLASSES, NUMPY, TENSOR
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

KINDS = {
    "builtins.int": Kind.NUMBER,
    "builtins.float": Kind.NUMBER,
    "builtins.bool": Kind.TRUTH,
    "builtins.str": Kind.TEXT,
    "pathlib.Path": Kind.OTHER,
    "argparse.Namespace": Kind.ANY,
}
OPTIONAL, UNION = Library("typing.Optional"), Library("typing.Union")

NOT_OF_THEIR_OWN = frozenset({*sys.stdlib_module_names, "typing_extensions", "torch", NUMPY})
"""Where the classes come from of which more is known than their name, or that are no classes."""


def stated(
    machine: Machine,
    function: Function,
    parameter: Parameter,
    state: State,
    activation: Activation,
) -> HeapObject:
    """What an unknown argument is, going by the annotation of its parameter."""
    if parameter.annotation is None:
        return Unknown(Kind.ANY)
    key = parameter.span, function.closure
    known = machine.stated.get(key)
    if known is None:
        known = machine.stated[key] = _stated(machine, function, parameter, state, activation)
    return known


def _stated(
    machine: Machine,
    function: Function,
    parameter: Parameter,
    state: State,
    activation: Activation,
) -> HeapObject:
    assert parameter.annotation is not None
    aside = Activation(function.code, function.closure, activation.context)
    classes = _alternatives(machine, parameter.annotation, state, aside)
    alone = len(classes) == 1
    named = [each for each in classes if not _is_none(each)]
    read = [_read(machine, each, state, aside, alone=alone) for each in named]
    told = read[0] if read and all(each == read[0] for each in read) else _common(read)
    or_none = len(read) < len(classes)
    if isinstance(told, Unknown):
        # What is None is of another class; so is the default, as a rule.
        return replace(told, made_by="") if or_none or parameter.name in function.defaults else told
    return told if parameter.name in function.defaults or not or_none else Unknown(Kind.ANY)


def _alternatives(
    machine: Machine, annotation: Expression, state: State, aside: Activation
) -> list[Expression]:
    """The classes that an annotation names, None among them: `Optional[Net]`, `Net | Other | None`."""
    match annotation:
        case Operator(name="|", operands=(left, right)):
            return [*_alternatives(machine, left, state, aside), right]
        case Subscript(value=form, index=index):
            named, _ = _named(machine, form, state, aside)
            if named == OPTIONAL:
                return [index, Constant(None, annotation.span)]
            if named == UNION and isinstance(index, Display):
                return [argument.value for argument in index.items]
    return [annotation]


def _is_none(expression: Expression) -> bool:
    return isinstance(expression, Constant) and expression.value is None


def _common(told: Iterable[HeapObject]) -> Unknown:
    """What is told of an object of one of several classes."""
    kinds = {each.kind if isinstance(each, Unknown) else Kind.ANY for each in told}
    return Unknown(kinds.pop() if kinds == {Kind.MODULE} else Kind.ANY)


def _named(
    machine: Machine, expression: Expression, state: State, aside: Activation
) -> tuple[Atom | None, State]:
    """The only thing that an expression may be, and the world in which it is that."""
    outcomes = machine.evaluate(expression, state.fork(), aside)
    if len(outcomes) != 1 or len(outcomes[0][0]) != 1:
        return None, state
    value, after = outcomes[0]
    (atom,) = value
    return atom, after


def _read(
    machine: Machine, annotation: Expression, state: State, aside: Activation, *, alone: bool
) -> HeapObject:
    """What the name of a class tells; of one of the program's that is not stated `alone`, nothing.

    A module that may be left out is a strategy more often than a network: an objective of botorch's,
    say, that has no parameters.
    """
    atom, after = _named(machine, annotation, state, aside)
    if isinstance(atom, Library):
        return _of_library_class(facts.canonical_name(atom.name))
    thing = after.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Class) and isinstance(atom, Address) and alone:
        if any(is_module_name(base) for base in library_bases(after, atom)):
            return Unknown(Kind.MODULE)
    return Unknown(Kind.ANY)


def _of_library_class(name: str) -> HeapObject:
    if membership.names_tensors(name):
        return Tensor(MAYBE, dtype=Dtype.UNKNOWN, device=UNSEEN)
    if name in ARRAY_CLASSES:
        return Array(rank=Rank.ARRAY)
    if name in KINDS:
        return Unknown(KINDS[name], NO if KINDS[name] is not Kind.ANY else MAYBE)
    of = "" if name.partition(".")[0] in NOT_OF_THEIR_OWN else name
    return Unknown(Kind.MODULE if is_module_name(name) else Kind.ANY, made_by=of)


def believed(
    machine: Machine,
    function: Function,
    parameter: Parameter,
    value: Value,
    state: State,
    activation: Activation,
) -> Value:
    """An argument, with what the annotation of its parameter tells of the unknown things it may be.

    That is believed of tensors, arrays and objects of classes. A number may well be a tensor of one.
    """
    if parameter.annotation is None:
        return value
    vague = [atom for atom in in_order(value) if _is_vague(state, atom)]
    if not vague:
        return value
    told = stated(machine, function, parameter, state, activation)
    if isinstance(told, Array):
        for atom in vague:
            value = (value - {atom}) | _as_array(machine, atom, parameter, state, activation)
        return value
    # With a default it may be None, which that often is; `Optional[Tensor]` tells of no tensor at all.
    optional = parameter.name in function.defaults
    for atom in vague:
        _learn(state, atom, told, optional=optional)
    return value


def _is_vague(state: State, atom: Atom) -> bool:
    thing = state.get(atom) if isinstance(atom, Address) else None
    return isinstance(thing, Unknown) and thing.kind in (Kind.ANY, Kind.MODULE)


def _as_array(
    machine: Machine, atom: Atom, parameter: Parameter, state: State, activation: Activation
) -> Value:
    """An array in place of something unknown; not, if that requires grad as far as we know."""
    assert isinstance(atom, Address)
    thing = state.get(atom)
    assert isinstance(thing, Unknown)
    if thing.kind is not Kind.ANY or thing.grad != MAYBE:
        return value_of(atom)
    array = Array(thing.severed, Rank.ARRAY)
    return machine.new(state, activation, parameter.span, "stated", array, of=atom)


def _learn(state: State, atom: Atom, told: HeapObject, *, optional: bool) -> None:
    assert isinstance(atom, Address)
    thing = state.get(atom)
    assert isinstance(thing, Unknown)
    if isinstance(told, Tensor):
        if thing.kind is Kind.ANY and not optional:
            membership.assume_class(state, atom, Library(TENSOR))
    elif isinstance(told, Unknown) and told.kind in (Kind.ANY, Kind.MODULE):
        kind = told.kind if thing.kind is Kind.ANY and thing.grad == MAYBE else thing.kind
        made_by = thing.made_by if _is_class(thing.made_by) else told.made_by or thing.made_by
        if (kind, made_by) != (thing.kind, thing.made_by):
            state.heap[atom] = replace(thing, kind=kind, made_by=made_by)


def _is_class(name: str) -> bool:
    """Whether it is by the name of a class that we know what has made something, not of a function."""
    return name.rpartition(".")[2][:1].isupper()

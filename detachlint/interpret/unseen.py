"""Values that callers out of sight hand in: unknown, but for what an annotation says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO
from detachlint.domain.objects import (
    Array,
    Class,
    Function,
    HeapObject,
    Instance,
    Kind,
    Tensor,
    Unknown,
)
from detachlint.domain.rank import Rank
from detachlint.domain.story import begin
from detachlint.domain.traits import UNSEEN, Dtype
from detachlint.domain.values import NONE, Address, Library, Literal, Value, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import is_module_name, library_bases
from detachlint.interpret.language.membership import names_tensors
from detachlint.interpret.pytorch.placement import says_where
from detachlint.interpret.pytorch.training_mode import TOLD
from detachlint.ir.nodes import Expression, Parameter, ParameterKind
from detachlint.knowledge import facts
from detachlint.knowledge.names import ARRAY_CLASSES, SPELLED

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
NAMED = {
    **SPELLED,
    "int": "builtins.int",
    "float": "builtins.float",
    "str": "builtins.str",
    "bool": "builtins.bool",
}
"""What quoted annotations mean, for the few that matter."""


def arguments_for(
    machine: Machine,
    function: Function,
    receiver: Value | None,
    state: State,
    activation: Activation,
) -> Arguments:
    """Arguments of an unseen call of `function`; `receiver` goes first, where there is one."""
    positional: list[Value] = [] if receiver is None else [receiver]
    keywords: dict[str, Value] = {}
    for index, parameter in enumerate(function.code.parameters):
        if receiver is not None and index == 0:
            continue
        if parameter.kind in (ParameterKind.VARIADIC, ParameterKind.KEYWORDS):
            continue
        value = _value(machine, function, parameter, state, activation)
        if parameter.kind is ParameterKind.KEYWORD_ONLY:
            keywords[parameter.name] = value
        else:
            positional.append(value)
    starred = [p for p in function.code.parameters if p.kind is ParameterKind.VARIADIC]
    named = [p for p in function.code.parameters if p.kind is ParameterKind.KEYWORDS]
    rest = _value(machine, function, starred[0], state, activation) if starred else frozenset()
    more = _value(machine, function, named[0], state, activation) if named else frozenset()
    return Arguments(tuple(positional), keywords, rest, more)


def _value(
    machine: Machine,
    function: Function,
    parameter: Parameter,
    state: State,
    activation: Activation,
) -> Value:
    thing = _annotated(machine, function, parameter.annotation, state, activation)
    thing = _told(machine, function, parameter, thing)
    role = f"argument {parameter.name}"
    unseen = machine.unknown_object(state, activation.context, parameter.span, role, thing)
    default = function.defaults.get(parameter.name, frozenset())
    return value_of(unseen) | {atom for atom in default if says_where(state, atom)}


def _told(
    machine: Machine, function: Function, parameter: Parameter, thing: HeapObject
) -> HeapObject:
    """What the function does with a parameter tells what it is."""
    signs = machine.evidence.of(function.code)
    if parameter.name in signs.backpropagated and isinstance(thing, (Tensor, Unknown)):
        story = begin(parameter.span, f"`{parameter.name}` is backpropagated, so it requires grad")
        return replace(thing, grad=BY_DEFAULT, story=story)
    if isinstance(thing, Unknown) and thing.kind is Kind.ANY:
        if signs.tell_module(parameter.name):
            return replace(thing, kind=Kind.MODULE)
    return thing


def _annotated(
    machine: Machine,
    function: Function,
    annotation: Expression | None,
    state: State,
    activation: Activation,
) -> HeapObject:
    if annotation is None:
        return Unknown(Kind.ANY)
    aside = Activation(function.code, function.closure, activation.context)
    outcomes = machine.evaluate(annotation, state.fork(), aside)
    if len(outcomes) != 1 or len(outcomes[0][0]) != 1:
        return Unknown(Kind.ANY)
    value, after = outcomes[0]
    (atom,) = value
    if isinstance(atom, Literal) and isinstance(atom.value, str):
        name = NAMED.get(atom.value)
        return _of_library_class(name) if name else Unknown(Kind.ANY)
    if isinstance(atom, Library):
        return _of_library_class(facts.canonical_name(atom.name))
    thing = after.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Class) and isinstance(atom, Address):
        if any(is_module_name(base) for base in library_bases(after, atom)):
            return Unknown(Kind.MODULE)
    return Unknown(Kind.ANY)


def _of_library_class(name: str) -> HeapObject:
    if names_tensors(name):
        return Tensor(MAYBE, dtype=Dtype.UNKNOWN, device=UNSEEN)
    if is_module_name(name):
        return Unknown(Kind.MODULE)
    if name in ARRAY_CLASSES:
        return Array(rank=Rank.ARRAY)
    if name in KINDS:
        return Unknown(KINDS[name], NO if KINDS[name] is not Kind.ANY else MAYBE)
    return Unknown(Kind.ANY)


def leave_world_in_unseen_hands(state: State) -> None:
    """What exists when unseen code calls: it may have frozen or detached anything meanwhile."""
    log = state.heap.log
    log.now.total = True
    for address, thing in list(state.heap.items()):
        if isinstance(thing, Instance) and thing.attributes.get(TOLD, NONE) != NONE:
            state.heap[address] = replace(thing, attributes={**thing.attributes, TOLD: NONE})
        if not isinstance(thing, Tensor):
            continue
        # The same object each time: states that agree are then seen to without comparing.
        known = log.unseen.get(id(thing))
        if known is None:
            known = log.unseen[id(thing)] = (thing, thing.in_unseen_hands())
        if known[1] is not thing:
            state.heap[address] = known[1]

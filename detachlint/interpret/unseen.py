"""Values that callers out of sight hand in: unknown, but for what an annotation says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT
from detachlint.domain.objects import (
    Function,
    HeapObject,
    Instance,
    Kind,
    Tensor,
    Unknown,
)
from detachlint.domain.story import begin
from detachlint.domain.values import NONE, Value, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.annotated import stated
from detachlint.interpret.pytorch.placement import says_where
from detachlint.interpret.pytorch.training_mode import TOLD
from detachlint.ir.nodes import Parameter, ParameterKind
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


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
    thing = stated(machine, function, parameter, state, activation)
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


def leave_world_in_unseen_hands(state: State) -> None:
    """What exists when unseen code calls: it may have frozen or detached anything meanwhile."""
    log = state.heap.log
    log.now.total = True
    for address, thing in state.heap.items():
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

"""What a module is called with: arguments handed over as containers, and parameters in place of its own."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.objects import Instance, Mapping, Sequence, Tensor
from detachlint.domain.values import BOTTOM_VALUE, Address, Value
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.parameters import walk
from detachlint.interpret.pytorch.tensors import recorded_flag, story_of_any
from detachlint.knowledge.facts import CallFact
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Attributes: TypeAlias = dict[Address, dict[str, Value]]
"""What attributes of modules hold."""


def functional_call(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.func.functional_call(module, parameters, args)`; what is not given stays the module's.

    Where nobody knows which parameters are given, they are taken to be all.
    """
    module = call.operand(0)
    if module is None:
        return None
    state = call.state
    arguments = _unpacked(state, call.arguments.get(2, "args"), call.arguments.get(3, "kwargs"))
    parameters = call.arguments.get(1, "parameter_and_buffer_dicts")
    given = _given_attributes(state, module, parameters)
    own = _exchange(state, given or {})
    outcomes = machine.call(module, arguments, state, call.activation, call.span, call.shown)
    for _, after in outcomes:
        _exchange(after, own)
    if given is not None:
        return outcomes
    return [(_of_all_inputs(machine, call, after), after) for _, after in outcomes]


def _of_all_inputs(machine: Machine, call: LibraryCall, state: State) -> Value:
    flag = recorded_flag(state, call.inputs)
    tensor = Tensor(flag, story=story_of_any(state, call.inputs))
    return machine.new(state, call.activation, call.span, "functional call", tensor)


def _unpacked(state: State, args: Value | None, kwargs: Value | None) -> Arguments:
    """What a call is given that is handed over as a tuple (or one thing) and a dict."""
    return Arguments(_items(state, args or BOTTOM_VALUE), _keywords(state, kwargs or BOTTOM_VALUE))


def _items(state: State, arguments: Value) -> tuple[Value, ...]:
    items: tuple[Value, ...] = (arguments,)
    for atom in arguments:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and thing.kind == "tuple":
            items = thing.items
    return items


def _keywords(state: State, arguments: Value) -> dict[str, Value]:
    things = [state.get(atom) for atom in arguments if isinstance(atom, Address)]
    known = things[0] if len(things) == len(arguments) == 1 else None
    entries = known.entries if isinstance(known, Mapping) else {}
    return {str(key.value): value for key, value in entries.items()}


def _given_attributes(state: State, module: Value, parameters: Value | None) -> Attributes | None:
    """The attributes of the module, and of those in it, that are given; None if that is not known."""
    if len(module) != 1 or parameters is None or len(parameters) != 1:
        return None
    (called,), (named,) = module, parameters
    known = state.get(named) if isinstance(named, Address) else None
    if not isinstance(called, Address) or not isinstance(known, Mapping) or known.rest:
        return None
    owners = {prefix: owner for prefix, owner in walk(state, called) if prefix is not None}
    given: Attributes = {}
    for key, value in known.entries.items():
        prefix, _, name = str(key.value).rpartition(".")
        owner = owners.get(prefix)
        thing = state.get(owner) if owner is not None else None
        if owner is None or not isinstance(thing, Instance) or name not in thing.attributes:
            return None
        given.setdefault(owner, {})[name] = value
    return given


def _exchange(state: State, given: MappingOf[Address, MappingOf[str, Value]]) -> Attributes:
    """Put values into attributes; what they held before."""
    before: Attributes = {}
    for owner, attributes in given.items():
        thing = state.get(owner)
        if isinstance(thing, Instance):
            before[owner] = {name: thing.attributes[name] for name in attributes}
            state.put(owner, replace(thing, attributes={**thing.attributes, **attributes}))
    return before

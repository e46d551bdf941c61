"""Calls of library functions and classes, by canonical name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, Belief, Truth
from detachlint.domain.objects import Instance, Unknown
from detachlint.domain.traits import UNSEEN
from detachlint.domain.values import (
    NONE,
    Address,
    Library,
    Value,
    in_order,
    literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.handed_out import run_handed_out_in
from detachlint.interpret.engine.unseen_calls import note_escapes
from detachlint.interpret.language import builtin_functions, standard_library, unbound
from detachlint.interpret.pytorch import (
    gradmode,
    guards,
    library_objects,
    methods,
    modules,
    numpy_calls,
    own_calls,
    placement,
    sinks,
    special,
    surrounding,
    surrounding_calls,
    traits,
)
from detachlint.interpret.pytorch.tensors import (
    holds_tensor,
    recorded_flag,
    severed_in,
    story_of_any,
)
from detachlint.knowledge import facts
from detachlint.knowledge.facts import CallFact
from detachlint.knowledge.names import MODULE, NUMPY, PARAMETER, TENSOR
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def call_library(machine: Machine, call: LibraryCall) -> Outcomes:
    """The outcomes of calling what a library has under `call.name`."""
    name = facts.canonical_name(call.name)
    if name != call.name:
        call = replace(call, name=name)
    owner, _, last = name.rpartition(".")
    own = machine.own.get(name)
    if own is not None:
        return own_calls.call_own(machine, own, call)
    if owner == "builtins" and name not in standard_library.HANDLERS:
        return builtin_functions.call_builtin(machine, last, call)
    if owner.startswith(unbound.OWNER):
        return unbound.call_on_class(machine, call)
    if facts.grad_mode(name) is not None:
        return gradmode.make_switch(machine, call)
    known = standard_library.call(machine, call)
    if known is not None:
        return known
    if name.split(".")[0] == "torch":
        return _call_torch(machine, call)
    if name.split(".")[0] == NUMPY:
        return numpy_calls.call_numpy(machine, call)
    if sinks.is_sink_name(name):
        followed = sinks.call_function(machine, call)
        if followed is not None:
            return followed
    stated = own_calls.call_known(machine, name, call)
    if stated is not None:
        return stated
    same_as = own_calls.same_as(name)
    if same_as:
        return call_library(machine, replace(call, name=same_as))
    if name.split(".")[0] in ("scipy", "pandas", "sklearn"):
        return [(_call_array_library(machine, call), call.state)]
    return [(_call_unseen(machine, call), call.state)]


def _call_torch(machine: Machine, call: LibraryCall) -> Outcomes:
    name = call.name
    state = call.state
    same_as = own_calls.same_as(name)
    if same_as:
        return _call_torch(machine, replace(call, name=same_as))
    if surrounding.kind_of(name):
        return [(surrounding_calls.make(machine, call), state)]
    if facts.class_kind(name) == "device":
        return [(_device(machine, call), state)]
    if facts.module_fact(name) is not None:
        return [(modules.construct(machine, call), state)]
    if name.startswith((f"{TENSOR}.", f"{PARAMETER}.")):
        return _unbound_method(machine, call)
    if name.startswith(f"{MODULE}.") and call.arguments.positional:
        return _unbound_method(machine, call)
    fact = facts.call_fact(name)
    if fact is not None:
        return _call_by_fact(machine, fact, call)
    if facts.class_fact(name) is not None or name.rpartition(".")[2][:1].isupper():
        return [(library_objects.construct(machine, call), state)]
    return [(_unmodelled_torch(machine, call), state)]


def _call_by_fact(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes:
    if fact.ambient in ("grad-mode", "tensor"):
        return builtin_functions.call_torch_predicate(machine, fact.ambient, call)
    if fact.ambient.startswith("sets-"):
        surrounding.set_default(call, fact.ambient)
        return [(NONE, call.state)]
    if fact.traits.get("layout") in traits.OWN_CLASSES:
        return [(special.of_parts(machine, fact, call), call.state)]
    short = fact.name.rpartition(".")[2]
    if fact.name == f"torch.{short}" and guards.told_by(short):
        return _unbound_method(machine, call)
    return special.apply(machine, fact, call)


def _device(machine: Machine, call: LibraryCall) -> Value:
    """`torch.device("cuda:0")`: remembers what it was given, and knows its type."""
    given = call.arguments.get(0, "type") or call.arguments.get(0, "device") or NONE
    kinds = [placement.kind_named(call.state, atom) for atom in in_order(given)]
    attributes = {} if "" in kinds else {"type": value_of(*map(literal, kinds))}
    thing = Instance(value_of(Library(call.name)), attributes, payload=given)
    return machine.new(call.state, call.activation, call.span, "device", thing)


def _unmodelled_torch(machine: Machine, call: LibraryCall) -> Value:
    """Most of PyTorch propagates; nothing is sure of a callable without a fact.

    Nothing at all of what has a private name: helpers among them give numbers, shapes, settings.
    """
    machine.ledger.opaque(f"torch callable {call.name}")
    private = any(part.startswith("_") for part in call.name.split("."))
    flag = NO if private else recorded_flag(call.state, call.inputs)
    device = UNSEEN
    if any(holds_tensor(call.state, value) for value in call.inputs):
        device = placement.common_device(call.state, call.inputs).in_unseen_hands()
    return machine.unknown(
        call.state,
        call.activation,
        call.span,
        call.name,
        grad=Belief(flag.usual, Truth.MAYBE) if flag != NO else MAYBE,
        device=device,
        story=None if private else story_of_any(call.state, call.inputs),
        severed=severed_in(call.state, call.inputs),
    )


def _unbound_method(machine: Machine, call: LibraryCall) -> Outcomes:
    """`torch.Tensor.numpy(t)`, `nn.Module.__init__(self)`: the method of the first argument."""
    if not call.arguments.positional:
        return [(_unmodelled_torch(machine, call), call.state)]
    receiver, *rest = call.arguments.positional
    method = call.name.rpartition(".")[2]
    if method == "__init__":
        inner = replace(call, arguments=replace(call.arguments, positional=tuple(rest)))
        for atom in in_order(receiver):
            thing = call.state.get(atom) if isinstance(atom, Address) else None
            if isinstance(atom, Address) and isinstance(thing, Instance):
                library_objects.initialize_library_base(machine, atom, thing, inner)
        return [(NONE, call.state)]
    arguments = replace(call.arguments, positional=tuple(rest))
    return methods.call_method(
        machine, replace(call, name=method, receiver=receiver, arguments=arguments)
    )


def _call_array_library(machine: Machine, call: LibraryCall) -> Value:
    """Relatives of NumPy give arrays, and objects that know arrays."""
    state = call.state
    note_escapes(machine, state, call.inputs)
    severed = severed_in(state, call.inputs)
    if any(holds_tensor(state, value) for value in call.inputs):
        return machine.unknown(state, call.activation, call.span, "array", grad=NO, severed=severed)
    return machine.unknown(
        state,
        call.activation,
        call.span,
        call.name,
        grad=Belief(Truth.NO, Truth.MAYBE),
        severed=severed,
    )


def _call_unseen(machine: Machine, call: LibraryCall) -> Value:
    """A function of a library we know nothing about."""
    state = call.state
    if call.name.split(".")[0] not in sys.stdlib_module_names:
        machine.leave_in_unseen_hands(state, call.arguments.all())
    run_handed_out_in(machine, call)
    thing = Unknown(severed=severed_in(state, call.inputs), made_by=own_calls.class_made(call.name))
    context = call.activation.context
    return value_of(machine.unknown_object(state, context, call.span, call.name, thing))

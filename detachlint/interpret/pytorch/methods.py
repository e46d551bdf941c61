"""Calls of methods whose receivers are known by facts: tensors, containers, modules, text, …"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO, YES, Belief, Truth
from detachlint.domain.objects import (
    Array,
    Class,
    Function,
    GradSwitch,
    Instance,
    Iterator,
    Kind,
    Mapping,
    Partial,
    Sequence,
    Tensor,
    Unknown,
    View,
)
from detachlint.domain.story import begin
from detachlint.domain.values import (
    NONE,
    Address,
    Atom,
    Bound,
    Library,
    Literal,
    Method,
    Super,
    Value,
    addresses,
    in_order,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.evidence import GIVEN_NOTHING, is_sign
from detachlint.interpret.engine.handed_out import run_handed_out_in
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import builtin_methods, containers, dispatch, unbound
from detachlint.interpret.language.contents import held_by
from detachlint.interpret.language.lookup import class_names, is_module, own_members
from detachlint.interpret.pytorch import (
    callbacks,
    command_line,
    gradmode,
    guards,
    library_objects,
    maybe_tensors,
    module_calls,
    module_methods,
    numpy_calls,
    operations,
    own_calls,
    special,
)
from detachlint.interpret.pytorch.crossings import cross
from detachlint.interpret.pytorch.needed import note_use
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    flag_of,
    severed_by_method,
    severed_in,
    story_of_any,
)
from detachlint.knowledge import facts
from detachlint.knowledge.facts import CallFact
from detachlint.knowledge.names import CONVERSIONS, TENSOR
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def call_method(machine: Machine, call: LibraryCall) -> Outcomes:
    """The outcomes of `receiver.name(…)`, for all receivers of each family at once."""
    families: dict[str, set[Atom]] = {}
    for atom in in_order(call.receiver):
        families.setdefault(_family(call.state, atom), set()).add(atom)
    if len(families) == 1:
        return _call_family(machine, next(iter(families)), call)
    outcomes: Outcomes = []
    for index, (family, atoms) in enumerate(families.items()):
        state = call.state if index == len(families) - 1 else call.state.fork()
        part = replace(call, receiver=frozenset(atoms), state=state)
        outcomes += _call_family(machine, family, part)
    return outcomes


def _family(state: State, atom: Atom) -> str:
    if isinstance(atom, Super):
        return "super"
    if isinstance(atom, Literal):
        return "text" if isinstance(atom.value, str) else "other"
    thing = state.glimpse(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Instance):
        return "module" if is_module(state, thing) else "instance"
    return _FAMILIES.get(type(thing), "other")


_FAMILIES: dict[type, str] = {
    GradSwitch: "switch",
    Tensor: "tensor",
    Array: "array",
    Sequence: "container",
    Mapping: "container",
    Iterator: "container",
    View: "container",
    Unknown: "unknown",
    Class: "class",
    Function: "function",
    Partial: "function",
}
"""Of objects that are neither a module nor another instance."""


def _call_family(machine: Machine, family: str, call: LibraryCall) -> Outcomes:
    match family:
        case "tensor":
            return call_tensor_method(machine, call)
        case "unknown":
            return _call_on_unknown(machine, call)
        case "container":
            return _one_by_one(machine, call, containers.call_container_method)
        case "module":
            return _one_by_one(machine, call, module_methods.call_module_method)
        case "instance":
            return _one_by_one(machine, call, _call_on_instance)
        case "super":
            return _one_by_one(machine, call, _call_on_super)
        case "class":
            return _one_by_one(machine, call, library_objects.call_class_method)
        case "switch":
            return _one_by_one(machine, call, gradmode.call_method)
        case "array":
            return numpy_calls.array_method(machine, call)
        case "text":
            return [(builtin_methods.text_method(machine, call), call.state)]
        case "function":
            return _one_by_one(machine, call, _call_on_function)
    result = machine.unknown(
        call.state, call.activation, call.span, call.name, kind=Kind.OTHER, grad=NO
    )
    return [(result, call.state)]


def _one_by_one(machine: Machine, call: LibraryCall, handler: operations.MethodHandler) -> Outcomes:
    outcomes: Outcomes = []
    atoms = in_order(call.receiver)
    for index, atom in enumerate(atoms):
        state = call.state if index == len(atoms) - 1 else call.state.fork()
        outcomes += handler(machine, atom, replace(call, receiver=value_of(atom), state=state))
    return outcomes


def _call_on_function(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    if call.name == "register" and isinstance(atom, Address):
        registered = dispatch.register(machine, atom, call)
        if registered is not None:
            return registered
    value = machine.unknown(call.state, call.activation, call.span, call.name)
    return [(value, call.state)]


def call_tensor_method(machine: Machine, call: LibraryCall) -> Outcomes:
    """`tensor.name(…)` by its fact."""
    if call.name in CONVERSIONS:
        return [(cross(machine, call), call.state)]
    asked = _asked(machine, call)
    if asked is not None:
        return [(asked, call.state)]
    fact = facts.call_fact(f"{TENSOR}.{call.name}")
    if fact is None:
        return [(operations.unmodelled_result(machine, call), call.state)]
    if fact.special == "backward":
        note_use(machine, call.receiver, call.state, call.span)
    _must_require_grad(call, fact)
    if fact.calls in callbacks.HOOKS:
        return callbacks.register_tensor_hook(machine, fact, call)
    return special.apply(machine, fact, call)


def _asked(machine: Machine, call: LibraryCall) -> Value | None:
    """The answer to `t.is_conj()`; None where that is no such question, or who knows to which tensor."""
    if not guards.told_by(call.name):
        return None
    found = addresses(call.receiver)
    tensor = call.state.get(found[0]) if len(found) == len(call.receiver) == 1 else None
    if not isinstance(tensor, (Tensor, Unknown)):
        return None
    return guards.ask(machine, found[0], tensor, call.name, call.span)


def _must_require_grad(call: LibraryCall, fact: CallFact) -> None:
    """After `loss.backward()` the loss did require grad, or the line would have raised; what a hook was
    registered on, too."""
    if (
        len(call.receiver) != 1
        or fact.traits.get("needs") != "flag"
        or not _is_of_tensor(call, fact)
    ):
        return
    for atom in in_order(call.receiver):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(atom, Address) and isinstance(thing, (Tensor, Unknown)):
            why = "backpropagated" if fact.special == "backward" else f"told to `{call.name}`"
            story = thing.story or begin(call.span, f"it is {why}, so it requires grad")
            if thing.grad.usual in (Truth.MAYBE, Truth.SOMETIMES):
                sure = isinstance(thing, Tensor)
                grad = YES if sure else Belief(Truth.YES, Truth.MAYBE)
                call.state.heap[atom] = replace(thing, grad=grad, story=story)


def _is_of_tensor(call: LibraryCall, fact: CallFact) -> bool:
    """Whether it is a tensor that has this method, by what the method is given.

    `accelerator.backward(loss)` tells nothing about the accelerator: a gradient, which is what a
    tensor's `backward` is given, is not known to require grad itself. Of a tensor, hooks are functions:
    `runner.register_hook(LoggerHook())` is something else.
    """
    if fact.special == "backward":
        given = [flag_of(call.state, value).usual for value in call.arguments.positional]
        return all(flag is Truth.NO for flag in given)
    hooks = [atom for value in call.arguments.all() for atom in value]
    return all(_is_function(call.state, atom) for atom in hooks)


def _is_function(state: State, atom: Atom) -> bool:
    if isinstance(atom, Address):
        return isinstance(state.get(atom), Function)
    return isinstance(atom, (Bound, Library, Method))


def _is_sign(call: LibraryCall) -> bool:
    """Whether a call tells that its receiver is a module: not `frame.eval("a + b")`."""
    given = call.arguments.positional
    if not is_sign(call.name) or not given:
        return is_sign(call.name)
    behaviour = facts.module_behaviour(call.name)
    if behaviour == "training":
        flag = single_literal(given[0])
        return len(given) == 1 and flag is not None and isinstance(flag.value, bool)
    return behaviour not in GIVEN_NOTHING


def _call_on_unknown(machine: Machine, call: LibraryCall) -> Outcomes:
    """A method of something we cannot see into: as if it were a tensor, if tensors have it."""
    state = call.state
    things = [
        thing
        for atom in in_order(call.receiver)
        if isinstance(atom, Address) and isinstance(thing := state.get(atom), Unknown)
    ]
    if call.name in ("add_argument", "parse_args"):
        parsed = command_line.call(machine, call)
        if parsed is not None:
            return [(parsed, state)]
    if things and all(thing.made_by == things[0].made_by for thing in things):
        known = own_calls.call_made_by(machine, call.name, things[0], call)
        if known is not None:
            return known
    if all(thing.kind is not Kind.ANY and thing.kind is not Kind.MODULE for thing in things):
        return [(builtin_methods.plain_method(machine, call, things), state)]
    if _is_sign(call):
        _is_a_module_after_all(state, call.receiver)
        return module_methods.call_unknown_module_method(machine, call)
    if all(thing.kind is Kind.MODULE for thing in things):
        return module_methods.call_unknown_module_method(machine, call)
    if call.name in CONVERSIONS:
        return [(cross(machine, call), state)]
    asked = _asked(machine, call)
    if asked is not None:
        return [(asked, call.state)]
    fact = facts.call_fact(f"{TENSOR}.{call.name}")
    if fact is not None and fact.special == "backward":
        note_use(machine, call.receiver, state, call.span)
    if fact is not None:
        _must_require_grad(call, fact)
    if fact is None or fact.special == "callback":
        return [(_unknown_method(machine, call), state)]
    return maybe_tensors.apply_maybe(machine, fact, call)


def _is_a_module_after_all(state: State, receiver: Value) -> None:
    for atom in in_order(receiver):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Unknown) and isinstance(atom, Address) and thing.kind is Kind.ANY:
            state.heap[atom] = replace(thing, kind=Kind.MODULE)


def _unknown_method(machine: Machine, call: LibraryCall) -> Value:
    """Nobody knows; what comes out of a module's output is still the module's output."""
    state = call.state
    machine.leave_in_unseen_hands(state, call.arguments.all())
    run_handed_out_in(machine, call)
    flag = any_flag(state, [call.receiver])
    grad = flag.both(state.recording) if flag.usual is not Truth.MAYBE else MAYBE
    if grad.usual is Truth.YES:
        grad = BY_DEFAULT
    if grad.usual is Truth.NO and flag == NO:
        grad = Belief(Truth.NO, Truth.MAYBE)
    return machine.unknown(
        state,
        call.activation,
        call.span,
        call.name,
        grad=grad,
        story=story_of_any(state, [call.receiver]),
        severed=severed_in(state, [call.receiver]) | severed_by_method(state, call.arguments.all()),
    )


def _call_on_super(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    """`super().name(…)` where only library classes are left to look in."""
    assert isinstance(atom, Super)
    receiver = atom.receiver
    inner = replace(call, receiver=value_of(receiver))
    thing = call.state.get(receiver) if isinstance(receiver, Address) else None
    if call.name == "__init__":
        if isinstance(thing, Instance) and isinstance(receiver, Address):
            library_objects.initialize_library_base(machine, receiver, thing, inner)
        return [(NONE, call.state)]
    if call.name == "__new__":
        return [(machine.unknown(call.state, call.activation, call.span, "new"), call.state)]
    basic = unbound.call_basic(machine, value_of(receiver), inner)
    if basic is not None:
        return basic
    if (
        isinstance(thing, Instance)
        and isinstance(receiver, Address)
        and is_module(call.state, thing)
    ):
        if facts.module_behaviour(call.name) == "calls" or call.name == "__call__":
            return module_calls.forward_of_library(machine, receiver, thing, inner)
        return module_methods.call_module_method(machine, receiver, inner)
    return _call_on_instance(machine, receiver, inner)


def _call_on_instance(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    state = call.state
    thing = state.glimpse(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Instance) or not isinstance(atom, Address):
        return [(machine.unknown(state, call.activation, call.span, call.name), state)]
    if _is_of_known_library(state, thing):
        state.get(atom)  # its attributes are looked at, too
    if call.name.startswith("__getattr__ "):
        return _dynamic_attribute(machine, atom, thing, call)
    if call.name in ("add_argument", "parse_args"):
        parsed = command_line.call(machine, call)
        if parsed is not None:
            return [(parsed, state)]
    held = held_by(state, thing)
    if held is not None:
        return containers.call_container_method(
            machine, held, replace(call, receiver=value_of(held))
        )
    return library_objects.call_instance_method(machine, atom, thing, call)


def _is_of_known_library(state: State, thing: Instance) -> bool:
    packages = {name.partition(".")[0] for name in class_names(state, thing)}
    return "torch" in packages or not packages.isdisjoint(sys.stdlib_module_names)


def _dynamic_attribute(
    machine: Machine, atom: Address, thing: Instance, call: LibraryCall
) -> Outcomes:
    """A call of what the program's `__getattr__` gives for a name."""
    name = call.name.removeprefix("__getattr__ ")
    outcomes: Outcomes = []
    given = Arguments((value_of(atom), value_of(literal(name))))
    for own, _ in own_members(call.state, thing, "__getattr__"):
        for callee, after in machine.call(
            own, given, call.state, call.activation, call.span, "__getattr__"
        ):
            outcomes += machine.call(
                callee, call.arguments, after, call.activation, call.span, call.shown
            )
    return outcomes or [(machine.unknown(call.state, call.activation, call.span, name), call.state)]

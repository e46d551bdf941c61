"""Instances and classes of libraries: distributions, optimizers, loaders, autograd functions, …"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO
from detachlint.domain.objects import Class, Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    TRUE,
    Address,
    Atom,
    Library,
    Value,
    in_order,
    join_values,
    literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.handed_out import run_handed_out_in
from detachlint.interpret.language import containers, exits, items, random_choices, tasks
from detachlint.interpret.language.contents import BUILTIN_BASES
from detachlint.interpret.language.lookup import class_names, library_bases
from detachlint.interpret.pytorch import (
    callbacks,
    custom_functions,
    gradmode,
    maybe_tensors,
    modules,
    numpy_calls,
    optimizer_steps,
    own_calls,
    parts,
    sinks,
    tensor_attributes,
)
from detachlint.interpret.pytorch.data_loading import COLUMNS, DATA, GIVEN
from detachlint.interpret.pytorch.tensors import make_tensor, severed_in
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing, ClassFact, Result
from detachlint.knowledge.names import TENSOR
from detachlint.knowledge.source_facts import is_module_source
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def construct(machine: Machine, call: LibraryCall) -> Value:
    """An instance of a library class, which remembers what it was made of."""
    payload = join_values(call.arguments.all())
    fact = facts.class_fact(call.name)
    attributes = _made_of(machine, fact, call)
    thing = Instance(value_of(Library(call.name)), attributes, BOTTOM_VALUE, payload)
    if fact is not None and fact.kind == "optimizer":
        attributes["param_groups"] = _parameter_groups(machine, call)
    attributes.update(parts.unrecorded(call.state, call.name))
    short = call.name.rpartition(".")[2]
    return machine.new(call.state, call.activation, call.span, short, thing)


def _made_of(machine: Machine, fact: ClassFact | None, call: LibraryCall) -> dict[str, Value]:
    """What an object of a library class is made of, by the names of the parameters."""
    arguments = call.arguments
    attributes = dict(arguments.keywords)
    if fact is not None:
        for name, value in zip(fact.positions, arguments.positional, strict=False):
            attributes.setdefault(name, value)
        if not arguments.rest and not arguments.more:
            for name, number in fact.defaults.items():
                attributes.setdefault(name, value_of(literal(number)))
    given = Sequence("tuple", arguments.positional, arguments.rest)
    made = machine.new(call.state, call.activation, call.span, "given", given)
    attributes[GIVEN] = made
    if fact is not None and fact.kind == "rows":
        attributes[COLUMNS] = made
    return attributes


def _parameter_groups(machine: Machine, call: LibraryCall) -> Value:
    """`optimizer.param_groups`: the parameters, in one group or in those that were given."""
    state, activation, span = call.state, call.activation, call.span
    given = call.arguments.get(0, "params") or BOTTOM_VALUE
    found = machine.collect(given, state, activation, span)
    contents = (
        found[0][0] if len(found) == 1 and found[0][1] is state else Sequence("list", (), given)
    )
    groups = [
        item
        for item in contents.items
        if any(isinstance(a, Address) and isinstance(state.get(a), Mapping) for a in in_order(item))
    ]
    if groups:
        return machine.new(state, activation, span, "groups", Sequence("list", tuple(groups)))
    parameters = machine.new(state, activation, span, "params", replace(contents, kind="list"))
    rest = machine.unknown(state, activation, span, "option", kind=Kind.NUMBER, grad=NO)
    keys = machine.unknown(state, activation, span, "option name", kind=Kind.TEXT, grad=NO)
    group = Mapping({literal("params"): parameters}, keys, rest)
    one = machine.new(state, activation, span, "group", group)
    return machine.new(state, activation, span, "groups", Sequence("list", (one,)))


NAMESPACES = frozenset({"types.SimpleNamespace", "argparse.Namespace"})
"""Classes whose objects have what they are made of as attributes."""


def initialize_library_base(
    machine: Machine, address: Address, thing: Instance, call: LibraryCall
) -> None:
    """`super().__init__(…)` of a class whose base is in a library."""
    for name in class_names(call.state, thing):
        if facts.module_fact(name) is not None:
            modules.construct_into(machine, address, replace(call, name=name))
            return
    payload = thing.payload | join_values(call.arguments.all())
    attributes = dict(thing.attributes)
    for name in class_names(call.state, thing):
        fact = facts.class_fact(name)
        if fact is not None and fact.kind == "optimizer":
            attributes["param_groups"] = _parameter_groups(machine, call)
        if fact is not None and fact.kind in DATA:
            attributes |= _made_of(machine, fact, call)
        if name in NAMESPACES:
            attributes |= call.arguments.keywords
        if name in BUILTIN_BASES:
            payload = containers.contents_of_subclass(machine, name, call)
    call.state.put(address, replace(thing, attributes=attributes, payload=payload))


def call_instance_method(
    machine: Machine, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes:
    """`instance.name(…)` for a class of a library, or a base of it."""
    state = call.state
    for name in class_names(state, thing):
        handled = _by_class(machine, name, address, thing, call)
        if handled is not None:
            return handled
    machine.leave_in_unseen_hands(state, call.arguments.all())
    run_handed_out_in(machine, call)
    fact = facts.call_fact(f"{TENSOR}.{call.name}")
    if fact is not None and not fact.in_place and fact.aliasing is not Aliasing.SELF:
        # The base may be a tensor, and what tensors have is done as one does it.
        seen = machine.derived("as its base", (address,), call.span, Unknown(Kind.ANY))
        return maybe_tensors.apply_maybe(machine, fact, replace(call, receiver=seen))
    value = machine.unknown(
        state,
        call.activation,
        call.span,
        call.name,
        grad=MAYBE,
        severed=severed_in(state, call.inputs),
    )
    return [(value, state)]


def _by_class(
    machine: Machine, name: str, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes | None:
    exception = facts.raised_instead(f"{name}.{call.name}")
    if exception is not None:
        return exits.never_returns(machine, call, exception)
    fact = facts.class_fact(name)
    if fact is not None and fact.kind in DATA and call.name == "__getitem__":
        index, node = call.arguments.get(0) or NONE, items.subscript(call.span)
        item = items.read_of_data_set(machine, address, index, call.state, call.activation, node)
        if item is not None:
            return item
    if fact is not None and call.name in fact.methods:
        return _by_method(machine, fact, address, thing, call)
    followed = _followed(machine, name, address, thing, call)
    if followed is not None:
        return followed
    if facts.numpy_fact(f"{name}.{call.name}") is not None:
        return numpy_calls.call_numpy(machine, replace(call, name=f"{name}.{call.name}"))
    if fact is not None:
        value = machine.unknown(
            call.state, call.activation, call.span, call.name, kind=Kind.ANY, grad=NO
        )
        return [(value, call.state)]
    return None


def _followed(
    machine: Machine, name: str, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes | None:
    """What a method gives that has code of its own here, or that the user states."""
    if name == "contextlib.ExitStack" and call.name == "enter_context":
        return _enter_context(address, call)
    carried_out = tasks.call_method(machine, name, address, thing, call)
    if carried_out is None:
        carried_out = random_choices.call_method(machine, name, call)
    if carried_out is not None:
        return carried_out
    if name == "joblib.Parallel" and call.name == "__call__":
        calls = call.arguments.get(0, "iterable") or BOTTOM_VALUE
        return [(callbacks.run_in_parallel(machine, call, calls), call.state)]
    stated = own_calls.call_known(machine, f"{name}.{call.name}", call)
    if stated is not None:
        return stated
    return sinks.call_method(machine, name, call)


def _by_method(
    machine: Machine, fact: ClassFact, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes:
    """What a method does that the facts about its class know."""
    method = fact.methods[call.name]
    if fact.kind == custom_functions.CONTEXT:
        return _call_on_context(machine, address, thing, method.behaviour, call)
    stepped = optimizer_steps.call_method(machine, address, method.behaviour, call)
    if stepped is not None:
        return stepped
    if method.aliasing is Aliasing.SELF:
        return [(value_of(address), call.state)]
    return [(_by_fact(machine, fact, thing, call), call.state)]


def _by_fact(machine: Machine, fact: ClassFact, thing: Instance, call: LibraryCall) -> Value:
    method = fact.methods[call.name]
    state = call.state
    if method.result is Result.PYTHON:
        return machine.unknown(
            state, call.activation, call.span, call.name, kind=Kind.OTHER, grad=NO
        )
    given = call.arguments.all()
    made = tensor_attributes.computed(state, thing, method, given)
    severed = severed_in(state, [*thing.attributes.values(), *given])
    made = replace(made, leaf=made.grad.opposite(), severed=severed)
    return make_tensor(machine, state, call.activation, call.span, made, call.name)


def _enter_context(stack: Address, call: LibraryCall) -> Outcomes:
    manager = call.arguments.get(0) or BOTTOM_VALUE
    if gradmode.is_switch(call.state, manager):
        gradmode.switch_on(call.state, manager)
        call.state.set_attribute(stack, gradmode.SWITCHED, TRUE)
    return [(manager, call.state)]


def _call_on_context(
    machine: Machine, address: Address, thing: Instance, behaviour: str, call: LibraryCall
) -> Outcomes:
    """`ctx.save_for_backward(…)` and `ctx.mark_non_differentiable(…)` of a custom function."""
    state = call.state
    given = call.arguments.positional
    if behaviour == "saves":
        saved = machine.new(state, call.activation, call.span, "saved", Sequence("tuple", given))
        attributes = {**thing.attributes, "saved_tensors": saved}
        state.put(address, replace(thing, attributes=attributes))
    elif behaviour == "not-differentiable":
        for value in given:
            for atom in in_order(value):
                tensor = state.get(atom) if isinstance(atom, Address) else None
                if isinstance(tensor, Tensor) and isinstance(atom, Address):
                    marked = {
                        **tensor.attributes,
                        custom_functions.NOT_DIFFERENTIABLE: value_of(address),
                    }
                    state.put(atom, replace(tensor, attributes=marked))
    return [(NONE, state)]


# --- classes ----------------------------------------------------------------------------------


def call_class_method(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    """`Class.name(…)` of a class of the program, where only library bases have the name."""
    state = call.state
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Class) and isinstance(atom, Address):
        if custom_functions.is_run_by(state, atom, call.name):
            return custom_functions.apply(machine, atom, call)
        if call.name == "__init__":
            return _explicit_base_init(machine, atom, call)
        if any(is_module_source(f"{base}.{call.name}") for base in library_bases(state, atom)):
            # `Model.load_from_checkpoint(path)`: an object of the class, made with arguments unseen.
            unseen = machine.unknown(state, call.activation, call.span, "saved argument")
            given = Arguments((), call.arguments.keywords, unseen, unseen)
            return machine.call(
                value_of(atom), given, state, call.activation, call.span, call.shown
            )
        if call.name == "mro":
            return [(machine.unknown(state, call.activation, call.span, "mro", grad=NO), state)]
    value = machine.unknown(state, call.activation, call.span, call.name)
    return [(value, state)]


def _explicit_base_init(machine: Machine, cls: Address, call: LibraryCall) -> Outcomes:
    """`Base.__init__(self, …)`."""
    receiver = call.arguments.get(0) or BOTTOM_VALUE
    rest = Arguments(call.arguments.positional[1:], call.arguments.keywords)
    for atom in in_order(receiver):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and isinstance(atom, Address):
            initialize_library_base(machine, atom, thing, replace(call, arguments=rest))
    return [(NONE, call.state)]

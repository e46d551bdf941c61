"""Methods that every `torch.nn.Module` has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO, YES
from detachlint.domain.objects import HeapObject, Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Atom,
    Library,
    Value,
    addresses,
    in_order,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.unseen_calls import call_unknown
from detachlint.interpret.language.lookup import class_names
from detachlint.interpret.pytorch import (
    callbacks,
    module_calls,
    module_casts,
    module_items,
    modules,
    operations,
    own_calls,
    parameters,
    training_mode,
)
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", Address, LibraryCall], Outcomes]


def call_module_method(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    """`module.name(…)`, for what the program's class does not define itself."""
    if not isinstance(atom, Address):
        return [(machine.unknown(call.state, call.activation, call.span, call.name), call.state)]
    handler = HANDLERS.get(_kind(call)) or OF_CONTAINERS.get(call.name)
    if handler is not None:
        return handler(machine, atom, call)
    thing = call.state.get(atom)
    classes = class_names(call.state, thing) if isinstance(thing, Instance) else []
    if _gives_itself(call.name, classes):
        return [(value_of(atom), call.state)]
    stated = _stated(machine, classes, call)
    if stated is None and isinstance(thing, Instance):
        stated = _of_its_class(machine, thing, classes, call)
    if stated is not None:
        return stated
    result = machine.unknown(call.state, call.activation, call.span, call.name)
    return [(result, call.state)]


def _stated(machine: Machine, classes: Iterable[str], call: LibraryCall) -> Outcomes | None:
    """What facts say of a method that modules of a library have beside those of PyTorch."""
    for cls in classes:
        known = own_calls.call_known(machine, f"{cls}.{call.name}", call)
        same_as = own_calls.same_as(f"{cls}.{call.name}")
        if known is None and same_as:
            function = value_of(Library(same_as))
            return machine.call(
                function, call.arguments, call.state, call.activation, call.span, call.shown
            )
        if known is not None:
            return known
    return None


def _of_its_class(
    machine: Machine, thing: Instance, classes: Iterable[str], call: LibraryCall
) -> Outcomes | None:
    """A method that not all modules have: one that needs no module, or one that computes with it."""
    for cls in classes:
        name = f"{cls}.{call.name}"
        if facts.call_fact(name) is not None:
            function = value_of(Library(name))
            return machine.call(
                function, call.arguments, call.state, call.activation, call.span, call.shown
            )
        fact = facts.computing_method(cls, call.name)
        if fact is not None:
            return [(module_calls.computed(machine, thing, fact, call), call.state)]
    return None


def _kind(call: LibraryCall) -> str:
    """What the method does, casts and moves as one."""
    behaviour = facts.module_behaviour(call.name)
    kind = behaviour.partition("-")[0]
    return "casts" if kind in ("casts", "moves") else behaviour


def _gives_itself(name: str, classes: Iterable[str] = ()) -> bool:
    fact = facts.module_method(name, classes)
    return fact is not None and fact.aliasing is Aliasing.SELF


def _as_module(thing: HeapObject) -> Unknown:
    return replace(thing, kind=Kind.MODULE) if isinstance(thing, Unknown) else Unknown(Kind.MODULE)


def _cast_unknown(call: LibraryCall) -> Value:
    """A cast or move of a module out of sight, in place; what its outputs are follows from it."""
    dtype, device = module_casts.asked(call)
    for address in addresses(call.receiver):
        thing = call.state.get(address)
        if not isinstance(thing, Unknown):
            continue
        moved = replace(
            thing,
            device=device or thing.device,
            narrow=dtype.narrow if dtype is not None else thing.narrow,
        )
        call.state.put(address, moved if len(call.receiver) == 1 else thing.join(moved))
    return call.receiver


def call_unknown_module_method(machine: Machine, call: LibraryCall) -> Outcomes:
    """A method of a module that we cannot see into."""
    state = call.state
    kind = _kind(call)
    if kind in ("parameters", "named-parameters", "sets-flags"):
        outcomes: Outcomes = []
        for atom in in_order(call.receiver):
            if isinstance(atom, Address):
                outcomes += HANDLERS[kind](machine, atom, replace(call, state=state.fork()))
        return outcomes
    if kind == "casts":
        return [(_cast_unknown(call), state)]
    if _gives_itself(call.name):
        return [(call.receiver, state)]
    if kind == "state":
        value = machine.unknown(state, call.activation, call.span, "state dict", grad=NO)
        return [(value, state)]
    if kind == "calls" or call.name == "__call__":
        return [
            outcome
            for atom in in_order(call.receiver)
            if isinstance(atom, Address)
            for outcome in call_unknown(
                machine,
                atom,
                _as_module(state.get(atom)),
                call.arguments,
                state.fork(),
                call.activation,
                call.span,
                call.shown,
            )
        ]
    given = {
        "children": Kind.MODULE,
        "modules": Kind.MODULE,
        "clears-gradients": Kind.OTHER,
        "loads-state": Kind.OTHER,
    }.get(kind, Kind.ANY)
    return [(machine.unknown(state, call.activation, call.span, call.name, kind=given), state)]


# --- listing ----------------------------------------------------------------------------------


def _list_parameters(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    found = parameters.named_parameters(machine, call.state, address, call.span)
    items = tuple(value_of(parameter) for _, parameter in found)
    return [(_listing(machine, call, items), call.state)]


def _list_named_parameters(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    found = parameters.named_parameters(machine, call.state, address, call.span)
    return [(_named_listing(machine, call, found), call.state)]


def _listing(
    machine: Machine, call: LibraryCall, items: tuple[Value, ...], rest: Value = BOTTOM_VALUE
) -> Value:
    thing = Sequence("list", items, rest)
    return machine.new(call.state, call.activation, call.span, call.name, thing)


def _named_listing(
    machine: Machine, call: LibraryCall, found: list[tuple[str | None, Address]]
) -> Value:
    pairs: list[Value] = []
    for number, (name, address) in enumerate(found):
        key = value_of(literal(name)) if name is not None else _some_name(machine, call, number)
        pair = Sequence("tuple", (key, value_of(address)))
        pairs.append(machine.new(call.state, call.activation, call.span, f"pair {number}", pair))
    return _listing(machine, call, tuple(pairs))


def _some_name(machine: Machine, call: LibraryCall, number: int) -> Value:
    return machine.unknown(
        call.state, call.activation, call.span, f"name {number}", kind=Kind.TEXT, grad=NO
    )


def _list_buffers(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    found = parameters.named_buffers(call.state, address)
    unseen = machine.new(
        call.state, call.activation, call.span, "buffers of library modules", Tensor(NO, leaf=YES)
    )
    if _kind(call) == "named-buffers":
        return [(_named_listing(machine, call, found), call.state)]
    items = tuple(value_of(buffer) for _, buffer in found)
    thing = Sequence("list", items, unseen)
    return [(machine.new(call.state, call.activation, call.span, call.name, thing), call.state)]


def _list_modules(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    kind = _kind(call)
    if kind in ("children", "named-children"):
        below = list(parameters.children(call.state, address))
    else:
        below = list(parameters.walk(call.state, address))
    if kind.startswith("named-"):
        return [(_named_listing(machine, call, below), call.state)]
    # What has no name is any number of modules.
    items = tuple(value_of(module) for name, module in below if name is not None)
    rest = frozenset[Atom](module for name, module in below if name is None)
    return [(_listing(machine, call, items, rest), call.state)]


def _state_dict(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """Detached tensors that share memory with the parameters; the parameters with `keep_vars`."""
    keep = call.arguments.keyword("keep_vars")
    entries = {}
    held = [
        *parameters.named_parameters(machine, call.state, address, call.span),
        *parameters.named_buffers(call.state, address),
    ]
    tensors = [thing for _, one in held if isinstance(thing := call.state.get(one), Tensor)]
    detached = Tensor(NO, leaf=YES)
    if tensors:
        dtype, device = tensors[0].dtype, tensors[0].device
        for tensor in tensors[1:]:
            dtype, device = dtype.join(tensor.dtype), device.join(tensor.device)
        detached = replace(detached, dtype=dtype, device=device)
    rest = machine.new(call.state, call.activation, call.span, "detached parameter", detached)
    for name, parameter in held:
        if name is not None:
            kept = keep is not None and truth_belief(call.state, keep) == YES
            entries[literal(name)] = value_of(parameter) if kept else rest
    key = machine.unknown(call.state, call.activation, call.span, "key", kind=Kind.TEXT, grad=NO)
    thing = Mapping(entries, key, rest)
    return [(machine.new(call.state, call.activation, call.span, "state dict", thing), call.state)]


# --- changing ---------------------------------------------------------------------------------


def _requires_grad(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`module.requires_grad_(flag=True)` sets all parameters below, each a leaf."""
    flag, story = operations.asked_flag(call)
    for _, parameter in parameters.named_parameters(machine, call.state, address, call.span):
        thing = call.state.get(parameter)
        if isinstance(thing, Tensor):
            # All objects of a family are set at once, so a strong update is sound even there.
            call.state.heap[parameter] = replace(thing, grad=flag, story=story or thing.story)
    return [(value_of(address), call.state)]


def _register_buffer(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    name = single_literal(call.arguments.get(0, "name") or BOTTOM_VALUE)
    value = call.arguments.get(1, "tensor") or NONE
    thing = call.state.get(address)
    if name is not None and isinstance(thing, Instance):
        attributes = {**thing.attributes, str(name.value): value}
        if _kind(call) == "adds-buffer":
            known = attributes.get(parameters.REGISTERED, BOTTOM_VALUE)
            attributes[parameters.REGISTERED] = known | value_of(name)
        call.state.put(address, replace(thing, attributes=attributes))
    return [(NONE, call.state)]


def _apply(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`module.apply(fn)`: `fn` on each module below, in the grad mode at hand."""
    function = call.arguments.get(0, "fn") or BOTTOM_VALUE
    states = [call.state]
    outer = call.activation.context
    below = list(parameters.walk(call.state, address))
    for number, (_, module) in enumerate(reversed(below)):
        call.activation.context = machine.book.context(outer, call.span, number + 1)
        states = [
            after
            for before in states
            for _, after in machine.call(
                function,
                Arguments((value_of(module),)),
                before,
                call.activation,
                call.span,
                "apply",
            )
        ][:4]
    call.activation.context = outer
    return [(value_of(address), state) for state in states]


def _register_hook(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    hook = call.arguments.get(0, "hook") or BOTTOM_VALUE
    which = modules.PRE_HOOKS if _kind(call) == "forward-pre-hook" else modules.HOOKS
    thing = call.state.get(address)
    if isinstance(thing, Instance):
        known = thing.attributes.get(which, BOTTOM_VALUE)
        attributes = {**thing.attributes, which: known | hook}
        call.state.put(address, replace(thing, attributes=attributes))
    handle = machine.unknown(
        call.state, call.activation, call.span, "handle", kind=Kind.OTHER, grad=NO
    )
    return [(handle, call.state)]


def _register_backward_hook(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """Backward hooks run with grad mode off, on gradients, which require none."""
    hook = call.arguments.get(0, "hook") or BOTTOM_VALUE
    gradient = machine.new(call.state, call.activation, call.span, "gradient", Tensor(NO))
    pair = machine.new(
        call.state, call.activation, call.span, "gradients", Sequence("tuple", (gradient,))
    )
    count = 1 if _kind(call) == "backward-pre-hook" else 2
    given = Arguments((value_of(address), *[pair] * count))
    callbacks.run_aside(machine, call, hook, given, NO)
    handle = machine.unknown(
        call.state, call.activation, call.span, "handle", kind=Kind.OTHER, grad=NO
    )
    return [(handle, call.state)]


def _forward(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = call.state.get(address)
    assert isinstance(thing, Instance)
    if call.name == "__call__":
        return module_calls.call_module(machine, address, thing, call)
    return module_calls.forward(machine, address, thing, call)


def _nothing(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    return [(NONE, call.state)]


def _get_by_name(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    wanted = single_literal(call.arguments.get(0, "target") or BOTTOM_VALUE)
    if wanted is not None:
        named = parameters.named_parameters(machine, call.state, address, call.span)
        if _kind(call) == "module-by-name":
            named = list(parameters.walk(call.state, address))
        for name, found in named:
            if name == wanted.value:
                return [(value_of(found), call.state)]
    grad = BY_DEFAULT if _kind(call) == "parameter-by-name" else MAYBE
    value = machine.unknown(call.state, call.activation, call.span, call.name, grad=grad)
    return [(value, call.state)]


HANDLERS: dict[str, Handler] = {
    "adds-buffer": _register_buffer,
    "adds-module": module_items.add_module,
    "adds-parameter": _register_buffer,
    "applies": _apply,
    "backward-hook": _register_backward_hook,
    "backward-pre-hook": _register_backward_hook,
    "buffers": _list_buffers,
    "calls": _forward,
    "casts": module_casts.cast,
    "children": _list_modules,
    "clears-gradients": _nothing,
    "evaluation": training_mode.switch,
    "forward-hook": _register_hook,
    "forward-pre-hook": _register_hook,
    "loads-state": _nothing,
    "module-by-name": _get_by_name,
    "modules": _list_modules,
    "named-buffers": _list_buffers,
    "named-children": _list_modules,
    "named-modules": _list_modules,
    "named-parameters": _list_named_parameters,
    "parameter-by-name": _get_by_name,
    "parameters": _list_parameters,
    "sets-flags": _requires_grad,
    "state": _state_dict,
    "training": training_mode.switch,
}
"""By what the facts say that a method does."""

OF_CONTAINERS: dict[str, Handler] = {
    "__call__": _forward,
    "append": module_items.append_item,
    "copy": module_items.copy_items,
    "extend": module_items.extend,
    "get": module_items.mapping_view,
    "insert": module_items.insert_item,
    "items": module_items.mapping_view,
    "keys": module_items.mapping_view,
    "pop": module_items.take_item,
    "popitem": module_items.mapping_view,
    "setdefault": module_items.mapping_view,
    "update": module_items.mapping_view,
    "values": module_items.mapping_view,
}
"""The methods of Python's own containers, and the call, by name."""

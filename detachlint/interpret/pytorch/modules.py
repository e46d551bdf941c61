"""`torch.nn.Module` objects: construction, attributes, items, calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from detachlint.domain.belief import BOTTOM, BY_DEFAULT, NO, YES, Belief, join_beliefs
from detachlint.domain.objects import Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.story import begin
from detachlint.domain.values import (
    BOTTOM_VALUE,
    FALSE,
    NONE,
    TRUE,
    Address,
    Atom,
    Library,
    Literal,
    Method,
    Value,
    addresses,
    in_order,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.heap import parted
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import copying, live_dicts
from detachlint.interpret.language.contents import cut, merged_mapping, slice_of, with_entry
from detachlint.interpret.language.lookup import (
    class_names,
    find_in_class,
    is_module,
    own_member,
)
from detachlint.interpret.pytorch import (
    computed_parameters,
    leaves,
    module_traits,
    parameters,
    placement,
    training_mode,
)
from detachlint.interpret.pytorch.dimensions import is_reduced
from detachlint.interpret.pytorch.registering import container_of
from detachlint.interpret.pytorch.tensors import any_flag, made_under
from detachlint.knowledge import facts
from detachlint.knowledge.dimensions import OLD_REDUCTION, REDUCTION
from detachlint.knowledge.facts import ModuleFact
from detachlint.knowledge.source_facts import source_fact
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

HOOKS = "@forward hooks"
PRE_HOOKS = "@forward pre-hooks"
FLAGS = "@flags"
"""Attributes of our own: registered hooks, and constructor flags that matter at the call."""


# --- construction -----------------------------------------------------------------------------


def construct(machine: Machine, call: LibraryCall) -> Value:
    """`torch.nn.Linear(…)`: an instance with its parameters."""
    made = machine.new(
        call.state,
        call.activation,
        call.span,
        call.name.rpartition(".")[2],
        Instance(value_of(Library(call.name))),
    )
    for address in made:
        if isinstance(address, Address):
            construct_into(machine, address, call)
    return made


def construct_into(machine: Machine, instance: Address, call: LibraryCall) -> None:
    """Run the constructor of library class `call.name` on an instance (of it, or of a subclass)."""
    fact = facts.module_fact(call.name)
    thing = call.state.get(instance)
    if fact is None or not isinstance(thing, Instance):
        return
    attributes = dict(thing.attributes)
    hidden = thing.hidden
    for parameter in fact.parameters:
        exists = _all(_flag(call, fact, flag.name, flag.default) for flag in parameter.flags)
        if exists is False:
            if "*" not in parameter.name:
                attributes[parameter.name] = NONE
            continue
        made = _parameter(machine, call, instance, fact, parameter.name)
        if "*" in parameter.name:
            hidden |= made
        else:
            attributes[parameter.name] = made if exists else made | NONE
    for flag in ("return_indices", fact.in_place_flag, fact.output.flag):
        if flag:
            value = _flag(call, fact, flag, default=False)
            attributes[f"{FLAGS} {flag}"] = _TRUTHS[value]
    if fact.is_loss:
        attributes[f"{FLAGS} {REDUCTION}"] = _TRUTHS[_is_reduced(call, fact)]
    if training_mode.drops(call.name):
        attributes.setdefault(training_mode.TOLD, NONE)
        drops = _flag(call, fact, training_mode.SHARE, default=True)
        attributes[training_mode.SHARE_KEPT] = _TRUTHS[drops]
    payload = _payload(machine, call, instance, fact) if fact.container else thing.payload
    filled = replace(thing, attributes=attributes, hidden=hidden, payload=payload)
    call.state.put(instance, filled)
    take_in(machine, filled, call.state, call.activation, call.span)


_TRUTHS = {True: TRUE, False: FALSE, None: TRUE | FALSE}


def _is_reduced(call: LibraryCall, fact: ModuleFact) -> bool | None:
    """Whether a loss is made that makes one number of all; None where that is not known."""
    given = call.arguments
    if not given.exact or any(_given(call, fact, name) for name in OLD_REDUCTION):
        return None
    asked = _given(call, fact, REDUCTION)
    return True if asked is None or is_reduced(asked) else None


def _given(call: LibraryCall, fact: ModuleFact, name: str) -> Value | None:
    position = fact.positions.index(name) if name in fact.positions else -1
    return call.arguments.get(position, name)


def _all(flags: Iterable[bool | None]) -> bool | None:
    """Whether all flags are true; None where an unknown one decides it."""
    found = set(flags)
    return False if False in found else None if None in found else True


def _flag(call: LibraryCall, fact: ModuleFact, name: str, default: bool) -> bool | None:
    value = _given(call, fact, name)
    if value is None:
        return default if call.arguments.exact else None
    constant = single_literal(value)
    return bool(constant.value) if constant is not None else None


def _parameter(
    machine: Machine, call: LibraryCall, instance: Address, fact: ModuleFact, name: str
) -> Value:
    family = "*" in name
    shown = fact.name.removeprefix("torch.")
    place = machine.book.place(
        call.span, f"parameter {name}", call.activation.context, family=family, of=instance
    )
    what = "parameters" if family else f"parameter `{name}`"
    flag = _flag_of_copies(machine, call) if name == "*" else YES
    call.state.heap[place] = made_under(
        call.state,
        Tensor(
            flag,
            leaf=YES,
            device=placement.device_of(call),
            dtype=placement.float_dtype_of(call),
            parameter=True,
            traits=module_traits.of_parameter(call, fact, shown),
            story=begin(call.span, f"`{shown}` has trainable {what}"),
        ),
    )
    return value_of(place)


def _flag_of_copies(machine: Machine, call: LibraryCall) -> Belief:
    """The flag of parameters below: `TransformerEncoder(layer, 2)` has copies of those of `layer`."""
    given = [a for a in in_order(call.arguments.get(0) or BOTTOM_VALUE) if isinstance(a, Address)]
    if not given:
        return YES
    copied = [parameters.all_parameters(machine, call.state, a, call.span) for a in given]
    flags = join_beliefs(any_flag(call.state, [value]) for value in copied if value)
    return BY_DEFAULT if flags == BOTTOM else flags


def _payload(machine: Machine, call: LibraryCall, instance: Address, fact: ModuleFact) -> Value:
    """The modules (or parameters) a container was given, in a sequence or mapping of its own."""
    place = machine.book.place(call.span, "items", call.activation.context, of=instance)
    state = call.state
    given = call.arguments
    if fact.container == "module":
        return given.get(0) or BOTTOM_VALUE
    if fact.container == "copy":
        return _copy_of_given(machine, call, fact)
    if fact.container == "dict":
        state.heap[place] = _given_mapping(state, given.get(0))
    elif fact.container == "sequential" and not _is_mapping(state, given.get(0)):
        state.heap[place] = Sequence("modules", given.positional, given.rest)
    else:
        state.heap[place] = _given_sequence(machine, state, given.get(0), call)
    return value_of(place)


def take_in(
    machine: Machine, thing: Instance, state: State, activation: Activation, span: Span
) -> None:
    """What a container was given becomes what it holds: a parameter, in a list or dict of those.

    One that puts things in by a method of its own may make anything of them.
    """
    if own_member(state, thing, "__setitem__"):
        return
    for name in class_names(state, thing):
        fact = facts.module_fact(name)
        if fact is not None and fact.wraps:
            shown = fact.name.removeprefix("torch.")
            for items in addresses(thing.payload):
                leaves.keep_as_parameters(machine, state, activation, span, items, shown)


def _is_mapping(state: State, value: Value | None) -> bool:
    found = in_order(value or BOTTOM_VALUE)
    return any(isinstance(a, Address) and isinstance(state.get(a), Mapping) for a in found)


def _given_mapping(state: State, value: Value | None) -> Mapping:

    return merged_mapping(state, Mapping(), value) if value else Mapping()


def _copy_of_given(machine: Machine, call: LibraryCall, fact: ModuleFact) -> Value:
    """A copy of the module that was given, where `device` says."""
    state, activation, span = call.state, call.activation, call.span
    module = _given(call, fact, fact.positions[0]) or BOTTOM_VALUE
    copied = copying.deep_copy(machine, state, activation, span, module)
    device = _given(call, fact, "device") or NONE
    if device != NONE:
        move = Arguments((device,))
        for address in addresses(copied):
            machine.call(value_of(Method(address, "to")), move, state, activation, span, call.shown)
    return copied


def _given_sequence(
    machine: Machine, state: State, value: Value | None, call: LibraryCall
) -> Sequence:

    if not value:
        return Sequence("modules")
    if _is_mapping(state, value):
        mapping = _given_mapping(state, value)
        names = tuple(str(key.value) for key in mapping.entries)
        return Sequence("modules", tuple(mapping.entries.values()), mapping.rest, names)
    found = machine.collect(value, state.fork(), call.activation, call.span)
    if not found:
        return Sequence("modules")
    contents, after = found[0]
    for address in parted(after.heap, state.heap)[1]:
        if address in after.heap and address not in state.heap:
            state.heap[address] = after.heap[address]
    return replace(contents, kind="modules")


# --- attributes and items ---------------------------------------------------------------------


PROTOCOL = frozenset({"__init__", "__call__", "__getattr__", "__setattr__"})


def _is_method(state: State, thing: Instance, name: str) -> bool:
    classes = class_names(state, thing)
    if name in PROTOCOL or facts.module_method(name, classes) is not None:
        return True
    return any(source_fact(f"{cls}.{name}") or facts.call_fact(f"{cls}.{name}") for cls in classes)


def read_attribute(
    machine: Machine,
    address: Address,
    thing: Instance,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """An attribute of a module that it does not have itself."""
    if _is_method(state, thing, name):
        return value_of(Method(address, name))
    if name in live_dicts.REGISTRIES:
        return _registry(machine, address, thing, name, state, activation, span)
    named = _named_item(state, thing, name)
    if named:
        return named
    computed = computed_parameters.read(machine, thing, name, state, activation, span)
    if computed:
        return computed
    if name == "training":
        return training_mode.read(machine, address, state, span)
    for library in class_names(state, thing):
        fact = facts.module_fact(library)
        if fact is None:
            continue
        if name in fact.buffers:
            return machine.derived(f"attribute {name}", (address,), span, Tensor(NO, leaf=YES))
        if fact.container in ("module", "copy") and name == "module":
            return thing.payload
        if name in fact.positions:
            return machine.derived(f"attribute {name}", (address,), span, Unknown(Kind.OTHER, NO))
        if thing.hidden and facts.may_be_parameter(name):
            return thing.hidden
        if name in fact.children:
            unknown = Unknown(Kind.MODULE)
            return machine.derived(f"attribute {name}", (address,), span, unknown)
    cls = next((c for c in thing.cls if isinstance(c, Address)), None)
    if cls is not None and find_in_class(state, cls, "__getattr__"):
        return value_of(Method(address, f"__getattr__ {name}"))
    return machine.derived(f"attribute {name}", (address,), span, Unknown(Kind.ANY))


def _registry(
    machine: Machine,
    address: Address,
    thing: Instance,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """`module._parameters` and its kin: what is registered directly, by name."""
    entries: dict[Literal, Value] = {}
    rest = keys = BOTTOM_VALUE
    for key, value in parameters.named_children(state, thing):
        chosen = frozenset(a for a in value if _is_in_registry(state, thing, name, key, a))
        if key is None:
            rest |= chosen
        elif chosen:
            entries[literal(key)] = chosen
    if rest:
        keys = machine.unknown(state, activation, span, "name", kind=Kind.TEXT, grad=NO)
    held = Mapping(entries, keys, rest)
    return live_dicts.registry_as_mapping(machine, state, address, name, held, span)


def _is_in_registry(
    state: State, thing: Instance, registry: str, name: str | None, atom: Atom
) -> bool:
    inner = state.get(atom) if isinstance(atom, Address) else None
    if registry == "_modules":
        if isinstance(inner, Unknown):
            return inner.kind is Kind.MODULE
        return isinstance(inner, Instance) and is_module(state, inner)
    if registry == "_parameters":
        return isinstance(inner, Tensor) and inner.parameter
    return isinstance(inner, Tensor) and name in parameters.registered(thing)


def _named_item(state: State, thing: Instance, name: str) -> Value:
    """A module of a container that was given names: `Sequential(OrderedDict(act=…)).act`."""
    for atom in thing.payload:
        inner = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(inner, Sequence) and name in inner.fields:
            return inner.items[inner.fields.index(name)]
        if isinstance(inner, Mapping) and literal(name) in inner.entries:
            return inner.entries[literal(name)]
    return BOTTOM_VALUE


def contents(state: State, thing: Instance) -> Sequence | None:
    """The items of a container module, as iteration gives them."""
    held = container_of(state, thing)
    if held is None:
        return None
    if isinstance(held[1], Sequence):
        return replace(held[1], kind="list")
    return Sequence("list", tuple(value_of(k) for k in held[1].entries), held[1].rest_keys)


def read_item(
    machine: Machine,
    address: Address,
    thing: Instance,
    index: Value,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """`sequential[0]`, `module_list[i]`, `module_dict["key"]`, and slices."""

    constant = single_literal(index)
    for atom in thing.payload:
        inner = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(inner, Sequence):
            bounds = slice_of(state, index)
            if bounds is not None:
                part = machine.book.place(span, "slice of modules", activation.context)
                state.heap[part] = replace(cut(inner, bounds), fields=())
                sliced = Instance(thing.cls, {}, BOTTOM_VALUE, value_of(part))
                return machine.new(state, activation, span, "slice", sliced)
            if constant is not None and isinstance(constant.value, int) and inner.exact:
                if -len(inner.items) <= constant.value < len(inner.items):
                    return inner.items[constant.value]
            if inner.all:
                return inner.all
        if isinstance(inner, Mapping):
            if constant is not None and constant in inner.entries:
                return inner.entries[constant]
            if inner.all:
                return inner.all
    return machine.unknown(state, activation, span, "item", kind=Kind.MODULE)


def write_item(thing: Instance, index: Value, value: Value, state: State) -> None:
    """`module_dict["key"] = module`, `module_list[0] = module`."""
    for atom in thing.payload:
        inner = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(atom, Address):
            continue
        if isinstance(inner, Mapping):
            state.put(atom, with_entry(inner, index, value))
        elif isinstance(inner, Sequence):
            constant = single_literal(index)
            items = list(inner.items)
            if constant is not None and isinstance(constant.value, int) and inner.exact:
                if -len(items) <= constant.value < len(items):
                    items[constant.value] = value
                    state.put(atom, replace(inner, items=tuple(items)))
                    continue
            state.put(atom, Sequence("modules", (), inner.all | value))

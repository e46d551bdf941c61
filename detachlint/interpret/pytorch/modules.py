"""`torch.nn.Module` objects: construction, attributes, items, calls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detachlint.domain.belief import BY_DEFAULT, NO, YES
from detachlint.domain.objects import (
    Instance,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
)
from detachlint.domain.story import Story, begin, then
from detachlint.domain.traits import Dtype
from detachlint.domain.values import (
    BOTTOM_VALUE,
    FALSE,
    NONE,
    TRUE,
    Address,
    Library,
    Literal,
    Method,
    Value,
    in_order,
    join_values,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.heap import parted
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import cut, merged_mapping, slice_of, with_entry
from detachlint.interpret.language.lookup import class_names, find_in_class, has_unknown_base
from detachlint.interpret.pytorch import module_traits, parameters, placement, surrounding
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    flag_of,
    made_under,
    make_tensor,
    roots,
    severed_in,
    story_of_any,
    write_into,
)
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing, ModuleFact, Output, Result
from detachlint.source.span import Span

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
        exists = _flag(call, fact, parameter.flag, parameter.default)
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
            attributes[f"{FLAGS} {flag}"] = {True: TRUE, False: FALSE, None: TRUE | FALSE}[value]
    payload = _payload(machine, call, instance, fact) if fact.container else thing.payload
    call.state.put(instance, replace(thing, attributes=attributes, hidden=hidden, payload=payload))


def _flag(call: LibraryCall, fact: ModuleFact, name: str, default: bool) -> bool | None:
    if not name:
        return True
    position = fact.positions.index(name) if name in fact.positions else -1
    value = call.arguments.get(position, name)
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
        call.span, f"parameter {name} {instance.serial}", call.activation.context, family=family
    )
    what = "parameters" if family else f"parameter `{name}`"
    call.state.heap[place] = made_under(
        call.state,
        Tensor(
            YES,
            leaf=YES,
            device=placement.device_of(call),
            dtype=placement.float_dtype_of(call),
            parameter=True,
            traits=module_traits.of_parameter(call, shown),
            story=begin(call.span, f"`{shown}` has trainable {what}"),
        ),
    )
    return value_of(place)


def _payload(machine: Machine, call: LibraryCall, instance: Address, fact: ModuleFact) -> Value:
    """The modules (or parameters) a container was given, in a sequence or mapping of its own."""
    place = machine.book.place(call.span, f"items of {instance.serial}", call.activation.context)
    state = call.state
    given = call.arguments
    if fact.container == "module":
        return given.get(0) or BOTTOM_VALUE
    if fact.container == "dict":
        state.heap[place] = _given_mapping(state, given.get(0))
    elif fact.container == "sequential" and not _is_mapping(state, given.get(0)):
        state.heap[place] = Sequence("modules", given.positional, given.rest)
    else:
        state.heap[place] = _given_sequence(machine, state, given.get(0), call)
    return value_of(place)


def _is_mapping(state: State, value: Value | None) -> bool:
    return any(isinstance(a, Address) and isinstance(state.get(a), Mapping) for a in value or ())


def _given_mapping(state: State, value: Value | None) -> Mapping:

    return merged_mapping(state, Mapping(), value) if value else Mapping()


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


METHODS = frozenset(
    {
        "parameters", "named_parameters", "buffers", "named_buffers", "children", "modules",
        "named_children", "named_modules", "requires_grad_", "eval", "train", "to", "cuda", "cpu",
        "half", "float", "double", "bfloat16", "zero_grad", "state_dict", "load_state_dict",
        "apply", "register_buffer", "register_parameter", "add_module", "register_module",
        "register_forward_hook", "register_forward_pre_hook", "register_backward_hook",
        "register_full_backward_hook", "append", "extend", "insert", "items", "keys", "values",
        "update", "pop", "get_parameter", "get_submodule", "forward", "__init__", "share_memory",
        "type", "compile", "extra_repr", "to_empty", "xpu", "ipu", "__call__", "get",
        "flatten_parameters", "__setattr__", "__getattr__", "log", "log_dict", "manual_backward",
        "save_hyperparameters", "print", "optimizers",
    }
)  # fmt: skip


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
    if name in METHODS:
        return value_of(Method(address, name))
    if name in ("_parameters", "_modules", "_buffers"):
        return _registry(machine, thing, name, state, activation, span)
    named = _named_item(state, thing, name)
    if named:
        return named
    if name == "training":
        return machine.derived("attribute training", (address,), span, Unknown(Kind.TRUTH, NO))
    for library in class_names(state, thing):
        fact = facts.module_fact(library)
        if fact is None:
            continue
        if name in fact.buffers:
            return machine.derived(f"attribute {name}", (address,), span, Tensor(NO, leaf=YES))
        if fact.container == "module" and name == "module":
            return thing.payload
        if name in fact.positions:
            return machine.derived(f"attribute {name}", (address,), span, Unknown(Kind.OTHER, NO))
        if name in ("weight", "bias") or name.startswith(("weight_", "bias_", "in_proj")):
            if thing.hidden:
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
    thing: Instance,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """`module._parameters` and its kin: what is registered directly, by name."""
    entries: dict[Literal, Value] = {}
    buffers = thing.attributes.get(parameters.REGISTERED, BOTTOM_VALUE)
    for key, value in parameters.named_children(state, thing):
        for atom in in_order(value):
            inner = state.get(atom) if isinstance(atom, Address) else None
            is_parameter = isinstance(inner, Tensor) and inner.parameter
            is_buffer = isinstance(inner, Tensor) and literal(key) in buffers
            chosen = {"_parameters": is_parameter, "_buffers": is_buffer}.get(
                name, isinstance(inner, Instance)
            )
            if chosen and key is not None:
                entries[literal(key)] = value
    rest = thing.hidden if name == "_parameters" else BOTTOM_VALUE
    mapping = Mapping(entries, BOTTOM_VALUE, rest)
    return machine.new(state, activation, span, name, mapping)


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
    for atom in thing.payload:
        inner = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(inner, Sequence):
            return replace(inner, kind="list")
        if isinstance(inner, Mapping):
            return Sequence("list", tuple(value_of(k) for k in inner.entries), inner.rest_keys)
    return None


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


def write_item(address: Address, thing: Instance, index: Value, value: Value, state: State) -> None:
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


# --- calls ------------------------------------------------------------------------------------


def call_module(
    machine: Machine,
    address: Address,
    thing: Instance,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """`module(…)`: pre-hooks, `forward`, hooks."""
    if thing.attributes.get(surrounding.COMPILED) == TRUE and state.surroundings.compiled != YES:
        saved = state.surroundings
        state.surroundings = replace(saved, compiled=YES)
        ends = call_module(machine, address, thing, arguments, state, activation, span, shown)
        for _, end in ends:
            end.surroundings = saved
        return ends
    own = _own(state, thing, "__call__")
    if own:
        given = arguments.after(value_of(address))
        return machine.call(own, given, state, activation, span, shown)
    outcomes: Outcomes = []
    for after in _run_hooks(machine, address, PRE_HOOKS, arguments, None, state, activation, span):
        current = after[1].instance(address)
        if current is not None:
            outcomes += forward(
                machine, address, current, arguments, after[1], activation, span, shown
            )
    finished: Outcomes = []
    for value, after_forward in outcomes:
        finished += _run_hooks(
            machine, address, HOOKS, arguments, value, after_forward, activation, span
        )
    return finished


def _own(state: State, thing: Instance, name: str) -> Value:
    parts = [
        found[0]
        for cls in in_order(thing.cls)
        if isinstance(cls, Address) and (found := find_in_class(state, cls, name)) is not None
    ]
    return join_values(parts)


def _run_hooks(
    machine: Machine,
    address: Address,
    which: str,
    arguments: Arguments,
    output: Value | None,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    """Run the registered hooks; a hook's own result (other than None) replaces the output."""
    thing = state.instance(address, which)
    hooks = thing.attributes.get(which, BOTTOM_VALUE) if thing is not None else BOTTOM_VALUE
    outcomes: Outcomes = [(output if output is not None else NONE, state)]
    for hook in in_order(hooks):
        following: Outcomes = []
        for value, before in outcomes:
            inputs = machine.new(
                before, activation, span, "hook inputs", Sequence("tuple", arguments.positional)
            )
            given = (value_of(address), inputs, *([] if output is None else [value]))
            for result, after in machine.call(
                value_of(hook), Arguments(given), before, activation, span, "hook"
            ):
                replaced = frozenset(a for a in result if a != literal(None))
                following.append((replaced or value, after))
        outcomes = following
    return outcomes


def forward(
    machine: Machine,
    address: Address,
    thing: Instance,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """`forward` of the program's class, or what facts say of the library's."""
    own = _own(state, thing, "forward")
    if own:
        given = arguments.after(value_of(address))
        return machine.call(own, given, state, activation, span, shown)
    return forward_of_library(machine, address, thing, arguments, state, activation, span, shown)


def forward_of_library(
    machine: Machine,
    address: Address,
    thing: Instance,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """`forward` of the library class that the module is, or is derived from."""
    state.get(address)  # its attributes are looked at
    for name in class_names(state, thing):
        fact = facts.module_fact(name)
        if fact is None or name == "torch.nn.Module":
            continue
        if fact.container == "sequential":
            return _run_in_sequence(machine, thing, arguments, state, activation, span, shown)
        if fact.container == "module":
            return machine.call(thing.payload, arguments, state, activation, span, shown)
        return [_by_fact(machine, address, thing, fact, arguments, state, activation, span, shown)]
    grad = BY_DEFAULT.both(state.recording)
    known = any(isinstance(c, Address) and not has_unknown_base(state, c) for c in thing.cls)
    story = begin(
        span, f"output of the module `{shown}`, whose parameters are trainable by default"
    )
    if known:
        grad = any_flag(state, [parameters.all_parameters(machine, state, address, span)])
        grad = grad.both(state.recording).in_unseen_hands()
    result = machine.unknown(state, activation, span, "result", grad=grad, story=story)
    return [(result, state)]


def _run_in_sequence(
    machine: Machine,
    thing: Instance,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    items = contents(state, thing) or Sequence("list")
    outcomes: Outcomes = [(arguments.get(0, "input") or BOTTOM_VALUE, state)]
    outer = activation.context
    stages = [*items.items, *([items.rest] if items.rest else [])]
    for number, stage in enumerate(stages):
        activation.context = machine.book.context(outer, span, number + 1)
        outcomes = machine.merge_outcomes(
            [
                outcome
                for value, before in outcomes
                for outcome in machine.call(
                    stage, Arguments((value,)), before, activation, span, shown
                )
            ]
        )
    activation.context = outer
    return outcomes


def _by_fact(
    machine: Machine,
    address: Address,
    thing: Instance,
    fact: ModuleFact,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> tuple[Value, State]:
    inputs = arguments.all()
    weights = [v for n, v in thing.attributes.items() if not n.startswith("@")] + [thing.hidden]
    module_traits.initialize_parameters(state, weights)
    flag_before = any_flag(state, [*weights, *inputs])
    flag = flag_before.both(state.recording)
    trainable = any_flag(state, weights)
    story: Story | None = story_of_any(state, [*inputs]) if trainable == NO else None
    if story is None:
        story = then(
            story_of_any(state, weights),
            span,
            f"output of the module `{shown}`: computed with them",
        )
    else:
        story = then(story, span, f"goes through the module `{shown}`")
    device = placement.common_device(state, [*inputs, *weights])
    short = fact.name.rpartition(".")[2]
    dtype = surrounding.lowered(
        state, short, module_traits.dtype_of_output(state, inputs, weights), device
    )
    made = Tensor(
        flag,
        leaf=flag.opposite(),
        dtype=dtype,
        severed=severed_in(state, inputs),
        story=story,
        device=device,
        traits=placement.common_traits(state, [*inputs, *weights]),
    )
    source = inputs[0] if inputs else BOTTOM_VALUE
    in_place = thing.attributes.get(f"{FLAGS} {fact.in_place_flag}") == TRUE
    if fact.in_place_flag and in_place:
        write_into(state, source, flag_of(state, source), span, f"written by `{shown}`", story)
        return source, state
    value = _build(machine, fact, fact.output, made, source, thing, state, activation, span, "out")
    reshapes = fact.name.endswith(("Flatten", "Unflatten"))
    if fact.aliasing is Aliasing.SOMETIMES and state.mode != YES and source and not reshapes:
        value |= source  # a no-op returns its input, flag and all (executed: Dropout in eval mode)
    return value, state


def _build(
    machine: Machine,
    fact: ModuleFact,
    output: Output,
    made: Tensor,
    source: Value,
    thing: Instance,
    state: State,
    activation: Activation,
    span: Span,
    role: str,
) -> Value:
    if output.items:
        if output.flag and thing.attributes.get(f"{FLAGS} {output.flag}", FALSE) == FALSE:
            return _build(
                machine, fact, output.items[0], made, source, thing, state, activation, span, role
            )
        parts = tuple(
            _build(machine, fact, item, made, source, thing, state, activation, span, f"{role}.{i}")
            for i, item in enumerate(output.items)
        )
        sequence = Sequence("tuple", parts, fields=output.fields)
        return machine.new(state, activation, span, role, sequence)
    if output.result is Result.INTEGER:
        made = Tensor(NO, leaf=YES, dtype=Dtype.INTEGER, device=made.device, traits=made.traits)
    elif output.result is Result.NEVER:
        made = replace(made, grad=NO, leaf=YES, story=None)
    elif output.result is Result.PYTHON:
        return machine.unknown(state, activation, span, role, kind=Kind.OTHER, grad=NO)
    elif fact.aliasing in (Aliasing.VIEW, Aliasing.SELF) or fact.name.endswith("latten"):
        # Flattening what is contiguous (nearly everything) gives a view.
        made = replace(made, base=roots(state, source))
    return make_tensor(machine, state, activation, span, made, role)

"""Attribute access: user objects by their classes' code, library objects by facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE
from detachlint.domain.objects import (
    Array,
    Class,
    Function,
    HeapObject,
    Instance,
    Kind,
    Sequence,
    Tensor,
    Unknown,
)
from detachlint.domain.rank import Rank
from detachlint.domain.values import (
    Address,
    Atom,
    Bound,
    Library,
    Literal,
    Method,
    SourceModule,
    Super,
    Value,
    in_order,
    join_values,
    literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.evidence import is_sign
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import descriptors, enumerations, imports, queues
from detachlint.interpret.language.absent import without_none
from detachlint.interpret.language.contents import kind_of_subclass
from detachlint.interpret.language.live_dicts import attributes_as_mapping
from detachlint.interpret.language.lookup import (
    bind_members,
    class_names,
    find_in_class,
    has_unknown_base,
    is_module,
    library_bases,
    linear_order,
    own_members,
)
from detachlint.interpret.pytorch import (
    array_ranks,
    guards,
    modules,
    own_calls,
    sinks,
    tensor_attributes,
)
from detachlint.interpret.pytorch.parameters import unseen_parameters
from detachlint.interpret.pytorch.tensors import flag_of, story_of
from detachlint.knowledge import facts
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def read_attribute(
    machine: Machine,
    value: Value,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """The outcomes of `value.name`; a property or `__getattr__` of the program is run."""
    read: list[Value] = []
    outcomes: Outcomes = []
    if not hasattr(None, name):
        value = without_none(value, "AttributeError", state, activation)
    for atom in in_order(value):
        found = _read_atom(machine, atom, name, state, activation, span, shown)
        dynamic = _dynamic(found)
        if dynamic is not None:
            before = state if len(value) == 1 else state.fork()
            by = descriptors.read if dynamic.name.startswith(descriptors.GET) else _call_getattr
            outcomes += by(machine, atom, name, before, activation, span)
            continue
        getter = _getter(state, found)
        if getter is None:
            read.append(found)
            continue
        before = state if len(value) == 1 else state.fork()
        outcomes += machine.invoke(
            getter, Arguments((value_of(_receiver(atom)),)), before, activation, span
        )
    if read:
        outcomes.append((machine.bounded(join_values(read), state, activation, span), state))
    return machine.merge_outcomes(outcomes)


def _dynamic(found: Value) -> Method | None:
    if len(found) == 1:
        (atom,) = found
        if isinstance(atom, Method) and atom.name.startswith(("__getattr__ ", descriptors.GET)):
            return atom
    return None


def _call_getattr(
    machine: Machine, atom: Atom, name: str, state: State, activation: Activation, span: Span
) -> Outcomes:
    """Run the program's `__getattr__` for a name that is found nowhere else."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    assert isinstance(thing, Instance)
    outcomes: Outcomes = []
    given = Arguments((value_of(atom), value_of(literal(name))))
    for own, _ in own_members(state, thing, "__getattr__"):
        outcomes += machine.call(own, given, state, activation, span, "__getattr__")
    return outcomes


def _receiver(atom: Atom) -> Atom:
    return atom.receiver if isinstance(atom, Super) else atom


def _getter(state: State, found: Value) -> Address | None:
    if len(found) != 1:
        return None
    (atom,) = found
    if isinstance(atom, Bound):
        function = state.get(atom.function)
        if isinstance(function, Function) and function.kind == "property":
            return atom.function
    return None


def _read_atom(
    machine: Machine,
    atom: Atom,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Value:
    if isinstance(atom, Library):
        return value_of(Library(machine.own.known_as(f"{atom.name}.{name}")))
    if isinstance(atom, SourceModule):
        return imports.read_module(machine, atom.file, name, state, span)
    if isinstance(atom, Super):
        return _read_super(machine, atom, name, state, span)
    if isinstance(atom, Method) and not isinstance(atom.receiver, Address):
        # Such chains have no end: `node = node.left if … else node.right`, of what is None at first.
        return machine.derived(f"attribute {name}", (atom,), span, Unknown(Kind.ANY))
    if isinstance(atom, Literal):
        member = enumerations.read_attribute(machine, atom, name, state)
        return member or value_of(Method(atom, name))
    if not isinstance(atom, Address):
        return value_of(Method(atom, name))
    instance = state.instance(atom, name)
    if instance is not None:
        return _read_instance(machine, atom, instance, name, state, activation, span)
    thing = state.get(atom)
    if isinstance(thing, Tensor):
        return tensor_attributes.read(machine, atom, thing, name, state, activation, span)
    if isinstance(thing, Unknown):
        return _read_unknown(machine, atom, thing, name, state, span)
    if isinstance(thing, Class):
        return _read_class(machine, atom, thing, name, state, span)
    known = _read_builtin(machine, atom, thing, name, state, activation, span)
    return known if known is not None else value_of(Method(atom, name))


def _read_builtin(
    machine: Machine,
    address: Address,
    thing: HeapObject,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value | None:
    """An attribute that an array, a sequence or a function has; None for any other, often a method."""
    if isinstance(thing, Array):
        rank = array_ranks.of_attribute(name, thing.rank)
        if rank is not None:
            part = replace(thing, rank=rank)
            return machine.new(state, activation, span, f"array {name}", part)
    if isinstance(thing, Sequence) and thing.kind in queues.IS_QUEUE:
        queues.read(state, address, thing, name)
    if isinstance(thing, Sequence) and name in thing.fields:
        return thing.items[thing.fields.index(name)]
    if isinstance(thing, Function) and name in thing.attributes:
        return thing.attributes[name]
    if isinstance(thing, Function) and name == "__name__":
        return value_of(literal(thing.code.name))
    return None


def _read_unknown(
    machine: Machine, address: Address, thing: Unknown, name: str, state: State, span: Span
) -> Value:
    known = thing.attributes.get(name)
    if name == "type" and not known:
        known = guards.device_type(state, address)
    if known:
        return known
    if name == "__dict__" and thing.attributes:
        return value_of(attributes_as_mapping(machine, state, address, thing, span))
    if thing.made_by and own_calls.is_part(machine, f"{thing.made_by}.{name}"):
        return tensor_attributes.unknown_attribute(
            machine, address, thing, name, MAYBE, state, span, kind=Kind.MODULE
        )
    if thing.made_by and own_calls.is_known(machine, f"{thing.made_by}.{name}"):
        return value_of(Method(address, name))
    if thing.kind in (Kind.ANY, Kind.MODULE) and (
        facts.is_tensor_method(name) or name in UNKNOWN_METHODS or _tells_module(name)
    ):
        return value_of(Method(address, name))
    if thing.kind not in (Kind.ANY, Kind.MODULE):
        return value_of(Method(address, name))
    attribute = facts.tensor_attribute(name)
    if attribute is not None and thing.kind is Kind.ANY:
        return tensor_attributes.read_maybe(machine, address, thing, name, state, span)
    grad = thing.grad
    if thing.kind is Kind.MODULE:
        grad = MAYBE
        if facts.may_be_parameter(name):
            known = value_of(unseen_parameters(machine, state, address, span))
            grad = flag_of(state, known)
            thing = replace(thing, story=thing.story or story_of(state, known))
    return tensor_attributes.unknown_attribute(machine, address, thing, name, grad, state, span)


def _tells_module(name: str) -> bool:
    return is_sign(name) or facts.module_behaviour(name) in ("modules", "children")


UNKNOWN_METHODS = frozenset(
    {"append", "extend", "items", "keys", "values", "get", "add_argument", "parse_args"}
)
"""Methods that tell something about an unknown object, beside those of tensors and modules."""


def _read_instance(
    machine: Machine,
    address: Address,
    thing: Instance,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    if name == "__class__":
        return thing.cls
    if name == "__dict__":
        state.get(address)  # all attributes are looked at
        return value_of(attributes_as_mapping(machine, state, address, thing, span))
    parts: list[Value] = []
    for cls in in_order(thing.cls):
        own = thing.attributes.get(name)
        found = find_in_class(state, cls, name) if isinstance(cls, Address) else None
        if found is not None and _is_data_descriptor(state, found[0]):
            own = None
        elif isinstance(cls, Library) and facts.is_computed_when_made(cls.name, name):
            own = None  # what it was given under this name is not what it has
        if own:
            parts.append(own)
        elif found is not None and descriptors.method_of(state, found[0], "__get__"):
            parts.append(value_of(Method(address, descriptors.GET + name)))
        elif found is not None:
            parts.append(bind_members(state, found[0], address, cls))
        else:
            parts.append(_missing(machine, address, thing, cls, name, state, activation, span))
    return join_values(parts)


def _is_data_descriptor(state: State, value: Value) -> bool:
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Function) and thing.kind == "property":
            return True
    return descriptors.method_of(state, value, "__set__") is not None


def _missing(
    machine: Machine,
    address: Address,
    thing: Instance,
    cls: Atom,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """An attribute that neither the object nor the program's part of its class has."""
    if is_module(state, thing):
        state.get(address)  # other attributes are looked at, too
        return modules.read_attribute(machine, address, thing, name, state, activation, span)
    base = kind_of_subclass(state, thing)
    if base is not None and hasattr(base, name):
        return value_of(Method(address, name))
    if isinstance(cls, Address):
        getattribute = find_in_class(state, cls, "__getattr__")
        if getattribute is not None:
            return value_of(Method(address, f"__getattr__ {name}"))
        if not library_bases(state, cls) and not has_unknown_base(state, cls):
            # An AttributeError, or set out of sight: either way nothing is known.
            return machine.derived(f"attribute {name}", (address,), span, Unknown(Kind.ANY))
    like_array = name == "flat" or array_ranks.of_attribute(name, Rank.SOME) is not None
    if like_array and sinks.is_plural(state, thing):
        return value_of(address)
    part = sinks.read_part(machine, thing, name, state, activation, span)
    if part is not None:
        return part
    known = _read_by_fact(machine, address, thing, name, state, activation, span)
    if known is not None:
        return known
    # A method of the base that we do not see, or data that it keeps.
    datum = machine.derived(f"attribute {name}", (address,), span, Unknown(Kind.ANY))
    return datum | {Method(address, name)}


def _read_by_fact(
    machine: Machine,
    address: Address,
    thing: Instance,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value | None:
    """An attribute, or a method, that the facts know of a class of a library."""
    for library in class_names(state, thing):
        fact = facts.class_fact(library)
        if fact is not None and name in fact.methods and fact.methods[name].attribute:
            state.get(address)  # other attributes are looked at, too
            return tensor_attributes.read_fact(
                machine, address, thing, fact.methods[name], state, activation, span
            )
        if fact is not None and name in fact.methods:
            return value_of(Method(address, name))
    return None


def _read_class(
    machine: Machine, address: Address, thing: Class, name: str, state: State, span: Span
) -> Value:
    if name == "__name__":
        return value_of(literal(thing.name))
    if name == "__match_args__" and thing.fields:
        fields = Sequence("tuple", tuple(value_of(literal(field)) for field in thing.fields))
        return value_of(_place(machine, state, span, "match arguments", fields))
    found = find_in_class(state, address, name)
    if found is not None:
        bound: set[Atom] = set()
        for atom in found[0]:
            inner = state.get(atom) if isinstance(atom, Address) else None
            is_class_method = isinstance(inner, Function) and inner.kind == "class"
            bound.add(
                Bound(address, atom) if is_class_method and isinstance(atom, Address) else atom
            )
        return frozenset(bound)
    for entry in linear_order(state, address)[1:]:
        if isinstance(entry, Library):
            return value_of(Method(address, name))
    return value_of(Method(address, name))


def _place(machine: Machine, state: State, span: Span, role: str, thing: Sequence) -> Address:
    address = machine.book.place(span, role, 0)
    state.heap[address] = thing
    return address


def _read_super(machine: Machine, atom: Super, name: str, state: State, span: Span) -> Value:
    receiver = atom.receiver
    thing = state.glimpse(receiver) if isinstance(receiver, Address) else None
    classes: list[Address] = []
    if isinstance(thing, Instance):
        classes = [c for c in in_order(thing.cls) if isinstance(c, Address)]
    elif isinstance(thing, Class) and isinstance(receiver, Address):
        classes = [receiver]
    for cls in classes or [atom.after]:
        found = find_in_class(state, cls, name, after=atom.after)
        if found is not None:
            return bind_members(state, found[0], receiver, cls)
    return value_of(Method(atom, name))

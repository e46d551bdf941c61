"""Classes of the program: making them, and making instances of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Class, Frame, Function, Instance, Mapping, Sequence
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Atom,
    Library,
    Super,
    Value,
    in_order,
    join_values,
    single_address,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcome, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import definitions, descriptors, enumerations
from detachlint.interpret.language.contents import kind_of_subclass
from detachlint.interpret.language.lookup import find_in_class, library_bases
from detachlint.interpret.language.names import FIELDS
from detachlint.interpret.pytorch import library_objects, modules, training_mode
from detachlint.ir.nodes import MakeClass
from detachlint.knowledge import facts
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

NAMED_TUPLES = frozenset({"typing.NamedTuple", "collections.namedtuple"})
DATACLASS_DECORATORS = frozenset(
    {
        "dataclasses.dataclass",
        "attr.s",
        "attr.define",
        "attrs.define",
        "attr.dataclass",
        "pydantic.dataclasses.dataclass",
        "flax.struct.dataclass",
    }
)


def make_class(machine: Machine, node: MakeClass, state: State, activation: Activation) -> Outcomes:
    """The outcomes of a class definition."""
    outcomes: Outcomes = []
    parts = [*node.decorators, *(base.value for base in node.bases)]
    for values, before in machine.evaluate_all(parts, state, activation):
        decorators = values[: len(node.decorators)]
        given = zip(node.bases, values[len(node.decorators) :], strict=True)
        pairs = list(given)
        bases = tuple(v for b, v in pairs if b.keyword is None and not b.unpack)
        options = {b.keyword: v for b, v in pairs if b.keyword is not None}
        bodies = _run_body(machine, node, bases, before, activation)
        bodies = enumerations.make_objects(machine, bodies, activation, node.span)
        bodies = descriptors.announce_names(machine, bodies, activation, node.span)
        for made, after in _announced(machine, bodies, options, activation, node.span):
            outcomes += _decorated(machine, decorators, made, after, activation, node.span)
    return outcomes


def _run_body(
    machine: Machine,
    node: MakeClass,
    bases: tuple[Value, ...],
    state: State,
    activation: Activation,
) -> Outcomes:
    code = node.code
    context = machine.book.context(activation.context, node.span)
    address = machine.book.place(node.span, f"class {code.name}", activation.context)
    frame = machine.book.place(node.span, f"body of {code.qualified_name}", context)
    parent = definitions.closure_of(state, activation)
    state.heap[frame] = Frame(code, parent)
    state.heap[address] = Class(code.name, code, bases)
    child = Activation(
        code,
        frame,
        context,
        caller=activation,
        call_span=node.span,
        owner=address,
        depth=activation.depth,
        unseen=activation.unseen,
    )
    outcomes: Outcomes = []
    for end in machine.execute(code.body, [state], child):
        variables = dict(end.frame(frame).variables)
        fields = _field_names(variables.pop(FIELDS, BOTTOM_VALUE))
        flavour = "namedtuple" if _is_named_tuple(end, bases) else ""
        inherited = _inherited_fields(end, bases)
        all_fields = tuple(dict.fromkeys((*inherited, *fields)))
        end.heap[address] = Class(
            code.name, code, bases, variables, all_fields, flavour or _flavour_of(end, bases)
        )
        enumerations.name_constants(machine, end, address)
        end.heap.pop(frame)
        outcomes.append((value_of(address), end))
    return outcomes


def _announced(
    machine: Machine,
    made: Outcomes,
    options: dict[str, Value],
    activation: Activation,
    span: Span,
) -> Outcomes:
    """New classes, once their bases know of them: `__init_subclass__` is run."""
    outcomes: Outcomes = []
    for value, state in made:
        cls = single_address(value)
        hook = find_in_class(state, cls, "__init_subclass__", after=cls) if cls else None
        if hook is None:
            outcomes.append((value, state))
            continue
        keywords = {name: option for name, option in options.items() if name != "metaclass"}
        given = Arguments((value,), keywords)
        outcomes += [
            (value, after)
            for _, after in machine.call(
                hook[0], given, state, activation, span, "__init_subclass__"
            )
        ]
    return outcomes


def _field_names(entries: Value) -> tuple[str, ...]:
    texts = sorted(str(getattr(atom, "value", "")) for atom in entries)
    return tuple(text.split(" ", 1)[1] for text in texts)


def _is_named_tuple(state: State, bases: tuple[Value, ...]) -> bool:
    return any(
        isinstance(atom, Library) and atom.name in NAMED_TUPLES for base in bases for atom in base
    )


def _flavour_of(state: State, bases: tuple[Value, ...]) -> str:
    for base in bases:
        for atom in base:
            thing = state.get(atom) if isinstance(atom, Address) else None
            if isinstance(thing, Class) and thing.flavour:
                return thing.flavour
            if isinstance(atom, Library) and atom.name == "pydantic.BaseModel":
                return "dataclass"
    return ""


def _inherited_fields(state: State, bases: tuple[Value, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for base in reversed(bases):
        for atom in in_order(base):
            thing = state.get(atom) if isinstance(atom, Address) else None
            if isinstance(thing, Class):
                names.extend(thing.fields)
    return tuple(dict.fromkeys(names))


def _decorated(
    machine: Machine,
    decorators: tuple[Value, ...],
    made: Value,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    outcomes: Outcomes = [(made, state)]
    for decorator in reversed(decorators):
        following: Outcomes = []
        for value, before in outcomes:
            if _is_dataclass_decorator(before, decorator):
                _mark_dataclass(before, value)
                following.append((value, before))
                continue
            results = machine.call(
                decorator, Arguments((value,)), before, activation, span, "decorator"
            )
            following += [
                (result if _is_class(after, result) else value, after) for result, after in results
            ]
        outcomes = following
    return outcomes


def _is_class(state: State, value: Value) -> bool:
    return bool(value) and all(
        isinstance(atom, Address) and isinstance(state.get(atom), Class) for atom in in_order(value)
    )


def _is_dataclass_decorator(state: State, decorator: Value) -> bool:
    for atom in decorator:
        if isinstance(atom, Library) and atom.name in DATACLASS_DECORATORS:
            return True
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and any(
            isinstance(cls, Library) and cls.name in DATACLASS_DECORATORS for cls in thing.cls
        ):
            return True
    return False


def _mark_dataclass(state: State, value: Value) -> None:
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Class) and isinstance(atom, Address):
            state.heap[atom] = replace(thing, flavour="dataclass")


def instantiate(
    machine: Machine,
    address: Address,
    cls: Class,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    """The outcomes of calling a class of the program."""
    if arguments.positional and enumerations.is_enumeration(state, address):
        return [(enumerations.with_value(state, address, arguments.positional[0]), state)]
    if cls.flavour == "namedtuple":
        return [(_named_tuple(machine, cls, arguments, state, activation, span), state)]
    thing = Instance(value_of(address))
    base = kind_of_subclass(state, thing)
    if base is not None:  # also where its `__init__` is not run, or not yet
        empty = Mapping() if base is dict else Sequence(base.__name__)
        held = machine.new(state, activation, span, f"held by {cls.name}", empty, of=address)
        thing = replace(thing, payload=held)
    if training_mode.asks(state, thing):
        thing = replace(thing, attributes={training_mode.TOLD: NONE})
    # One call may make one of either of two classes, which may have one name.
    made = machine.new(state, activation, span, f"instance of {cls.name}", thing, of=address)
    own_new = find_in_class(state, address, "__new__")
    if own_new is not None:
        return _by_own_new(machine, address, own_new[0], made, arguments, state, activation, span)
    return initialize(machine, address, made, arguments, state, activation, span)


def _by_own_new(
    machine: Machine,
    address: Address,
    constructor: Value,
    made: Value,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    outcomes: Outcomes = []
    given = arguments.after(value_of(address))
    for value, after in machine.call(constructor, given, state, activation, span, "__new__"):
        result = value if _instances(after, value) else made
        outcomes += initialize(machine, address, result, arguments, after, activation, span)
    return outcomes


def _instances(state: State, value: Value) -> bool:
    return any(
        isinstance(a, Address) and isinstance(state.get(a), Instance) for a in in_order(value)
    )


def initialize(
    machine: Machine,
    address: Address,
    made: Value,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    """Run the constructor of class `address` on the instances `made`."""
    found = find_in_class(state, address, "__init__")
    if found is None:
        return [
            (made, _initialize_by_facts(machine, address, made, arguments, state, activation, span))
        ]
    initializers = frozenset(
        a for a in found[0] if isinstance(a, Address) and isinstance(state.get(a), Function)
    )
    given = arguments.after(made)
    return [
        (made, after)
        for _, after in machine.call(initializers, given, state, activation, span, "__init__")
    ]


def _initialize_by_facts(
    machine: Machine,
    address: Address,
    made: Value,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> State:
    """No `__init__` of the program: a dataclass, or the constructor of a library base."""
    cls = state.get(address)
    assert isinstance(cls, Class)
    if cls.flavour == "dataclass":
        return _initialize_fields(machine, address, cls, made, arguments, state, activation, span)
    for base in library_bases(state, address):
        if facts.module_fact(base) is not None:
            for instance in in_order(made):
                if isinstance(instance, Address):
                    call = LibraryCall(base, BOTTOM_VALUE, arguments, state, activation, span, base)
                    modules.construct_into(machine, instance, call)
            return state
    call = LibraryCall("", BOTTOM_VALUE, arguments, state, activation, span, "")
    for atom in in_order(made):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and isinstance(atom, Address):
            library_objects.initialize_library_base(machine, atom, thing, call)
    return state


def _initialize_fields(
    machine: Machine,
    address: Address,
    cls: Class,
    made: Value,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> State:
    attributes, state = _field_values(machine, address, cls, arguments, state, activation, span)
    for atom in made:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and isinstance(atom, Address):
            state.put(atom, replace(thing, attributes={**thing.attributes, **attributes}))
    post = find_in_class(state, address, "__post_init__")
    if post is None:
        return state
    outcomes = machine.call(post[0], Arguments((made,)), state, activation, span, "__post_init__")
    return machine.join_outcomes(outcomes)[1] if outcomes else state


def _field_values(
    machine: Machine,
    address: Address,
    cls: Class,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> tuple[dict[str, Value], State]:
    values: dict[str, Value] = {}
    for position, name in enumerate(cls.fields):
        given = arguments.get(position, name)
        if given is None:
            given, state = _field_default(machine, address, name, state, activation, span)
        if not given:
            given = machine.unknown(state, activation, span, f"field {name}")
        values[name] = given
    return values, state


def _field_default(
    machine: Machine, address: Address, name: str, state: State, activation: Activation, span: Span
) -> Outcome:
    found = find_in_class(state, address, name)
    if found is None:
        return BOTTOM_VALUE, state
    parts: list[Value] = []
    for atom in in_order(found[0]):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and "dataclasses.field" in _library_names(thing):
            value, state = _from_field(machine, thing, state, activation, span, name)
            parts.append(value)
        else:
            parts.append(value_of(atom))
    return join_values(parts), state


def _library_names(thing: Instance) -> list[str]:
    return [cls.name for cls in thing.cls if isinstance(cls, Library)]


def _from_field(
    machine: Machine, thing: Instance, state: State, activation: Activation, span: Span, name: str
) -> Outcome:
    default = thing.attributes.get("default")
    if default:
        return default, state
    factory = thing.attributes.get("default_factory")
    if not factory:
        return BOTTOM_VALUE, state
    outer = activation.context
    activation.context = machine.book.keyed_context(outer, span, name)
    outcomes = machine.call(factory, Arguments(), state, activation, span, "default_factory")
    activation.context = outer
    return machine.join_outcomes(outcomes) if outcomes else (BOTTOM_VALUE, state)


def _named_tuple(
    machine: Machine,
    cls: Class,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    items: list[Value] = []
    for position, name in enumerate(cls.fields):
        given = arguments.get(position, name) or cls.attributes.get(name)
        items.append(given or machine.unknown(state, activation, span, f"field {name}"))
    thing = Sequence("tuple", tuple(items), fields=cls.fields)
    return machine.new(state, activation, span, cls.name, thing)


def make_super(machine: Machine, call: LibraryCall) -> Outcomes:
    """`super()` and `super(Class, self)`."""
    activation: Activation | None = call.activation
    while activation is not None and activation.code.kind == "lambda":
        activation = activation.caller
    owner = activation.owner if activation is not None else None
    receiver = activation.receiver if activation is not None else BOTTOM_VALUE
    explicit = call.arguments.get(0)
    if explicit is not None:
        owner = next((a for a in in_order(explicit) if isinstance(a, Address)), owner)
        receiver = call.arguments.get(1) or receiver
    if owner is None or not receiver:
        result = machine.unknown(call.state, call.activation, call.span, "super")
        return [(result, call.state)]
    made: set[Atom] = {Super(owner, atom) for atom in receiver}
    return [(frozenset(made), call.state)]

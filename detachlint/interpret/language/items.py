"""Items: reading `value[index]`, and what a slice is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, Belief
from detachlint.domain.objects import (
    Array,
    Class,
    HeapObject,
    Instance,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
)
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Atom,
    Library,
    Literal,
    Value,
    in_order,
    join_values,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import enumerations, replacing
from detachlint.interpret.language.contents import (
    SLICE,
    cut,
    held_by,
    resolved,
    slice_of,
    with_entry,
)
from detachlint.interpret.language.lookup import bind_members, is_module, own_members
from detachlint.interpret.language.tensor_indices import is_basic_index, leaves_gaps
from detachlint.interpret.pytorch import data_loading, modules, numpy_calls, sinks
from detachlint.interpret.pytorch.array_ranks import of_item
from detachlint.interpret.pytorch.tensors import flag_of_tensor, make_tensor, story_of
from detachlint.interpret.pytorch.views import as_view
from detachlint.ir.nodes import Constant, Name, Slice, Subscript
from detachlint.knowledge import facts
from detachlint.knowledge.names import GETITEM
from detachlint.source.span import Span
from detachlint.source.value_class import replace, value_class

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


@value_class(frozen=True, slots=True)
class _Reading:
    """What the subscript `node` reads at `index`, in the world `state`."""

    machine: Machine
    index: Value
    state: State
    activation: Activation
    node: Subscript
    part: str = ""
    """Which of several is read at once, where it is."""

    def new(self, role: str, thing: HeapObject) -> Value:
        """A new object that is made of what is there."""
        return self.machine.new(
            self.state, self.activation, self.node.span, role + self.part, thing
        )

    def unknown(self, role: str, *, kind: Kind = Kind.ANY, grad: Belief = MAYBE) -> Value:
        """Something that nothing else is known of."""
        state, activation, span = self.state, self.activation, self.node.span
        name = role + self.part
        return self.machine.unknown(state, activation, span, name, kind=kind, grad=grad)


def subscript(span: Span) -> Subscript:
    """The subscript of an item that is read without being written as one: `d.get(key)`, `for x in data`."""
    return Subscript(Name("", 0, span), Constant(0, span), span)


def slice_value(machine: Machine, node: Slice, bounds: tuple[Value, ...], state: State) -> Value:
    """A slice object, with None for what is left out."""
    given = iter(bounds)
    parts = tuple(
        next(given) if bound is not None else NONE for bound in (node.lower, node.upper, node.step)
    )
    address = machine.book.place(node.span, SLICE, 0)
    state.heap[address] = Sequence(SLICE, parts)
    return value_of(address)


def read_item(
    machine: Machine,
    value: Value,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Outcomes:
    """The outcomes of `value[index]`."""
    read: list[Value] = []
    outcomes: Outcomes = []
    reading = _Reading(machine, index, state, activation, node)
    for atom in in_order(value):
        method = own_method(state, atom, "__getitem__")
        missing = _missing_key(state, atom, index)
        error = _error_of(state, atom, index, activation)
        if error is not None:
            before = state if len(value) == 1 else state.fork()
            activation.raises.append((value_of(error), before))
        elif missing is not None and isinstance(atom, Address):
            before = state if len(value) == 1 else state.fork()
            outcomes += _make_default(replace(reading, state=before), atom, missing)
        elif method:
            before = state if len(value) == 1 else state.fork()
            outcomes += machine.call(
                method, Arguments((index,)), before, activation, node.span, "__getitem__"
            )
        elif wrapped := data_loading.sets_below(state, atom):
            before = state if len(value) == 1 else state.fork()
            outcomes += _read_below(replace(reading, state=before), wrapped)
        else:
            read.append(_read_atom(reading, atom))
    if read:
        found = machine.bounded(join_values(read), state, activation, node.span)
        outcomes.append((found, state))
    return machine.merge_outcomes(outcomes)


def read_of_data_set(
    machine: Machine,
    address: Address,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Outcomes | None:
    """What `__getitem__` of a library's data set gives, whatever a derived class has; None of others."""
    reading = _Reading(machine, index, state, activation, node)
    wrapped = data_loading.sets_below(state, address)
    if wrapped:
        return _read_below(reading, wrapped)
    thing = state.get(address)
    columns = data_loading.columns_of(state, thing) if isinstance(thing, Instance) else None
    if columns is None:
        return None
    return [(reading.new("data row", _read_columns(reading, columns)), state)]


def _read_below(reading: _Reading, wrapped: Value) -> Outcomes:
    """An item of a data set whose items are those of others: one of theirs, nobody knows which."""
    basic = is_basic_index(reading.state, reading.index)
    index = reading.unknown("index", kind=Kind.NUMBER if basic else Kind.ANY, grad=NO)
    return read_item(
        reading.machine, wrapped, index, reading.state, reading.activation, reading.node
    )


def _error_of(state: State, atom: Atom, index: Value, activation: Activation) -> Library | None:
    """The error that reading the item is sure to raise: it is none of a container known whole, or the
    tensor has no dimensions (executed: `loss[0]`, which gave a number before PyTorch 0.5).

    A container is looked into only where the error may be caught.
    """
    thing = state.get(atom) if isinstance(atom, Address) else None
    is_looked_into = isinstance(thing, (Mapping, Sequence)) and activation.watched
    if not is_looked_into and not (isinstance(thing, Tensor) and thing.number):
        return None
    key = single_literal(resolved(state, index))
    if key is None:
        return None
    match thing:
        case Tensor():
            return Library("builtins.IndexError") if type(key.value) is int else None
        case Mapping() if not (thing.default or thing.rest):
            held = any(entry.value == key.value for entry in thing.entries)  # 1 is True
            return None if held else Library("builtins.KeyError")
        case Sequence() if thing.exact and isinstance(key.value, int):
            inside = -len(thing.items) <= key.value < len(thing.items)
            return None if inside else Library("builtins.IndexError")
    return None


def _missing_key(state: State, atom: Atom, index: Value) -> Literal | None:
    """The key that a defaultdict is asked for and has not got yet."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Mapping) or not thing.default:
        return None
    key = single_literal(resolved(state, index))
    return key if key is not None and key not in thing.entries and not thing.rest else None


def _make_default(reading: _Reading, address: Address, key: Literal) -> Outcomes:
    machine, state, activation = reading.machine, reading.state, reading.activation
    thing = state.get(address)
    assert isinstance(thing, Mapping)
    outer = activation.context
    activation.context = machine.book.keyed_context(outer, reading.node.span, repr(key.value))
    outcomes = _call_factory(reading, thing)
    activation.context = outer
    for value, after in outcomes:
        current = after.get(address)
        if isinstance(current, Mapping):
            after.put(address, with_entry(current, value_of(key), value))
    return outcomes


def _call_factory(reading: _Reading, thing: Mapping) -> Outcomes:
    """The outcomes of making what a defaultdict gives for a key that it has not got."""
    state, activation, span = reading.state, reading.activation, reading.node.span
    return reading.machine.call(
        thing.default, Arguments(), state, activation, span, "default factory"
    )


def own_method(state: State, atom: Atom, name: str) -> Value:
    """The method of the program's classes that an operation on items calls; bottom if there is none."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Instance):
        return BOTTOM_VALUE
    found = next(own_members(state, thing, name), None)
    return bind_members(state, found[0], atom, found[1]) if found is not None else BOTTOM_VALUE


def _read_atom(reading: _Reading, atom: Atom) -> Value:
    state, index = reading.state, reading.index
    if isinstance(atom, Library):
        return _read_library(reading, atom)
    if isinstance(atom, Literal):
        return reading.unknown("item", kind=Kind.OTHER, grad=NO)
    thing = state.get(atom) if isinstance(atom, Address) else None
    loop = reading.activation.replaced.get(atom) if isinstance(atom, Address) else None
    if loop is not None and isinstance(thing, (Sequence, Mapping)):
        found = replacing.at_hand(state, loop, reading.node)
        if found:
            return found
    match thing:
        case Sequence():
            return _read_sequence(reading, thing)
        case Mapping():
            return _read_mapping(reading, thing)
        case Tensor() if isinstance(atom, Address):
            return _read_tensor(reading, atom, thing)
        case Array():
            return reading.new(
                "array item", Array(thing.severed, of_item(state, thing.rank, index))
            )
        case Instance() if isinstance(atom, Address):
            return _read_instance(reading, atom, thing)
        case Class() if isinstance(atom, Address):
            return enumerations.named(state, atom, index) or value_of(atom)
        case Unknown() if isinstance(atom, Address):
            return _read_unknown(reading, atom, thing)
    return reading.unknown("item")


def _read_library(reading: _Reading, atom: Library) -> Value:
    machine, state, activation = reading.machine, reading.state, reading.activation
    index, node = reading.index, reading.node
    indexed = f"{atom.name}.{GETITEM}"
    if facts.numpy_fact(indexed) is not None:
        return numpy_calls.index_trick(machine, indexed, index, state, activation, node)
    if sinks.is_sink_name(atom.name):
        made = sinks.read_item(machine, atom.name, index, state, activation, node.span)
        if made is not None:
            return made
    return value_of(atom)  # a generic alias: list[int], Optional[Tensor]


def _read_instance(reading: _Reading, address: Address, thing: Instance) -> Value:
    machine, state, activation = reading.machine, reading.state, reading.activation
    if is_module(state, thing):
        span = reading.node.span
        return modules.read_item(machine, address, thing, reading.index, state, activation, span)
    held = held_by(state, thing)
    if held is not None:
        return _read_atom(reading, held)
    columns = data_loading.columns_of(state, thing)
    if columns is not None:
        return reading.new("data row", _read_columns(reading, columns))
    if sinks.is_plural(state, thing):
        return value_of(address)
    if sinks.is_followed(thing):
        span = reading.node.span
        column = sinks.read_column(machine, thing, reading.index, state, activation, span)
        if column is not None:
            return column
        return reading.unknown("item", grad=sinks.NOTHING_KNOWN)
    return reading.unknown("item")


def _read_columns(reading: _Reading, columns: Sequence) -> Sequence:
    """`TensorDataset(x, y)[index]` is `(x[index], y[index])` (torch: `TensorDataset.__getitem__`)."""

    def read(column: Value, place: object) -> Value:
        one = replace(reading, part=f" {place}")
        return join_values(_read_atom(one, atom) for atom in in_order(column))

    row = tuple(read(column, place) for place, column in enumerate(columns.items))
    return Sequence("tuple", row, read(columns.rest, "*"))


def _read_unknown(reading: _Reading, address: Address, thing: Unknown) -> Value:
    if thing.kind is not Kind.ANY:
        return reading.unknown(
            "item", kind=Kind.OTHER if thing.kind is not Kind.MODULE else Kind.ANY
        )
    element = Unknown(
        Kind.ANY,
        thing.grad,
        device=thing.device,
        narrow=thing.narrow,
        severed=thing.severed,
        story=thing.story,
    )
    span = reading.node.span
    known = single_literal(reading.index)
    if known is not None:
        stored = thing.attributes.get(f"[{known.value!r}]")
        if stored:
            return stored
        return reading.machine.derived("item", (address, known), span, element)
    return reading.machine.unknown(
        reading.state,
        reading.activation,
        span,
        "item",
        grad=thing.grad,
        story=thing.story,
        severed=thing.severed,
    )


def _read_sequence(reading: _Reading, thing: Sequence) -> Value:
    sliced = slice_of(reading.state, reading.index)
    if sliced is not None:
        return reading.new("slice", cut(thing, sliced))
    constant = single_literal(reading.index)
    if constant is not None and isinstance(constant.value, int):
        position = int(constant.value)
        if position >= 0:
            if position < len(thing.items):
                return thing.items[position]
            return thing.rest or _nothing(reading)
        if thing.exact and -position <= len(thing.items):
            return thing.items[position]
        if not thing.exact:
            # The last of an unknown number: of the rest, or of the items that may be the end.
            return thing.all
    return thing.all or _nothing(reading)


def _nothing(reading: _Reading) -> Value:
    return reading.unknown("missing item", kind=Kind.OTHER, grad=NO)


def _read_mapping(reading: _Reading, thing: Mapping) -> Value:
    index, state = reading.index, reading.state
    parts: list[Value] = []
    for atom in in_order(index):
        key = state.equals.get(atom) if isinstance(atom, Address) else atom
        if isinstance(key, Literal):
            parts.append(thing.entries.get(key, BOTTOM_VALUE) or thing.rest)
        else:
            parts.append(thing.all)
    found = join_values(parts)
    if thing.default and len(index) == 1 and single_literal(index) is None:
        return found | _any_default(reading, thing)
    return found or _nothing(reading)


def _any_default(reading: _Reading, thing: Mapping) -> Value:
    """What a defaultdict makes for a key nobody knows, if it has not got it; it is kept from then on."""
    index, state = reading.index, reading.state
    outcomes = _call_factory(reading, thing)
    made = join_values(value for value, after in outcomes if after is state)
    state.heap.log.now.total = True
    owners = [a for a, other in state.heap.items() if other is thing]
    for address in owners[:1]:
        state.put(
            address, replace(thing, rest=thing.rest | made, rest_keys=thing.rest_keys | index)
        )
    return made


def _read_tensor(reading: _Reading, address: Address, tensor: Tensor) -> Value:
    """Basic indices give a view, tensors and lists of indices a copy (executed: `t[[0, 1]]`)."""
    index, state = reading.index, reading.state
    flag = flag_of_tensor(state, tensor).both(state.recording)
    made = replace(
        tensor,
        grad=flag,
        leaf=flag.opposite(),
        base=frozenset(),
        reordered=False,
        parameter=False,
        number=False,
        dimensioned=False,
        attributes={},
        story=tensor.story or story_of(state, value_of(address)),
    )
    if is_basic_index(state, index):
        made = replace(made, reordered=leaves_gaps(state, index))
        made = as_view(state, made, value_of(address))
    span = reading.node.span
    role = "item" + reading.part
    return make_tensor(reading.machine, state, reading.activation, span, made, role)

"""Items: reading, writing and deleting `value[index]`, and what a slice is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import (
    Array,
    Class,
    Instance,
    Iterator,
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
from detachlint.interpret.language import replacing
from detachlint.interpret.language.contents import (
    SLICE,
    cut,
    held_by,
    keep,
    resolved,
    slice_of,
    with_entry,
)
from detachlint.interpret.language.lookup import bind_members, is_module, own_members
from detachlint.interpret.language.tensor_indices import is_basic_index, leaves_gaps
from detachlint.interpret.pytorch import modules, numpy_calls, sinks
from detachlint.interpret.pytorch.array_operators import Operand, store
from detachlint.interpret.pytorch.array_ranks import of_item
from detachlint.interpret.pytorch.tensors import (
    flag_of,
    flag_of_tensor,
    make_tensor,
    severed_in,
    story_of,
)
from detachlint.interpret.pytorch.views import as_view
from detachlint.interpret.pytorch.writes import into_integers, write_into
from detachlint.ir.nodes import Slice, Subscript
from detachlint.knowledge import facts
from detachlint.knowledge.names import GETITEM, SETITEM
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


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
    for atom in in_order(value):
        method = _own_method(state, atom, "__getitem__")
        missing = _missing_key(state, atom, index)
        error = _error_of(state, atom, index) if activation.watched else None
        if error is not None:
            before = state if len(value) == 1 else state.fork()
            activation.raises.append((value_of(error), before))
        elif missing is not None and isinstance(atom, Address):
            before = state if len(value) == 1 else state.fork()
            outcomes += _make_default(machine, atom, missing, before, activation, node)
        elif method:
            before = state if len(value) == 1 else state.fork()
            outcomes += machine.call(
                method, Arguments((index,)), before, activation, node.span, "__getitem__"
            )
        else:
            read.append(_read_atom(machine, atom, index, state, activation, node))
    if read:
        found = machine.bounded(join_values(read), state, activation, node.span)
        outcomes.append((found, state))
    return machine.merge_outcomes(outcomes)


def _error_of(state: State, atom: Atom, index: Value) -> Library | None:
    """The error that reading the item is sure to raise: it is none of a container known whole."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, (Mapping, Sequence)):
        return None
    key = single_literal(resolved(state, index))
    if key is None:
        return None
    match thing:
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


def _make_default(
    machine: Machine,
    address: Address,
    key: Literal,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Outcomes:
    thing = state.get(address)
    assert isinstance(thing, Mapping)
    outer = activation.context
    activation.context = machine.book.keyed_context(outer, node.span, repr(key.value))
    outcomes = machine.call(
        thing.default, Arguments(), state, activation, node.span, "default factory"
    )
    activation.context = outer
    for value, after in outcomes:
        current = after.get(address)
        if isinstance(current, Mapping):
            after.put(address, with_entry(current, value_of(key), value))
    return outcomes


def _own_method(state: State, atom: Atom, name: str) -> Value:
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Instance):
        return BOTTOM_VALUE
    found = next(own_members(state, thing, name), None)
    return bind_members(state, found[0], atom, found[1]) if found is not None else BOTTOM_VALUE


def _read_atom(
    machine: Machine,
    atom: Atom,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    span = node.span
    if isinstance(atom, Library):
        indexed = f"{atom.name}.{GETITEM}"
        if facts.numpy_fact(indexed) is not None:
            return numpy_calls.index_trick(machine, indexed, index, state, activation, node)
        return value_of(atom)  # a generic alias: list[int], Optional[Tensor]
    if isinstance(atom, Literal):
        return machine.unknown(state, activation, span, "item", kind=Kind.OTHER, grad=NO)
    thing = state.get(atom) if isinstance(atom, Address) else None
    loop = activation.replaced.get(atom) if isinstance(atom, Address) else None
    if loop is not None and isinstance(thing, (Sequence, Mapping)):
        found = replacing.at_hand(state, loop, node)
        if found:
            return found
    match thing:
        case Sequence():
            return _read_sequence(machine, thing, index, state, activation, node)
        case Mapping():
            return _read_mapping(machine, thing, index, state, activation, node)
        case Tensor() if isinstance(atom, Address):
            return _read_tensor(machine, atom, thing, index, state, activation, node)
        case Array():
            item = Array(thing.severed, of_item(state, thing.rank, index))
            return machine.new(state, activation, span, "array item", item)
        case Instance() if isinstance(atom, Address) and is_module(state, thing):
            return modules.read_item(machine, atom, thing, index, state, activation, span)
        case Instance() if (held := held_by(state, thing)) is not None:
            return _read_atom(machine, held, index, state, activation, node)
        case Instance() if sinks.is_plural(state, thing):
            return value_of(atom)
        case Instance() if sinks.is_followed(thing):
            return machine.unknown(state, activation, span, "item", grad=sinks.NOTHING_KNOWN)
        case Class():
            return value_of(atom)
        case Unknown() if isinstance(atom, Address):
            return _read_unknown(machine, atom, thing, index, state, activation, node)
        case Iterator():
            return machine.unknown(state, activation, span, "item")
    return machine.unknown(state, activation, span, "item")


def _read_unknown(
    machine: Machine,
    address: Address,
    thing: Unknown,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    if thing.kind is not Kind.ANY:
        kind = Kind.OTHER if thing.kind is not Kind.MODULE else Kind.ANY
        return machine.unknown(state, activation, node.span, "item", kind=kind)
    element = Unknown(
        Kind.ANY,
        thing.grad,
        device=thing.device,
        narrow=thing.narrow,
        severed=thing.severed,
        story=thing.story,
    )
    known = single_literal(index)
    if known is not None:
        stored = thing.attributes.get(f"[{known.value!r}]")
        if stored:
            return stored
        return machine.derived("item", (address, known), node.span, element)
    return machine.unknown(
        state,
        activation,
        node.span,
        "item",
        grad=thing.grad,
        story=thing.story,
        severed=thing.severed,
    )


def _read_sequence(
    machine: Machine,
    thing: Sequence,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    sliced = slice_of(state, index)
    if sliced is not None:
        return machine.new(state, activation, node.span, "slice", cut(thing, sliced))
    constant = single_literal(index)
    if constant is not None and isinstance(constant.value, int):
        position = int(constant.value)
        if position >= 0:
            if position < len(thing.items):
                return thing.items[position]
            return thing.rest or _nothing(machine, state, activation, node)
        if thing.exact and -position <= len(thing.items):
            return thing.items[position]
        if not thing.exact:
            # The last of an unknown number: of the rest, or of the items that may be the end.
            return thing.all
    return thing.all or _nothing(machine, state, activation, node)


def _nothing(machine: Machine, state: State, activation: Activation, node: Subscript) -> Value:
    return machine.unknown(state, activation, node.span, "missing item", kind=Kind.OTHER, grad=NO)


def _read_mapping(
    machine: Machine,
    thing: Mapping,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    parts: list[Value] = []
    for atom in in_order(index):
        key = state.equals.get(atom) if isinstance(atom, Address) else atom
        if isinstance(key, Literal):
            parts.append(thing.entries.get(key, BOTTOM_VALUE) or thing.rest)
        else:
            parts.append(thing.all)
    found = join_values(parts)
    if thing.default and len(index) == 1 and single_literal(index) is None:
        return _any_default(machine, thing, index, found, state, activation, node)
    return found or _nothing(machine, state, activation, node)


def _any_default(
    machine: Machine,
    thing: Mapping,
    index: Value,
    found: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    """A defaultdict asked for a key nobody knows: an item it has, or a new one, kept from then on."""
    outcomes = machine.call(
        thing.default, Arguments(), state, activation, node.span, "default factory"
    )
    made = join_values(value for value, after in outcomes if after is state)
    state.heap.log.now.total = True
    owners = [a for a, other in state.heap.items() if other is thing]
    for address in owners[:1]:
        state.put(
            address, replace(thing, rest=thing.rest | made, rest_keys=thing.rest_keys | index)
        )
    return found | made


def _read_tensor(
    machine: Machine,
    address: Address,
    tensor: Tensor,
    index: Value,
    state: State,
    activation: Activation,
    node: Subscript,
) -> Value:
    """Basic indices give a view, tensors and lists of indices a copy (executed: `t[[0, 1]]`)."""
    flag = flag_of_tensor(state, tensor).both(state.recording)
    made = replace(
        tensor,
        grad=flag,
        leaf=flag.opposite(),
        base=frozenset(),
        reordered=False,
        parameter=False,
        attributes={},
        story=tensor.story or story_of(state, value_of(address)),
    )
    if is_basic_index(state, index):
        made = replace(made, reordered=leaves_gaps(state, index))
        made = as_view(state, made, value_of(address))
    return make_tensor(machine, state, activation, node.span, made, "item")


def write_item(
    machine: Machine,
    target: Value,
    index: Value,
    value: Value,
    state: State,
    activation: Activation,
    node: Subscript,
    source: Span | None = None,
) -> list[State]:
    """The states after `target[index] = value`; `source` is where the value is written."""
    alone = len(target) == 1
    for atom in in_order(target):
        seen = len(machine.ledger.found)
        method = _own_method(state, atom, "__setitem__")
        if method and alone:
            machine.ledger.note_uneventful(seen, None, (source or node.span,))
            arguments = Arguments((index, value))
            return [
                end
                for _, end in machine.call(
                    method, arguments, state, activation, node.span, "__setitem__"
                )
            ]
        if isinstance(atom, Address):
            _write_atom(machine, atom, index, value, state, activation, node, source, alone)
        machine.ledger.note_uneventful(seen, None, (source or node.span,))
    return [state]


def _write_atom(
    machine: Machine,
    address: Address,
    index: Value,
    value: Value,
    state: State,
    activation: Activation,
    node: Subscript,
    source: Span | None,
    alone: bool,
) -> None:
    thing = state.get(address)
    if address in activation.replaced:
        replacing.note(state, activation.replaced[address], node, value, alone=alone)
    match thing:
        case Sequence():
            changed = _stored_in_sequence(thing, index, value, state)
            state.put(address, changed if alone else thing.join(changed))
        case Mapping():
            entry = with_entry(thing, resolved(state, index), value)
            keep(state, address, entry if alone else thing.join(entry))
        case Tensor():
            write_into(
                state,
                value_of(address),
                flag_of(state, value),
                node.span,
                "written into the tensor here, which requires grad from then on",
                story_of(state, value),
                integers=into_integers(facts.call_fact(SETITEM)),
            )
        case Array():
            stored = Operand(value, source or node.span)
            lost = store(machine, thing, index, stored, state, activation)
            severed = thing.severed | severed_in(state, [value]) | lost
            state.put(address, replace(thing, severed=severed))
        case Instance() if (held := held_by(state, thing)) is not None:
            _write_atom(machine, held, index, value, state, activation, node, source, alone)
        case Instance() if is_module(state, thing):
            modules.write_item(address, thing, index, value, state)
        case Instance() if sinks.is_followed(thing):
            sinks.store_item(machine, thing, value, source or node.span, state, activation)
        case Unknown():
            known = single_literal(index)
            if known is not None and thing.kind is Kind.ANY:
                attributes = {**thing.attributes, f"[{known.value!r}]": value}
                state.put(address, replace(thing, attributes=attributes))
            elif thing.kind is Kind.ANY:
                grad = thing.grad.join(flag_of(state, value))
                state.put(
                    address, replace(thing, grad=grad, story=thing.story or story_of(state, value))
                )


def _is_everything(bounds: Sequence) -> bool:
    return all(part == NONE for part in bounds.items)


def _stored_in_sequence(thing: Sequence, index: Value, value: Value, state: State) -> Sequence:
    sliced = slice_of(state, index)
    if sliced is not None:
        stored: set[Atom] = set()
        for atom in in_order(value):
            inner = state.get(atom) if isinstance(atom, Address) else None
            if isinstance(inner, Sequence) and len(value) == 1 and _is_everything(sliced):
                return replace(thing, items=inner.items, rest=inner.rest)
            stored |= inner.all if isinstance(inner, Sequence) else value
        return Sequence(thing.kind, (), thing.all | frozenset(stored))
    constant = single_literal(index)
    if constant is not None and isinstance(constant.value, int):
        position = int(constant.value)
        if thing.exact and -len(thing.items) <= position < len(thing.items):
            items = list(thing.items)
            items[position] = value
            return replace(thing, items=tuple(items))
        if 0 <= position < len(thing.items):
            items = list(thing.items)
            items[position] = value
            return replace(thing, items=tuple(items))
    return replace(
        thing,
        items=tuple(item | value for item in thing.items),
        rest=thing.rest | value if thing.rest else thing.rest,
    )


def delete_item(target: Value, index: Value, state: State) -> None:
    """`del target[index]`."""
    for address in [a for a in target if isinstance(a, Address)]:
        thing = state.get(address)
        constant = single_literal(index)
        if isinstance(thing, Mapping) and constant is not None and len(target) == 1:
            entries = {k: v for k, v in thing.entries.items() if k != constant}
            keep(state, address, replace(thing, entries=entries))
        elif isinstance(thing, Sequence):
            state.put(address, _without(thing, constant.value if constant is not None else None))


def _without(thing: Sequence, position: object) -> Sequence:
    items = list(thing.items)
    if isinstance(position, int) and thing.exact and -len(items) <= position < len(items):
        del items[position]
        return replace(thing, items=tuple(items))
    return Sequence(thing.kind, (), thing.all)

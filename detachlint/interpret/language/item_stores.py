"""Storing items, and deleting them: `value[index] = …`, `del value[index]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Array, Instance, Kind, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.values import (
    NONE,
    Address,
    Atom,
    Literal,
    Value,
    in_order,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import replacing
from detachlint.interpret.language.contents import (
    held_by,
    resolved,
    slice_of,
    unsettled,
    with_entry,
)
from detachlint.interpret.language.items import own_method
from detachlint.interpret.language.live_dicts import keep
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch import array_operators, modules, registering, sinks
from detachlint.interpret.pytorch.array_operators import Operand
from detachlint.interpret.pytorch.tensors import flag_of, severed_in, story_of
from detachlint.interpret.pytorch.writes import into_integers, write_into
from detachlint.ir.nodes import Subscript
from detachlint.knowledge import facts
from detachlint.knowledge.names import SETITEM
from detachlint.source.span import Span
from detachlint.source.value_class import replace, value_class

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


@value_class(frozen=True, slots=True)
class _Store:
    """A value that the subscript `node` stores at `index` of a `target`, in the world `state`; it stands
    at `source`."""

    machine: Machine
    target: Value
    index: Value
    value: Value
    source: Span
    state: State
    activation: Activation
    node: Subscript


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
    store = _Store(machine, target, index, value, source or node.span, state, activation, node)
    for atom in in_order(target):
        seen = len(machine.ledger.found)
        method = own_method(state, atom, "__setitem__")
        if method and alone:
            machine.ledger.note_uneventful(seen, None, ((store.source, value),), state)
            arguments = Arguments((index, value))
            return [
                end
                for _, end in machine.call(
                    method, arguments, state, activation, node.span, "__setitem__"
                )
            ]
        if isinstance(atom, Address):
            _write_atom(store, atom, alone)
        machine.ledger.note_uneventful(seen, None, ((store.source, value),), state)
    return [state]


def _write_atom(store: _Store, address: Address, alone: bool) -> None:
    state, index, value, activation = store.state, store.index, store.value, store.activation
    thing = state.get(address)
    if address in activation.replaced:
        replacing.note(state, activation.replaced[address], store.node, value, alone=alone)
    match thing:
        case Sequence():
            changed = _stored_in_sequence(thing, index, value, state)
            state.put(address, changed if alone else thing.join(changed))
        case Mapping():
            key = resolved(state, index)
            if not all(isinstance(atom, Literal) for atom in key):
                entries = unsettled(store.machine, state, thing.entries, value, store.node.span)
                thing = replace(thing, entries=entries)
            entry = with_entry(thing, key, value)
            keep(state, address, entry if alone else thing.join(entry))
        case Tensor():
            write_into(
                state,
                value_of(address),
                flag_of(state, value),
                store.node.span,
                "written into the tensor here, which requires grad from then on",
                story_of(state, value),
                integers=into_integers(facts.call_fact(SETITEM)),
            )
        case Array():
            stored = Operand(value, store.source)
            lost = array_operators.store(
                store.machine, store.target, thing, index, stored, state, activation
            )
            severed = thing.severed | severed_in(state, [value]) | lost
            state.put(address, replace(thing, severed=severed))
        case Instance():
            _write_into_instance(store, address, thing, alone)
        case Unknown() if thing.kind is Kind.ANY:
            state.put(address, _stored_in_unknown(store, thing))


def _write_into_instance(store: _Store, address: Address, thing: Instance, alone: bool) -> None:
    state, value = store.state, store.value
    held = held_by(state, thing)
    if held is not None:
        _write_atom(store, held, alone)
    elif is_module(state, thing):
        modules.write_item(thing, store.index, value, state)
        modules.take_in(store.machine, thing, state, store.activation, store.node.span)
        registering.settle(state, address)
    elif sinks.is_followed(thing):
        sinks.store_item(store.machine, thing, value, store.source, state, store.activation)


def _stored_in_unknown(store: _Store, thing: Unknown) -> Unknown:
    known = single_literal(store.index)
    if known is not None:
        attributes = {**thing.attributes, f"[{known.value!r}]": store.value}
        return replace(thing, attributes=attributes)
    state, value = store.state, store.value
    grad = thing.grad.join(flag_of(state, value))
    return replace(thing, grad=grad, story=thing.story or story_of(state, value))


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
        elif isinstance(thing, Instance) and is_module(state, thing):
            _delete_part(state, address, thing, index)


def _delete_part(state: State, address: Address, thing: Instance, index: Value) -> None:
    """`del module_list[0]`, `del module_dict["head"]`."""
    held = registering.container_of(state, thing)
    if held is not None:
        delete_item(value_of(held[0]), index, state)
        registering.renumbered(state, held[0])
        registering.settle(state, address)


def _without(thing: Sequence, position: object) -> Sequence:
    items = list(thing.items)
    if isinstance(position, int) and thing.exact and -len(items) <= position < len(items):
        del items[position]
        return replace(thing, items=tuple(items))
    return Sequence(thing.kind, (), thing.all)

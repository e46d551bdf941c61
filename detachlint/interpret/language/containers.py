"""Methods of lists, tuples, sets, deques, dicts and iterators."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Iterator, Kind, Mapping, Sequence, View
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Atom,
    Library,
    Value,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine import steps
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import elements, generators, item_stores, items, queues
from detachlint.interpret.language.contents import (
    BUILTIN_BASES,
    append,
    resolved,
    updated,
    with_entry,
)
from detachlint.interpret.language.live_dicts import keep
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", Address, LibraryCall], Outcomes]


def contents_of_subclass(machine: Machine, base: str, call: LibraryCall) -> Value:
    """What an object of a class derived from a builtin container holds, as a container of its own."""
    maker = value_of(Library(f"builtins.{BUILTIN_BASES[base]}"))
    outcomes = machine.call(
        maker, call.arguments, call.state, call.activation, call.span, call.shown
    )
    return outcomes[0][0] if outcomes else BOTTOM_VALUE


def call_container_method(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    """`container.name(…)` on one container."""
    if not isinstance(atom, Address):
        return [(_unknown(machine, call), call.state)]
    thing = call.state.get(atom)
    handler: Handler | None = None
    if isinstance(thing, Sequence) and thing.kind in queues.IS_QUEUE:
        found = queues.call_method(machine, atom, call)
        return found or [(_unknown(machine, call), call.state)]
    if isinstance(thing, Sequence):
        handler = SEQUENCE_METHODS.get(call.name)
    elif isinstance(thing, Mapping):
        handler = MAPPING_METHODS.get(call.name)
    elif isinstance(thing, Iterator):
        handler = ITERATOR_METHODS.get(call.name)
    if handler is None:
        return [(_unknown(machine, call), call.state)]
    return handler(machine, atom, call)


def _unknown(machine: Machine, call: LibraryCall) -> Value:
    return machine.unknown(
        call.state, call.activation, call.span, call.name, kind=Kind.OTHER, grad=NO
    )


def _read_item(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    key = call.arguments.get(0) or BOTTOM_VALUE
    owner = value_of(address)
    return items.read_item(
        machine, owner, key, call.state, call.activation, items.subscript(call.span)
    )


def _write_item(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    key, value = (call.arguments.get(position) or BOTTOM_VALUE for position in (0, 1))
    ends = item_stores.write_item(
        machine,
        value_of(address),
        key,
        value,
        call.state,
        call.activation,
        items.subscript(call.span),
    )
    return [(NONE, end) for end in ends]


def _sequence(call: LibraryCall, address: Address) -> Sequence:
    thing = call.state.get(address)
    assert isinstance(thing, Sequence)
    return thing


def _mapping(call: LibraryCall, address: Address) -> Mapping:
    thing = call.state.get(address)
    assert isinstance(thing, Mapping)
    return thing


# --- sequences --------------------------------------------------------------------------------


def _append(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    item = call.arguments.get(0) or BOTTOM_VALUE
    steps.note(call.state, item, call.span, f"kept by `{call.shown}(…)`")
    append(call.state, address, item)
    return [(NONE, call.state)]


def _append_left(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    item = call.arguments.get(0) or BOTTOM_VALUE
    thing = _sequence(call, address)
    if thing.exact and len(thing.items) < 32:
        call.state.put(address, replace(thing, items=(item, *thing.items)))
    else:
        call.state.put(address, Sequence(thing.kind, (), thing.all | item))
    return [(NONE, call.state)]


def _insert(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _sequence(call, address)
    position = single_literal(call.arguments.get(0) or BOTTOM_VALUE)
    item = call.arguments.get(1) or BOTTOM_VALUE
    if position is not None and isinstance(position.value, int) and thing.exact:
        items = list(thing.items)
        items.insert(position.value, item)
        call.state.put(address, replace(thing, items=tuple(items)))
    else:
        call.state.put(address, Sequence(thing.kind, (), thing.all | item))
    return [(NONE, call.state)]


def _extend(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    outcomes: Outcomes = []
    given = call.arguments.get(0) or BOTTOM_VALUE
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        thing = after.get(address)
        if isinstance(thing, Sequence):
            if thing.exact and len(thing.items) + len(contents.items) <= 32:
                changed = replace(thing, items=(*thing.items, *contents.items), rest=contents.rest)
            else:
                changed = replace(thing, rest=thing.rest | contents.all)
            after.put(address, changed)
        outcomes.append((NONE, after))
    return outcomes


def _pop(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _sequence(call, address)
    given = call.arguments.get(0)
    position = single_literal(given) if given is not None else literal(-1)
    if call.name == "popleft":
        position = literal(0)
    items = list(thing.items)
    if position is not None and isinstance(position.value, int):
        at_front = position.value == 0 and bool(items)
        if (thing.exact and -len(items) <= position.value < len(items)) or at_front:
            taken = items.pop(position.value)
            call.state.put(address, replace(thing, items=tuple(items)))
            return [(taken, call.state)]
    call.state.put(address, Sequence(thing.kind, (), thing.all))
    return [(thing.all or _unknown(machine, call), call.state)]


def _clear(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    call.state.put(address, Sequence(_sequence(call, address).kind))
    return [(NONE, call.state)]


def _copy(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _sequence(call, address)
    return [(machine.new(call.state, call.activation, call.span, "copy", thing), call.state)]


def run_key(machine: Machine, call: LibraryCall, contents: Sequence, state: State) -> None:
    """`key=` is called on each element; only what it does on the way matters."""
    key = call.arguments.keyword("key")
    if key is None or key == NONE or not contents.all:
        return
    given = Arguments((contents.all,))
    machine.call(key, given, state.fork(), call.activation, call.span, "key")


def _reorder(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _sequence(call, address)
    run_key(machine, call, thing, call.state)
    if call.name == "reverse" and thing.exact:
        call.state.put(address, replace(thing, items=thing.items[::-1]))
    elif len(thing.items) > 1 or thing.rest:
        everything = thing.all
        changed = replace(thing, items=(everything,) * len(thing.items))
        call.state.put(address, changed)
    return [(NONE, call.state)]


def _set_operation(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _sequence(call, address)
    everything = thing.all
    for other in call.arguments.positional:
        for atom in other:
            inner = call.state.get(atom) if isinstance(atom, Address) else None
            if isinstance(inner, Sequence):
                everything |= inner.all
    made = Sequence(thing.kind, (), everything)
    if call.name == "update":
        call.state.put(address, made)
        return [(NONE, call.state)]
    return [(machine.new(call.state, call.activation, call.span, call.name, made), call.state)]


def _remove(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _sequence(call, address)
    call.state.put(address, Sequence(thing.kind, (), thing.all))
    return [(NONE, call.state)]


def _replace_fields(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`named_tuple._replace(field=value)`."""
    thing = _sequence(call, address)
    items = tuple(
        call.arguments.keywords.get(name, item)
        for name, item in zip(thing.fields, thing.items, strict=False)
    )
    made = replace(thing, items=items or thing.items)
    return [(machine.new(call.state, call.activation, call.span, "_replace", made), call.state)]


def _as_dict(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _sequence(call, address)
    pairs = zip(thing.fields, thing.items, strict=False)
    made = Mapping({literal(name): item for name, item in pairs})
    return [(machine.new(call.state, call.activation, call.span, "_asdict", made), call.state)]


SEQUENCE_METHODS: dict[str, Handler] = {
    "__getitem__": _read_item,
    "__setitem__": _write_item,
    "append": _append,
    "add": _append,
    "appendleft": _append_left,
    "insert": _insert,
    "extend": _extend,
    "pop": _pop,
    "popleft": _pop,
    "clear": _clear,
    "copy": _copy,
    "reverse": _reorder,
    "sort": _reorder,
    "rotate": _reorder,
    "union": _set_operation,
    "intersection": _set_operation,
    "difference": _set_operation,
    "update": _set_operation,
    "remove": _remove,
    "discard": _remove,
    "_replace": _replace_fields,
    "_asdict": _as_dict,
}


# --- mappings ---------------------------------------------------------------------------------


def _view(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`keys`, `values` and `items` show what the dict holds whenever they are looked at."""
    view = View(call.name, value_of(address))
    return [(machine.new(call.state, call.activation, call.span, call.name, view), call.state)]


def _get(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _mapping(call, address)
    key = resolved(call.state, call.arguments.get(0) or BOTTOM_VALUE)
    default = call.arguments.get(1, "default") or NONE
    constant = single_literal(key)
    if constant is None:
        if call.name == "setdefault":
            keep(call.state, address, with_entry(thing, key, default))
        return [(thing.all | default, call.state)]
    found = thing.entries.get(constant, BOTTOM_VALUE)
    if call.name == "pop" and found:
        entries = {k: v for k, v in thing.entries.items() if k != constant}
        keep(call.state, address, replace(thing, entries=entries))
    if call.name == "setdefault" and not found:
        keep(call.state, address, with_entry(thing, key, default))
    if found:
        return [(found, call.state)]
    return [(thing.rest | default, call.state)]


def _update(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _mapping(call, address)
    for value in call.arguments.positional:
        thing = updated(machine, call.state, thing, value, call.span)
    for name, value in call.arguments.keywords.items():
        thing = with_entry(thing, value_of(literal(name)), value)
    keep(call.state, address, thing)
    return [(NONE, call.state)]


def _clear_mapping(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    keep(call.state, address, Mapping(default=_mapping(call, address).default))
    return [(NONE, call.state)]


def _copy_mapping(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    made = machine.new(call.state, call.activation, call.span, "copy", _mapping(call, address))
    return [(made, call.state)]


def _pop_item(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    thing = _mapping(call, address)
    keys = thing.rest_keys | frozenset(thing.entries)
    pair = Sequence("tuple", (keys, thing.all))
    return [(machine.new(call.state, call.activation, call.span, "popitem", pair), call.state)]


MAPPING_METHODS: dict[str, Handler] = {
    "__getitem__": _read_item,
    "__setitem__": _write_item,
    "items": _view,
    "keys": _view,
    "values": _view,
    "get": _get,
    "pop": _get,
    "setdefault": _get,
    "update": _update,
    "clear": _clear_mapping,
    "copy": _copy_mapping,
    "popitem": _pop_item,
}


# --- iterators --------------------------------------------------------------------------------


def advance(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """`next(iterator)`: the item at the known position, or any of them."""
    thing = call.state.get(address)
    if not isinstance(thing, Iterator):
        return [(_unknown(machine, call), call.state)]
    if thing.kind == "generator":
        sent = (call.arguments.get(0) or NONE) if call.name == "send" else NONE
        return generators.advance(
            machine, address, thing, call.state, call.activation, call.span, sent
        )
    outcomes: Outcomes = []
    if thing.kind == "zip" and (row := _next_row(machine, address, thing, call)):
        return row
    known = thing.position is not None and thing.kind == "items"
    if not known:
        moved = replace(thing, position=None)
        for contents, after in machine.collect(
            value_of(address), call.state, call.activation, call.span
        ):
            after.put(address, moved)
            outcomes.append((contents.all or _unknown(machine, call), after))
        return outcomes
    position = thing.position or 0
    for contents, after in machine.collect(thing.source, call.state, call.activation, call.span):
        if position < len(contents.items):
            item = contents.items[position]
            after.put(address, replace(thing, position=position + 1))
        else:
            item = contents.rest or contents.all or _unknown(machine, call)
        outcomes.append((item, after))
    return outcomes


def _next_row(
    machine: Machine, address: Address, thing: Iterator, call: LibraryCall
) -> Outcomes | None:
    if thing.position is None:
        return None
    item = elements.element_at(
        machine, address, thing.position, call.state, call.activation, call.span
    )
    if not item:
        return None
    elements.use_up(call.state, address)
    call.state.put(address, replace(thing, position=thing.position + 1))
    return [(item, call.state)]


def _close(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    return [(NONE, call.state)]


ITERATOR_METHODS: dict[str, Handler] = {
    "__next__": advance,
    "send": advance,
    "throw": advance,
    "close": _close,
}

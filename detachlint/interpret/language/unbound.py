"""Methods of builtin classes, called on the class: `dict.__getitem__(d, key)`, `object.__setattr__`.

Overridden methods reach what they override this way, or by `super()`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Mapping
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Method,
    Value,
    in_order,
    single_literal,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.language import attribute_stores
from detachlint.interpret.language.contents import with_entry
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

OWNER = "builtins."


def call_on_class(machine: Machine, call: LibraryCall) -> Outcomes:
    """The outcomes of `builtin_class.method(receiver, …)`."""
    name = call.name.rpartition(".")[2]
    if name == "fromkeys":
        return _from_keys(machine, call)
    receiver, *rest = call.arguments.positional or (BOTTOM_VALUE,)
    given = replace(call.arguments, positional=tuple(rest))
    basic = call_basic(machine, receiver, replace(call, name=name, arguments=given))
    if basic is not None:
        return basic
    method: Value = frozenset(Method(atom, name) for atom in in_order(receiver))
    return machine.call(method, given, call.state, call.activation, call.span, call.shown)


def call_basic(machine: Machine, receiver: Value, call: LibraryCall) -> Outcomes | None:
    """What each object can do: `__setattr__` and `__getattribute__`, without the program's own."""
    if call.name not in ("__setattr__", "__getattribute__"):
        return None
    constant = single_literal(call.arguments.get(0) or BOTTOM_VALUE)
    name = constant.value if constant is not None else None
    if call.name == "__getattribute__":
        if not isinstance(name, str):
            return [
                (machine.unknown(call.state, call.activation, call.span, "attribute"), call.state)
            ]
        return machine.read_attribute(
            receiver, name, call.state, call.activation, call.span, call.shown
        )
    if not isinstance(name, str):
        return [(NONE, call.state)]
    value = call.arguments.get(1) or BOTTOM_VALUE
    ends = attribute_stores.write_attribute(
        machine, receiver, name, value, call.state, call.activation, call.span, plainly=True
    )
    return [(NONE, end) for end in ends]


def _from_keys(machine: Machine, call: LibraryCall) -> Outcomes:
    """`dict.fromkeys(keys, value)`: one value under all keys."""
    keys = call.arguments.get(0) or BOTTOM_VALUE
    value = call.arguments.get(1) or NONE
    outcomes: Outcomes = []
    for contents, after in machine.collect(keys, call.state, call.activation, call.span):
        thing = Mapping()
        for key in (*contents.items, *([contents.rest] if contents.rest else [])):
            thing = with_entry(thing, key, value)
        made = machine.new(after, call.activation, call.span, "fromkeys", thing)
        outcomes.append((made, after))
    return outcomes

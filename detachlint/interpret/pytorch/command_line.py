"""Defaults of command-line arguments that say where tensors live: `add_argument("--device", …)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Instance, Kind, Unknown
from detachlint.domain.values import Address, Literal, Value, single_address
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.pytorch import placement
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DEFAULT = "@default of "


def call(machine: Machine, call: LibraryCall) -> Value | None:
    """What a method of a parser gives; None if it is none that matters here.

    The user of the program may say otherwise: the default is one of the things it may be.
    """
    address = single_address(call.receiver)
    thing = call.state.get(address) if address is not None else None
    if address is None or not isinstance(thing, (Unknown, Instance)):
        return None
    if call.name == "add_argument":
        _note_default(call, address, thing)
        return None
    defaults = {n: v for n, v in thing.attributes.items() if n.startswith(DEFAULT)}
    if call.name != "parse_args" or not defaults:
        return None
    made = machine.unknown(call.state, call.activation, call.span, "arguments", kind=Kind.ANY)
    namespace = single_address(made)
    assert namespace is not None
    attributes = {
        name.removeprefix(DEFAULT): value
        | machine.derived(f"given {name}", (namespace,), call.span, Unknown(Kind.TEXT))
        for name, value in defaults.items()
    }
    found = call.state.get(namespace)
    assert isinstance(found, Unknown)
    call.state.put(namespace, replace(found, attributes={**found.attributes, **attributes}))
    return made


def _note_default(call: LibraryCall, address: Address, thing: Unknown | Instance) -> None:
    default = call.arguments.keyword("default") or frozenset()
    said = frozenset(atom for atom in default if placement.says_where(call.state, atom))
    name = _destination(call)
    if said and name:
        attributes = {**thing.attributes, f"{DEFAULT}{name}": said}
        call.state.put(address, replace(thing, attributes=attributes))


def _destination(call: LibraryCall) -> str:
    """The attribute that an argument is stored in: `dest=`, or what its first long flag says."""
    given = [call.arguments.keyword("dest") or frozenset(), *call.arguments.positional]
    texts = [
        atom.value
        for value in given
        for atom in value
        if isinstance(atom, Literal) and isinstance(atom.value, str)
    ]
    long = [text for text in texts if not text.startswith("-") or text.startswith("--")]
    return long[0].lstrip("-").replace("-", "_") if long else ""

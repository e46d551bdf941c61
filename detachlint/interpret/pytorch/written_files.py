"""Files that the program writes and reads again: what `torch.save` was given, `torch.load` gives.

A file is known by the value that names it: a path that is spelled out, or the object (a stream, a path that
was put together, the temporary file) that both calls are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import YES
from detachlint.domain.objects import Instance, Mapping, Tensor, Unknown
from detachlint.domain.story import begin
from detachlint.domain.values import (
    BOTTOM_VALUE,
    Address,
    Atom,
    Literal,
    Value,
    in_order,
    join_values,
    value_of,
)
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.work import NOWHERE
from detachlint.interpret.language import copying
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.tensors import flag_of
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

_CONTENT = "@written"
"""The attribute of a file object, or of a path, that holds what was written."""


def _files(machine: Machine) -> Address:
    """Stands for the files with names that are spelled out."""
    return machine.book.derive("files that were written", (), NOWHERE, Mapping())


def _spelled_out(machine: Machine, state: State) -> Mapping:
    """What these files hold, by their names."""
    files = state.get(_files(machine))
    assert isinstance(files, Mapping)
    return files


def write(machine: Machine, call: LibraryCall, file: Value, content: Value) -> None:
    """From now on, this is what a file holds, whatever the program does to the content after that.

    Which one of several is written, nobody knows.
    """
    state = call.state
    content = copying.deep_copy(machine, state, call.activation, call.span, content)
    for atom in in_order(file):
        # What is written to a stream stands behind what was written before, which is read first.
        replaced = len(file) == 1 and isinstance(atom, Literal)
        before = BOTTOM_VALUE if replaced else _content(machine, state, atom)
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(atom, Literal):
            files = _spelled_out(machine, state)
            entries = {**files.entries, atom: before | content}
            state.heap[_files(machine)] = replace(files, entries=entries)
        elif isinstance(thing, (Instance, Unknown)) and isinstance(atom, Address):
            attributes = {**thing.attributes, _CONTENT: before | content}
            state.put(atom, replace(thing, attributes=attributes))


def read(machine: Machine, call: LibraryCall, file: Value, place: Value | None) -> Value:
    """What a file holds, made anew in a `place`, if that is told (`map_location`); nothing where that is
    not known.

    Tensors keep their flags, and are leaves (executed). Others may have written the file meanwhile.
    """
    state = call.state
    held = [_content(machine, state, atom) for atom in file]
    if not held or not all(held):
        return BOTTOM_VALUE
    story = begin(call.span, f"`{call.shown}(…)` puts it there")

    def as_read(written: Address, tensor: Tensor) -> Tensor:
        return replace(
            tensor,
            grad=flag_of(state, value_of(written)).in_unseen_hands(),
            dtype=replace(tensor.dtype, narrow=tensor.dtype.narrow.in_unseen_hands()),
            traits={check: trait.in_unseen_hands() for check, trait in tensor.traits.items()},
            leaf=YES,
            base=frozenset(),
            perhaps_base=False,
            device=placement.device_from(state, place, tensor.device.in_unseen_hands(), story),
        )

    content = join_values(held)
    return copying.deep_copy(machine, state, call.activation, call.span, content, as_read)


def _content(machine: Machine, state: State, file: Atom) -> Value:
    if isinstance(file, Literal):
        return _spelled_out(machine, state).entries.get(file, BOTTOM_VALUE)
    thing = state.get(file) if isinstance(file, Address) else None
    if not isinstance(thing, (Instance, Unknown)):
        return BOTTOM_VALUE
    return thing.attributes.get(_CONTENT, BOTTOM_VALUE)

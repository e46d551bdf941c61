"""Running the program's modules when something of them is needed.

Python runs a module where it is first imported. Here each module is run once, on its own, as if it
were the first: what it leaves in the heap is its *image*, which is then laid into every state that
needs the module. That is sound for modules that only define things. Those that act on others when
they are imported (`Program.acts_on_import`) are run at their import statement, and what they did to
objects of other modules is merged into the state that imports them.

A module that is needed while others are being imported sees of those what they have defined so far: a
part of a package registers with what stands in the package's `__init__.py` above the import.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from detachlint.domain.belief import YES, Belief
from detachlint.domain.objects import Frame, HeapObject, join_objects
from detachlint.domain.values import Address
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.heap import Heap
from detachlint.interpret.engine.state import State, join_states
from detachlint.interpret.import_links import packages_around
from detachlint.interpret.unseen import leave_world_in_unseen_hands
from detachlint.ir.nodes import Assign, Code, Import, MakeClass, MakeFunction
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DEEPEST_IMPORT = 40
"""Modules that wait for one another; beyond, one is unknown to the others."""

MOST_FOR_THEIR_DEEDS = 100
"""Modules of one analysis up to which one is run for what it does to others. Beyond, only those are
of which something is used: a package that registers things in each of its files must not use up
the bound on modules before the program at hand names the first one it needs."""


@value_class(frozen=True, slots=True)
class Image:
    """What importing a module leaves behind: objects (those of modules it needed, too), grad mode.

    `within` are the modules that were being imported then. What was there of their variables is not
    kept: they have more of them, once they have been run to their end.
    """

    heap: dict[Address, HeapObject]
    mode: Belief
    within: tuple[str, ...] = ()


def load(machine: Machine, file: str, state: State) -> Address | None:
    """The frame of a module, run if need be. None if it cannot be read, or waits for us to be run."""
    frame = machine.frame_of(file)
    if state.is_there(frame):
        return frame
    image = machine.images.get(file)
    if image is None:
        code = machine.code_of(file)
        under_way = machine.ledger.importing
        if code is None or file in under_way or len(under_way) >= DEEPEST_IMPORT:
            state.heap.log.now.total = True  # it depends on what is being imported
            return None
        image = machine.images[file] = _image(machine, file, code, state)
        return frame
    _lay_into(machine, image, state)
    for outer in image.within:
        load(machine, outer, state)
    return frame


def load_packages(machine: Machine, file: str, state: State) -> None:
    """Run the packages around a module that act on import, from the outermost inwards."""
    for package in reversed([*packages_around(file, machine.program)]):
        if package != file and machine.program.acts_on_import(package):
            load_for_deeds(machine, package, state)


def load_for_deeds(machine: Machine, file: str, state: State) -> None:
    """Run a module that acts on others when it is imported, if there are not too many of them."""
    loaded = len(machine.images) + len(machine.ledger.importing)
    new = file not in machine.images and not state.is_there(machine.frame_of(file))
    if new and loaded >= MOST_FOR_THEIR_DEEDS:
        machine.ledger.give_up("too many modules that act on import", Span(1, 0, 1, 0, file))
        state.heap.log.now.total = True  # it depends on how many have been run before
        return
    load(machine, file, state)


def _image(machine: Machine, file: str, code: Code, importer: State) -> Image:
    """Run a module for the first time; what comes of it is there for the importer, too."""
    within = tuple(machine.ledger.importing)
    seen = dict(importer.heap.items()) if within else {}
    seen[machine.frame_of(file)] = Frame(code, None)
    state = State(Heap(seen), YES, {}, {})
    with machine.ledger.aside(file):
        normal, broken = run_module(machine, state, file, code)
        # Who imports it goes on only after a normal end.
        end = join_states(normal or broken or [state])
    unfinished = {machine.frame_of(outer) for outer in within}
    heap = {address: thing for address, thing in end.heap.items() if address not in unfinished}
    for address, thing in heap.items():
        machine.originals.setdefault(address, thing)
    for address, thing in end.heap.items():
        if importer.heap.get(address) is not thing:
            importer.heap[address] = thing
    if end.mode != YES:
        importer.mode = end.mode
    return Image(heap, end.mode, within)


def pristine(machine: Machine, file: str, code: Code) -> State:
    """A state in which nothing exists but the empty module."""
    return State(Heap({machine.frame_of(file): Frame(code, None)}), YES, {}, {})


def _lay_into(machine: Machine, image: Image, state: State) -> None:
    originals = machine.originals
    for address, thing in image.heap.items():
        mine = state.heap.get(address)
        if mine is thing:
            continue
        if mine is None:
            state.heap[address] = thing
        elif thing is not originals.get(address):  # the import has changed it
            untouched = mine is originals.get(address)
            state.heap[address] = thing if untouched else join_objects(mine, thing)
    if image.mode != YES:
        state.mode = image.mode


def run_module(
    machine: Machine, state: State, file: str, code: Code
) -> tuple[list[State], list[State]]:
    """The states in which a module's own code can end, and those in which an exception ends it.

    A statement that hits a bound is passed over: what the module defines behind it is still there.
    """
    activation = Activation(code, machine.frame_of(file), 0)
    states = [state]
    for statement in code.body:
        defines = isinstance(statement, Assign) and isinstance(
            statement.value, (MakeFunction, MakeClass, Import)
        )
        before = states if defines else [one.fork() for one in states]
        ends = machine.ledger.guarded(
            partial(machine.execute, (statement,), states, activation), otherwise=before
        )
        if ends is before and not defines:
            for end in ends:  # the statement may have done anything
                leave_world_in_unseen_hands(end)
                end.mode = end.mode.in_unseen_hands()
        states = ends
        if not states:
            break
    return states, [after for _, after in activation.raises]

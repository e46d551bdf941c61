"""What is carried out later or elsewhere: coroutines, event loops, executors, and their futures.

A coroutine runs in the thread that awaits it, and so in its grad mode; what is handed to an executor runs
in a thread of its own, with the mode that is the default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import YES
from detachlint.domain.objects import Instance, Sequence
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Library,
    Value,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import own_member
from detachlint.interpret.pytorch import callbacks
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

FUTURE = "concurrent.futures.Future"
LOOP = "asyncio.AbstractEventLoop"
GROUP = "asyncio.TaskGroup"
_POOLS = ("PoolExecutor", "ThreadPool", "dummy.Pool")
_RESULT = "@result"

Handler = Callable[["Machine", LibraryCall], "Outcomes | None"]


def result_of(state: State, future: Address) -> Value | None:
    """What a future or task comes to; None if it is something else."""
    thing = state.get(future)
    if not isinstance(thing, Instance) or thing.cls != value_of(Library(FUTURE)):
        return None
    return thing.attributes.get(_RESULT) or NONE


def call_method(
    machine: Machine, name: str, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes | None:
    """A method of one of these classes of the library (`name`); None for any other."""
    if name == FUTURE and call.name == "result":
        return [(result_of(call.state, address) or NONE, call.state)]
    if name == "threading.Thread" and call.name in ("start", "run"):
        return _start_thread(machine, address, thing, call)
    if name == LOOP and call.name == "run_in_executor":
        given = call.arguments.positional
        return _in_thread(machine, replace(call, arguments=Arguments(given[1:])))
    if name == LOOP and call.name == "run_until_complete":
        return _awaited(machine, call)
    if name in (LOOP, GROUP) and call.name == "create_task":
        return _task(machine, call)
    if name == GROUP and call.name == "__aenter__":
        return [(value_of(address), call.state)]
    return _in_pool(machine, call) if name.endswith(_POOLS) else None


def _in_pool(machine: Machine, call: LibraryCall) -> Outcomes:
    function = call.arguments.get(0, "fn")
    if function is not None and call.name in ("map", "imap", "starmap"):
        source = call.arguments.get(1) or BOTTOM_VALUE
        return [(callbacks.map_in_threads(machine, call, function, source), call.state)]
    return _in_thread(machine, call)


def _in_thread(machine: Machine, call: LibraryCall) -> Outcomes:
    """The future of what another thread does, `pool.submit(function, …)`."""
    function = call.arguments.get(0, "fn")
    if function is None:
        value = machine.unknown(call.state, call.activation, call.span, call.name)
        return [(value, call.state)]
    given = Arguments(call.arguments.positional[1:], call.arguments.keywords)
    result = callbacks.run_aside(machine, call, function, given, YES)
    return [(_future(machine, call, result, call.state), call.state)]


def _future(machine: Machine, call: LibraryCall, result: Value, state: State) -> Value:
    future = Instance(value_of(Library(FUTURE)), {_RESULT: result})
    return machine.new(state, call.activation, call.span, "future", future)


def _start_thread(
    machine: Machine, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes:
    """A thread runs its target, or what a class derived from `Thread` does in its `run`."""
    own = own_member(call.state, thing, "run") if call.name == "start" else BOTTOM_VALUE
    if own:
        callbacks.run_aside(machine, call, own, Arguments((value_of(address),)), YES)
        return [(NONE, call.state)]
    target = thing.attributes.get("target")
    if target:
        arguments: tuple[Value, ...] = ()
        for atom in thing.attributes.get("args", BOTTOM_VALUE):
            inner = call.state.get(atom) if isinstance(atom, Address) else None
            if isinstance(inner, Sequence):
                arguments = inner.items
        callbacks.run_aside(machine, call, target, Arguments(arguments), YES)
    return [(NONE, call.state)]


def _awaited(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or NONE
    return machine.await_value(given, call.state, call.activation, call.span)


def _task(machine: Machine, call: LibraryCall) -> Outcomes:
    return [
        (_future(machine, call, result, after), after) for result, after in _awaited(machine, call)
    ]


def _gather(machine: Machine, call: LibraryCall) -> Outcomes:
    paths: list[tuple[tuple[Value, ...], State]] = [((), call.state)]
    for given in call.arguments.positional:
        paths = [
            ((*done, value), after)
            for done, before in paths
            for value, after in machine.await_value(given, before, call.activation, call.span)
        ]
    further: Outcomes = []
    for values, before in paths:
        rests: Outcomes = [(BOTTOM_VALUE, before)]
        if call.arguments.rest:
            rests = machine.await_value(call.arguments.rest, before, call.activation, call.span)
        for rest, after in rests:
            thing = Sequence("list", values, rest)
            further.append((machine.new(after, call.activation, call.span, "gather", thing), after))
    return further


def _made(machine: Machine, call: LibraryCall, name: str) -> Outcomes:
    thing = Instance(value_of(Library(name)))
    return [(machine.new(call.state, call.activation, call.span, "made", thing), call.state)]


def _loop(machine: Machine, call: LibraryCall) -> Outcomes:
    return _made(machine, call, LOOP)


def _group(machine: Machine, call: LibraryCall) -> Outcomes:
    return _made(machine, call, GROUP)


def _futures(machine: Machine, call: LibraryCall) -> Outcomes:
    """`as_completed(futures)`: these, in some order."""
    return [(call.arguments.get(0, "fs") or NONE, call.state)]


HANDLERS: dict[str, Handler] = {
    "asyncio.run": _awaited,
    "asyncio.create_task": _task,
    "asyncio.ensure_future": _task,
    "asyncio.wait_for": _awaited,
    "asyncio.shield": _awaited,
    "asyncio.gather": _gather,
    "asyncio.to_thread": _in_thread,
    "asyncio.as_completed": _futures,
    "asyncio.get_running_loop": _loop,
    "asyncio.get_event_loop": _loop,
    "asyncio.new_event_loop": _loop,
    "asyncio.TaskGroup": _group,
    "concurrent.futures.as_completed": _futures,
}

"""The queues of the standard library: what is put into one is got out of it, by this thread or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Sequence
from detachlint.domain.values import BOTTOM_VALUE, Address
from detachlint.interpret.engine import steps
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.contents import append
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

FIRST_IN = "queue"
"""The kind of a sequence that is a queue which gives what it was given first."""

LAST_IN = "pile"

ANY = "heap"
"""The kind of one that gives the least, whichever that is."""

INSIDE = "queue"
"""The attribute of a queue that holds its items."""

KINDS = {
    "queue.Queue": FIRST_IN,
    "queue.SimpleQueue": FIRST_IN,
    "queue.LifoQueue": LAST_IN,
    "queue.PriorityQueue": ANY,
}


def make(machine: Machine, call: LibraryCall) -> Outcomes:
    """`queue.Queue()`, which is empty."""
    thing = Sequence(KINDS[call.name])
    return [(machine.new(call.state, call.activation, call.span, "queue", thing), call.state)]


def call_method(machine: Machine, address: Address, call: LibraryCall) -> Outcomes | None:
    """`queue.name(…)`; None for what neither puts nor gets."""
    if call.name in ("put", "put_nowait"):
        item = call.arguments.get(0, "item") or BOTTOM_VALUE
        steps.note(call.state, item, call.span, f"kept by `{call.shown}(…)`")
        append(call.state, address, item)
        return None
    return _get(machine, address, call) if call.name in ("get", "get_nowait") else None


def read(state: State, address: Address, thing: Sequence, name: str) -> None:
    """`queue.queue` gives what holds the items to whoever may do with it what it likes."""
    if name == INSIDE:
        state.put(address, Sequence(thing.kind, (), thing.all))


def _get(machine: Machine, address: Address, call: LibraryCall) -> Outcomes:
    """The item whose turn it is; any, where nobody can tell."""
    thing = call.state.get(address)
    assert isinstance(thing, Sequence)
    items = list(thing.items)
    if thing.kind != ANY and items and thing.exact:
        taken = items.pop(0 if thing.kind == FIRST_IN else -1)
        call.state.put(address, replace(thing, items=tuple(items)))
        return [(taken, call.state)]
    call.state.put(address, Sequence(thing.kind, (), thing.all))
    # Of an empty one, another thread has to put something into it first.
    others = machine.unknown(call.state, call.activation, call.span, "item of a queue")
    return [(thing.all or others, call.state)]


IS_QUEUE = frozenset(KINDS.values())
HANDLERS = dict.fromkeys(KINDS, make)

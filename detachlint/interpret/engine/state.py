"""The state at a program point: heap, grad mode, and what the path taken so far has assumed.

States are mutable and owned by one path; `fork` before a path splits. Paths on which unknown
conditions were decided differently are kept apart for a while (trace partitioning), so that the second
`if flag:` knows what the first one decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from detachlint.domain.belief import NO, Belief
from detachlint.domain.objects import Frame, HeapObject, Instance, Unknown, join_objects
from detachlint.domain.surroundings import USUAL, Surroundings
from detachlint.domain.values import Address, Atom, Literal, Value
from detachlint.interpret.engine.heap import Assumptions, Heap, Journal, parted
from detachlint.ir.nodes import Code

NOTHING_KNOWN = Unknown()

MOST_PATHS = 4
"""States kept apart after a branch; beyond, they are joined into one."""


class State:
    """One path's view of the world.

    `truths` are the assumed truth values of unknown objects, `equals` the literals they were assumed
    to be. `focus` are summary places that stand for one object for now (the element of a loop that
    visits each object of the place exactly once), so that strong updates are sound.
    """

    __slots__ = ("equals", "focus", "heap", "inference", "mode", "surroundings", "truths")

    def __init__(
        self,
        heap: Heap,
        mode: Belief,
        truths: dict[Atom, bool],
        equals: dict[Address, Literal],
        focus: frozenset[Address] = frozenset(),
        inference: Belief = NO,
        surroundings: Surroundings = USUAL,
    ) -> None:
        self.heap = heap
        self.mode = mode
        self.truths = truths if isinstance(truths, Assumptions) else Assumptions(truths, heap.log)
        self.equals = equals if isinstance(equals, Assumptions) else Assumptions(equals, heap.log)
        self.focus = focus
        self.inference = inference
        self.surroundings = surroundings

    def fork(self) -> State:
        """An independent copy."""
        return State(
            self.heap.fork(),
            self.mode,
            self.truths.fork(),
            self.equals.fork(),
            self.focus,
            self.inference,
            self.surroundings,
        )

    @property
    def recording(self) -> Belief:
        """Whether a result of something that requires grad does, too.

        In inference mode nothing is recorded, not even where grad mode has been switched on again
        (executed); `numpy()` asks for grad mode alone.
        """
        return self.mode if self.inference == NO else self.mode.both(self.inference.opposite())

    def get(self, address: Address) -> HeapObject:
        """The object at an address."""
        found: HeapObject | None = self.heap.get(address)
        if found is not None:
            return found
        return address.default or NOTHING_KNOWN

    def frame(self, address: Address) -> Frame:
        """The frame at an address that is known to hold one."""
        frame = self.heap[address]
        assert isinstance(frame, Frame)
        return frame

    def put(self, address: Address, thing: HeapObject) -> None:
        """Update an object: strongly where the address is one object, weakly where it may be many."""
        if address.summary and address not in self.focus:
            thing = join_objects(self.get(address), thing)
        self.heap[address] = thing

    def variable(self, frame: Address, name: str) -> Value | None:
        """The value of a variable of a frame; None where it is not bound."""
        self.heap.log.now.names.add((frame, name))
        return self._scope(frame).variables.get(name)

    def is_there(self, frame: Address) -> bool:
        """Whether a frame exists in this world."""
        self.heap.log.now.names.add((frame, ""))
        return self.heap.peek(frame) is not None

    def outer(self, frame: Address) -> Address | None:
        """The frame around a frame."""
        self.heap.log.now.names.add((frame, ""))
        return self._scope(frame).parent

    def instance(self, address: Address, name: str = "") -> Instance | None:
        """The instance at an address, for someone who looks at nothing but its class and this attribute."""
        found = self.heap.peek(address)
        if not isinstance(found, Instance):
            return None
        self.heap.log.now.names.update(((address, name), (address, "")))
        return found

    def glimpse(self, address: Address) -> HeapObject:
        """The object at an address, for someone who looks at nothing but the class of an instance."""
        return self.instance(address) or self.get(address)

    def set_attribute(self, address: Address, name: str, value: Value | None) -> None:
        """Set an attribute of a single instance; None removes it."""
        old = self.instance(address, name)
        assert old is not None
        attributes = {n: v for n, v in old.attributes.items() if value is not None or n != name}
        if value is not None:
            attributes[name] = value
        self.heap.store(address, Instance(old.cls, attributes, old.hidden, old.payload))

    def code_of(self, frame: Address) -> Code:
        """The code that a frame is of: the same, whatever happens."""
        return self._scope(frame).code

    def _scope(self, frame: Address) -> Frame:
        found = self.heap.peek(frame)
        assert isinstance(found, Frame)
        return found

    def bind(self, frame: Address, name: str, value: Value) -> None:
        """Set a variable of a frame."""
        old = self._scope(frame)
        self.heap.log.now.names.add((frame, name))
        self.heap.store(frame, Frame(old.code, old.parent, {**old.variables, name: value}))

    def unbind(self, frame: Address, name: str) -> None:
        """Remove a variable of a frame."""
        old = self._scope(frame)
        self.heap.log.now.names.add((frame, name))
        kept = {n: v for n, v in old.variables.items() if n != name}
        self.heap.store(frame, Frame(old.code, old.parent, kept))

    def same_world(self, other: State, where: Whereabouts | None = None) -> bool:
        """Whether both agree in everything but the assumptions that led there. Whoever compares many
        states hands over `where` it was found that two of them do not."""
        if self.mode != other.mode or self.inference != other.inference:
            return False
        if self.surroundings != other.surroundings:
            return False
        if where is not None and where.tells(self.heap, other.heap):
            return False
        found = self.heap.disagreement(other.heap, parted(self.heap, other.heap)[1])
        if where is not None and found is not None and self.heap.has_names(found):
            where.last = found
        return found is None

    def join(self, other: State) -> State:
        """Either path was taken; assumptions survive where both made them."""
        if self.heap is other.heap:
            other = other.fork()
        ancestor, writes = parted(self.heap, other.heap)
        heap = self.heap.under(Journal(ancestor))
        for address, mine, theirs in self.heap.differences(other.heap, writes):
            if mine is not None and theirs is not None:
                joined = join_objects(mine, theirs)
                if joined is not mine:
                    heap.store(address, joined)
            else:
                heap.store(address, _met_absence(address, mine or theirs))
        heap.journal.writes |= writes
        return State(
            heap,
            self.mode.join(other.mode),
            self.truths.shared(other.truths),
            self.equals.shared(other.equals),
            self.focus & other.focus,
            self.inference.join(other.inference),
            self.surroundings.join(other.surroundings),
        )


def _met_absence(address: Address, thing: HeapObject | None) -> HeapObject:
    assert thing is not None
    # An object the other path has not made cannot be reached there; an unknown object of which the
    # other path has learned nothing is still what it was.
    if address.default is None or thing is address.default:
        return thing
    return join_objects(thing, address.default)


def join_states(states: Iterable[State]) -> State:
    """The join of one or more states.

    Neighbours first: they have parted last, and a join costs what was written since then.
    """
    joined = list(states)
    while len(joined) > 1:
        pairs = zip(joined[::2], joined[1::2], strict=False)
        last = joined[-1:] if len(joined) % 2 else []
        joined = [left.join(right) for left, right in pairs] + last
    return joined[0]


def merge_states(states: list[State], limit: int) -> list[State]:
    """The same executions in at most `limit` states; paths that made no difference become one."""
    distinct = distinct_states(states, limit)
    return distinct if len(distinct) <= limit else [join_states(distinct)]


class Whereabouts:
    """Where two of several states were found to differ last: many others differ there as well, and need
    not be asked what has been written since they have parted."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last: Address | None = None

    def tells(self, left: Heap, right: Heap) -> bool:
        """Whether these two differ there."""
        return self.last is not None and left.disagrees_in_names(right, self.last)


def distinct_states(states: list[State], most: int | None = None) -> list[State]:
    """The same executions without paths that made no difference; if there are more than `most` others, it
    does not matter which of them make one."""
    if len(states) <= 1:
        return states
    distinct: list[State] = []
    where = Whereabouts()
    for number, state in enumerate(states):
        for index, other in enumerate(distinct):
            if state.same_world(other, where):
                distinct[index] = State(
                    other.heap,
                    other.mode,
                    other.truths.shared(state.truths),
                    other.equals.shared(state.equals),
                    other.focus & state.focus,
                    other.inference,
                    other.surroundings,
                )
                break
        else:
            distinct.append(state)
            if len(distinct) - 1 == most:
                return distinct + states[number + 1 :]
    return distinct


def drop_assumptions(state: State, about: Collection[Atom]) -> None:
    """Forget what was assumed about these objects."""
    for address in about:
        state.truths.pop(address, None)
        if isinstance(address, Address):
            state.equals.pop(address, None)

"""The state at a program point: heap, grad mode, and what the path taken so far has assumed.

States are mutable and owned by one path; `fork` before a path splits. Paths on which unknown
conditions were decided differently are kept apart for a while (trace partitioning), so that the second
`if flag:` knows what the first one decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from detachlint.domain.belief import NO, Belief
from detachlint.domain.objects import Frame, HeapObject, Unknown, join_objects
from detachlint.domain.surroundings import USUAL, Surroundings
from detachlint.domain.values import Address, Atom, Literal, Value
from detachlint.interpret.engine.heap import Heap, Journal, parted

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
        self.truths = truths
        self.equals = equals
        self.focus = focus
        self.inference = inference
        self.surroundings = surroundings

    def fork(self) -> State:
        """An independent copy."""
        return State(
            self.heap.fork(),
            self.mode,
            self.truths.copy(),
            self.equals.copy(),
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
        found = self.heap.get(address)
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

    def bind(self, frame: Address, name: str, value: Value) -> None:
        """Set a variable of a frame."""
        old = self.frame(frame)
        self.heap[frame] = Frame(old.code, old.parent, {**old.variables, name: value})

    def unbind(self, frame: Address, name: str) -> None:
        """Remove a variable of a frame."""
        old = self.frame(frame)
        kept = {n: v for n, v in old.variables.items() if n != name}
        self.heap[frame] = Frame(old.code, old.parent, kept)

    def same_world(self, other: State) -> bool:
        """Whether both agree in everything but the assumptions that led there."""
        if self.mode != other.mode or self.inference != other.inference:
            return False
        if self.surroundings != other.surroundings:
            return False
        mine, theirs = self.heap, other.heap
        return all(mine.get(a) == theirs.get(a) for a in parted(mine, theirs)[1])

    def join(self, other: State) -> State:
        """Either path was taken; assumptions survive where both made them."""
        if self.heap is other.heap:
            other = other.fork()
        ancestor, writes = parted(self.heap, other.heap)
        heap = Heap(self.heap, Journal(ancestor))
        for address in writes:
            mine, theirs = self.heap.get(address), other.heap.get(address)
            if mine is not None and theirs is not None:
                heap[address] = join_objects(mine, theirs)
            elif mine is not None or theirs is not None:
                heap[address] = _met_absence(address, mine or theirs)
        heap.journal.writes |= writes
        return State(
            heap,
            self.mode.join(other.mode),
            {a: t for a, t in self.truths.items() if other.truths.get(a) == t},
            {a: v for a, v in self.equals.items() if other.equals.get(a) == v},
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
    """The join of one or more states."""
    iterator = iter(states)
    joined = next(iterator)
    for state in iterator:
        joined = joined.join(state)
    return joined


def merge_states(states: list[State], limit: int) -> list[State]:
    """The same executions in at most `limit` states; paths that made no difference become one."""
    if len(states) <= 1:
        return states
    distinct: list[State] = []
    for state in states:
        for index, other in enumerate(distinct):
            if state.same_world(other):
                distinct[index] = State(
                    other.heap,
                    other.mode,
                    {a: t for a, t in other.truths.items() if state.truths.get(a) == t},
                    {a: v for a, v in other.equals.items() if state.equals.get(a) == v},
                    other.focus & state.focus,
                    other.inference,
                    other.surroundings,
                )
                break
        else:
            distinct.append(state)
    if len(distinct) > limit:
        return [join_states(distinct)]
    return distinct


def drop_assumptions(state: State, about: Collection[Atom]) -> None:
    """Forget what was assumed about these objects."""
    for address in about:
        state.truths.pop(address, None)
        if isinstance(address, Address):
            state.equals.pop(address, None)

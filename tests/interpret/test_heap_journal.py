"""The journal of a heap: it must name every place in which two heaps differ, whatever was done."""

from __future__ import annotations

from domain_elements import an_address
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import Array, HeapObject, Tensor
from detachlint.interpret.engine.heap import Heap, parted
from detachlint.interpret.engine.state import State

PLACES = [an_address(serial) for serial in range(1, 6)]
THINGS: list[HeapObject] = [Tensor(YES), Tensor(NO), Array()]
places = st.sampled_from(PLACES)
picks = st.integers(0, 7)


class Heaps(RuleBasedStateMachine):
    """Heaps that fork, are written and meet again, each beside a plain dict that does the same."""

    def __init__(self) -> None:
        super().__init__()
        self.heaps: list[Heap] = [Heap({PLACES[0]: THINGS[0]})]
        self.plain: list[dict[object, HeapObject]] = [{PLACES[0]: THINGS[0]}]

    @rule(pick=picks)
    def fork(self, pick: int) -> None:
        if len(self.heaps) < 8:
            index = pick % len(self.heaps)
            self.heaps.append(self.heaps[index].fork())
            self.plain.append(dict(self.plain[index]))

    @rule(pick=picks, place=places, thing=st.sampled_from(THINGS))
    def write(self, pick: int, place: object, thing: HeapObject) -> None:
        index = pick % len(self.heaps)
        self.heaps[index][place] = thing  # type: ignore[index]  # an address
        self.plain[index][place] = thing

    @rule(pick=picks, place=places)
    def remove(self, pick: int, place: object) -> None:
        index = pick % len(self.heaps)
        self.heaps[index].pop(place)  # type: ignore[arg-type]  # an address
        self.plain[index].pop(place, None)

    @rule(left=picks, right=picks)
    def meet(self, left: int, right: int) -> None:
        first, second = left % len(self.heaps), right % len(self.heaps)
        joined = State(self.heaps[first], YES, {}, {}).join(State(self.heaps[second], YES, {}, {}))
        if len(self.heaps) < 8:
            self.heaps.append(joined.heap)
            self.plain.append(dict(joined.heap.items()))

    @invariant()
    def content_is_that_of_a_dict(self) -> None:
        assert [dict(heap.items()) for heap in self.heaps] == self.plain

    @invariant()
    def differences_are_in_the_journal(self) -> None:
        for left in self.heaps:
            for right in self.heaps:
                different = {a for a in PLACES if left.get(a) is not right.get(a)}
                assert different <= parted(left, right)[1]


TestHeaps = Heaps.TestCase


def test_heaps_of_one_origin_meet_at_the_cost_of_what_was_written() -> None:
    here = Heap(dict.fromkeys(PLACES, THINGS[0]))
    here[PLACES[0]] = THINGS[0]
    there = here.fork()
    there[PLACES[1]] = THINGS[1]
    here.pop(PLACES[2])
    assert parted(here, there)[1] == {PLACES[1], PLACES[2]}


def test_a_heap_that_met_itself_may_be_written_again() -> None:
    world = State(Heap({PLACES[0]: THINGS[0]}), YES, {}, {})
    joined = world.join(world)
    world.heap[PLACES[0]] = THINGS[1]
    assert not world.same_world(joined)


def test_a_fork_of_a_heap_that_was_never_written_is_no_stranger() -> None:
    here = Heap(dict.fromkeys(PLACES, THINGS[0]))
    there = here.fork()
    there[PLACES[1]] = THINGS[1]
    assert parted(here, there)[1] == {PLACES[1]}


def test_strangers_have_everything_between_them() -> None:
    left, right = Heap({PLACES[0]: THINGS[0]}), Heap({PLACES[1]: THINGS[0]})
    assert parted(left, right) == (None, {PLACES[0], PLACES[1]})

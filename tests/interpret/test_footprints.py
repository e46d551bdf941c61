"""What a call looks at is noted: cells, names of frames and instances, assumptions."""

from __future__ import annotations

from domain_elements import an_address

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import Array, Instance, Tensor
from detachlint.domain.values import NONE, TRUE, Library, value_of
from detachlint.interpret.engine.heap import Footprint, Heap
from detachlint.interpret.engine.state import State

HERE, THERE, BOX = an_address(1), an_address(2), an_address(3)


def world() -> State:
    """A tensor, and an object with two attributes."""
    box = Instance(value_of(Library("box")), {"a": TRUE, "b": NONE})
    return State(Heap({HERE: Tensor(YES), BOX: box}), YES, {}, {})


def noted(state: State) -> Footprint:
    """What has been noted so far."""
    return state.heap.log.now


def test_reading_a_place_is_noted_whether_or_not_something_is_there() -> None:
    state = world()
    state.get(HERE)
    assert THERE not in state.heap
    assert noted(state).cells == {HERE, THERE}


def test_forks_note_in_one_place() -> None:
    state = world()
    state.fork().get(HERE)
    assert HERE in noted(state).cells


def test_looking_at_one_attribute_is_not_looking_at_the_others() -> None:
    state = world()
    state.instance(BOX, "a")
    assert BOX not in noted(state).cells
    assert noted(state).names == {(BOX, "a"), (BOX, "")}


def test_setting_an_attribute_notes_its_name_and_leaves_the_others() -> None:
    state = world()
    state.set_attribute(BOX, "a", NONE)
    changed = state.instance(BOX)
    assert changed is not None
    assert changed.attributes == {"a": NONE, "b": NONE}
    assert BOX not in noted(state).cells


def test_replacing_an_instance_counts_as_looking_at_all_of_it() -> None:
    state = world()
    state.heap[BOX] = Instance(value_of(Library("box")))
    assert BOX in noted(state).cells


def test_comparing_worlds_notes_what_was_compared() -> None:
    state = world()
    other = state.fork()
    other.heap[HERE] = Tensor(NO)
    other.heap[THERE] = Array()
    assert not state.same_world(other)
    assert noted(state).cells & {HERE, THERE}


def test_joining_worlds_notes_what_was_joined() -> None:
    state = world()
    other = state.fork()
    other.heap[THERE] = Array()
    state.join(other)
    assert THERE in noted(state).cells


def test_asking_and_deciding_are_noted() -> None:
    state = world()
    assert state.truths.get(HERE) is None
    state.equals.pop(THERE, None)
    assert noted(state).assumed == {HERE, THERE}


def test_a_part_of_a_call_adds_to_the_whole() -> None:
    whole, part = Footprint(), Footprint()
    part.cells.add(HERE)
    part.total = True
    whole.add(part)
    assert whole.cells == {HERE}
    assert whole.total

"""States: the join's laws, what survives a merge, and strong and weak updates."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import reduce
from typing import Any

from domain_elements import (
    ADDRESSES,
    UNKNOWN_PLACES,
    addresses,
    an_address,
    beliefs,
    heap_objects,
    literals,
    surroundings,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from join_laws import broken_laws

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import HeapObject, Instance, Mapping, Sequence, Tensor, Unknown
from detachlint.domain.values import Address, literal
from detachlint.interpret.engine.heap import Footprint, Heap
from detachlint.interpret.engine.state import (
    State,
    distinct_states,
    drop_assumptions,
    join_states,
    merge_states,
)

ONE_CLASS = st.one_of(*map(heap_objects, (Tensor, Sequence, Mapping, Instance)))
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "mode": beliefs,
    "inference": beliefs,
    "surroundings": surroundings,
    "truths": st.dictionaries(addresses, st.booleans(), max_size=3),
    "equals": st.dictionaries(addresses, literals, max_size=3),
    "focus": st.frozensets(addresses, max_size=2),
}
PLACE = dict(zip("abc", ADDRESSES, strict=True))


@st.composite
def states_of_one_program(draw: st.DrawFn) -> list[State]:
    """Three states. An address holds objects of one class in all of them, or nothing."""
    assert set(PARTS) | {"heap"} == set(inspect.signature(State).parameters), "a new part of states"
    kinds = {place: draw(st.sampled_from((Tensor, Sequence, Instance))) for place in ADDRESSES}
    kinds |= dict.fromkeys(UNKNOWN_PLACES, Unknown)
    found: list[State] = []
    for _ in range(3):
        present = draw(st.sets(st.sampled_from(list(kinds))))
        heap = Heap(
            {place: draw(heap_objects(kinds[place])) for place in kinds if place in present}
        )
        found.append(State(heap, **{name: draw(part) for name, part in PARTS.items()}))
    return found


def same(left: State, right: State) -> bool:
    same_heap = left.heap.items() == right.heap.items()
    return same_heap and all(getattr(left, name) == getattr(right, name) for name in PARTS)


def state(content: dict[Address, HeapObject] | None = None, mode: Belief = YES) -> State:
    return State(Heap(content or {}), mode, {}, {})


@settings(max_examples=30)
@given(states_of_one_program())
def test_joins_of_states_keep_every_law(three: list[State]) -> None:
    assert broken_laws(State.join, *three, equal=same) == []


@settings(max_examples=30)
@given(states_of_one_program())
def test_a_join_leaves_its_sides_as_they_were(three: list[State]) -> None:
    left, right, _ = three
    before = left.fork(), right.fork()
    joined = left.join(right)
    joined.heap[ADDRESSES[0]] = Tensor(YES)
    joined.truths[ADDRESSES[0]] = True
    assert same(left, before[0])
    assert same(right, before[1])


@settings(max_examples=30)
@given(states_of_one_program())
def test_a_fork_goes_its_own_way(three: list[State]) -> None:
    original = three[0]
    copy, before = original.fork(), original.fork()
    assert same(copy, original)
    copy.heap[ADDRESSES[0]] = Sequence("list")
    copy.truths.clear()
    copy.equals.clear()
    assert same(original, before)


def test_assumptions_survive_where_both_paths_made_them() -> None:
    left, right = state(), state()
    a, b, c = ADDRESSES
    left.truths.update({a: True, b: True, c: False})
    right.truths.update({a: True, b: False})
    left.equals.update({a: literal(1), b: literal(1)})
    right.equals.update({a: literal(1), b: literal(1.0)})
    joined = left.join(right)
    assert joined.truths == {a: True}
    assert joined.equals == {a: literal(1)}


def test_what_one_path_made_is_kept_and_what_one_path_learned_is_unlearned() -> None:
    made, place = Tensor(YES), UNKNOWN_PLACES[0]
    learned = Unknown(grad=YES)
    joined = state({PLACE["a"]: made, place: learned}).join(state())
    assert joined.get(PLACE["a"]) == made
    assert joined.get(place) == learned.join(Unknown())


def test_a_summary_is_updated_weakly_unless_it_is_in_focus() -> None:
    many = an_address(9, summary=True)
    world = state({many: Tensor(YES)})
    world.put(many, Tensor(NO))
    assert world.get(many) == Tensor(YES).join(Tensor(NO))
    world.focus = frozenset({many})
    world.put(many, Tensor(NO))
    assert world.get(many) == Tensor(NO)


def test_a_single_place_is_updated_strongly() -> None:
    world = state({PLACE["a"]: Tensor(YES)})
    world.put(PLACE["a"], Tensor(NO))
    assert world.get(PLACE["a"]) == Tensor(NO)


def test_an_address_without_an_entry_holds_its_default() -> None:
    assert state().get(UNKNOWN_PLACES[0]) is UNKNOWN_PLACES[0].default
    assert state().get(PLACE["a"]) == Unknown()


@st.composite
def states_with_repetitions(draw: st.DrawFn) -> list[State]:
    three = draw(states_of_one_program())
    return [three[number].fork() for number in draw(st.lists(st.integers(0, 2), min_size=1))]


@settings(max_examples=30)
@given(states_with_repetitions())
def test_many_states_join_as_one_after_the_other_would(states: list[State]) -> None:
    assert same(join_states(states), reduce(State.join, states[1:], states[0]))


@settings(max_examples=60)
@given(states_with_repetitions(), st.integers(1, 3))
def test_merging_keeps_to_the_limit(states: list[State], limit: int) -> None:
    merged = merge_states([one.fork() for one in states], limit)
    assert 1 <= len(merged) <= limit
    together = join_states(states)
    assert same(join_states([*merged, together]), together), "an execution has been lost"
    worlds: list[State] = []
    for one in states:
        if not any(one.same_world(other) for other in worlds):
            worlds.append(one)
    assert len(merged) == (len(worlds) if len(worlds) <= limit else 1)


KINDS = dict(zip(ADDRESSES, (Instance, Tensor, Sequence), strict=True))


@st.composite
def paths_of_one_history(draw: st.DrawFn) -> list[State]:
    """States that have forked from one, some of them from each other; they note in one place."""
    paths = [state({place: draw(heap_objects(kind)) for place, kind in KINDS.items()})]
    for _ in range(draw(st.integers(1, 6))):
        path = draw(st.sampled_from(paths)).fork()
        for place in draw(st.sets(st.sampled_from(ADDRESSES))):
            path.heap[place] = draw(heap_objects(KINDS[place]))
        paths.append(path)
    return paths


def noted_by(work: Callable[[list[State]], list[State]], paths: list[State]) -> tuple[Any, ...]:
    """The heaps that are left of some paths, and what was noted to see that."""
    log = paths[0].heap.log
    log.now = Footprint()
    heaps = [left.heap for left in work(paths)]
    return heaps, log.now.cells, log.now.names


def told_apart_one_by_one(paths: list[State]) -> list[State]:
    found: list[State] = []
    for path in paths:
        if not any(path.same_world(other) for other in found):
            found.append(path)
    return found


@settings(max_examples=60)
@given(paths_of_one_history())
def test_where_others_differed_is_a_short_cut_and_no_more(paths: list[State]) -> None:
    assert noted_by(distinct_states, paths) == noted_by(told_apart_one_by_one, paths)


def test_paths_that_made_no_difference_become_one() -> None:
    left, right = state({PLACE["a"]: Tensor(YES)}), state({PLACE["a"]: Tensor(YES)})
    left.truths.update({PLACE["b"]: True})
    right.truths.update({PLACE["b"]: False})
    (merged,) = merge_states([left, right], 4)
    assert merged.truths == {}
    assert merged.get(PLACE["a"]) == Tensor(YES)


def test_paths_that_differ_stay_apart_up_to_the_limit() -> None:
    worlds = [state({PLACE["a"]: Tensor(YES)}), state(mode=NO), state({PLACE["a"]: Tensor(NO)})]
    assert merge_states(worlds, 3) == worlds
    assert len(merge_states(worlds, 2)) == 1


def test_dropped_assumptions_are_gone_and_others_stay() -> None:
    world = state()
    world.truths = {PLACE["a"]: True, PLACE["b"]: False}
    world.equals = {PLACE["a"]: literal(1)}
    drop_assumptions(world, [PLACE["a"], PLACE["c"]])
    assert world.truths == {PLACE["b"]: False}
    assert world.equals == {}

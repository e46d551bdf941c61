"""Grad state of values: reading flags, making tensors, writing into them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator as IteratorOf
from typing import TYPE_CHECKING

from detachlint.domain.belief import BOTTOM, NO, YES, Belief, Truth, join_beliefs, known
from detachlint.domain.objects import (
    NOTHING_SEVERED,
    Array,
    HeapObject,
    Instance,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
    View,
)
from detachlint.domain.story import Story
from detachlint.domain.traits import PLAIN, Check, Traits
from detachlint.domain.values import Address, Atom, Library, Value, addresses, in_order
from detachlint.interpret.engine.state import State
from detachlint.knowledge.facts import class_kind, hiding_flags
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.activation import Activation
    from detachlint.interpret.engine.machine import Machine

DEEPEST = 4
"""Levels of containers looked into for tensors."""


def flag_of_tensor(state: State, tensor: Tensor) -> Belief:
    """Whether a tensor requires grad: its own flag, or that of what it is a view of.

    `DifferentiableViewMeta::requires_grad` asks the base at each read (executed: a view made under
    `no_grad` follows later changes of its base). What may be its base itself follows it in any case.
    A view of an inference tensor has no such link (executed in every mode).
    """
    flag = tensor.grad
    if tensor.flag is not None and tensor.flag in state.truths:
        flag = known(state.truths[tensor.flag])
    if tensor.base and (flag != YES or tensor.perhaps_base):
        bases = [state.get(address) for address in tensor.base]
        below = join_beliefs(b.grad for b in bases if isinstance(b, (Tensor, Unknown)))
        if below != BOTTOM:
            linked = below.both(tensor.linked)
            if tensor.inference != NO:
                linked = linked.both(tensor.inference.opposite())
            flag = flag.either(linked)
            flag = flag.join(below) if tensor.perhaps_base else flag
    return flag


def seen_inside(flag: Belief, traits: Traits) -> Belief:
    """The flag of a tensor as the code says that runs now: off, where it is a wrapper as of `vmap`."""
    storage = traits.get(Check.STORAGE)
    if storage is None or not storage.names & hiding_flags():
        return flag
    return flag.both(storage.held.opposite())


def seen_flag(state: State, value: Value) -> Belief:
    """What `requires_grad` says of a value, or of any tensor in it."""
    flags = []
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        flag = flag_of_atom(state, atom)
        flags.append(seen_inside(flag, thing.traits) if isinstance(thing, Tensor) else flag)
    return join_beliefs(flags) if flags else NO


Flags = dict[tuple[Address, int], Belief]
"""The answers to one question about flags: a container that holds itself many times is asked once on
each level, or the question would take exponential time."""


def flag_of_atom(
    state: State, atom: Atom, depth: int = DEEPEST, known: Flags | None = None
) -> Belief:
    """Whether what the atom is, or anything it holds, requires grad."""
    if not isinstance(atom, Address):
        return NO
    thing = state.glimpse(atom)
    if isinstance(thing, Tensor):
        return flag_of_tensor(state, thing)
    if isinstance(thing, Unknown):
        return NO if thing.kind in NO_TENSORS else thing.grad
    inside = _contents(thing) if depth else None
    if inside is None:
        return NO
    if isinstance(thing, Instance):
        state.get(atom)  # its attributes are looked at
    known = {} if known is None else known
    found = known.get((atom, depth))
    if found is None:
        found = known[atom, depth] = any_flag(state, inside, depth - 1, known)
    return found


def _contents(thing: HeapObject) -> list[Value] | None:
    """The values that a container (or a distribution, or transform) holds; None for anything else."""
    if isinstance(thing, Sequence):
        return [*thing.items, *([thing.rest] if thing.rest else [])]
    if isinstance(thing, Mapping):
        return [*thing.entries.values(), thing.rest]
    if isinstance(thing, View) and thing.kind != "keys":
        return [thing.source]
    if isinstance(thing, Instance) and is_made_of_tensors(thing):
        return list(thing.attributes.values())
    return None


MADE_OF_TENSORS = frozenset({"distribution", "transform"})
"""The kinds of objects that compute with the tensors they are made of."""


def is_made_of_tensors(thing: Instance) -> bool:
    """Whether an object is a distribution or a transform."""
    return any(
        isinstance(cls, Library) and class_kind(cls.name) in MADE_OF_TENSORS for cls in thing.cls
    )


NO_TENSORS = frozenset({Kind.NUMBER, Kind.TEXT, Kind.TRUTH, Kind.OTHER, Kind.MODULE})


def flag_of(state: State, value: Value, depth: int = DEEPEST, known: Flags | None = None) -> Belief:
    """Whether a value requires grad: the join over what it may be. NO for bottom."""
    if not value:
        return NO
    if len(value) > MANY:
        return _flag_of_many(state, value)
    return join_beliefs(flag_of_atom(state, atom, depth, known) for atom in value)


MANY = 16
"""Alternatives beyond which containers are no longer gone into one by one."""


def _flag_of_many(state: State, value: Value) -> Belief:
    flags = [
        flag_of_tensor(state, thing) if isinstance(thing, Tensor) else thing.grad
        for thing in reachable(state, [value])
        if isinstance(thing, Tensor)
        or (isinstance(thing, Unknown) and thing.kind not in NO_TENSORS)
    ]
    return join_beliefs(flags) if flags else NO


def any_flag(
    state: State, values: Iterable[Value], depth: int = DEEPEST, known: Flags | None = None
) -> Belief:
    """Whether any of several values requires grad."""
    known = {} if known is None else known
    flag = NO
    for value in values:
        flag = flag.either(flag_of(state, value, depth, known))
    return flag


def recorded_flag(state: State, values: Iterable[Value]) -> Belief:
    """Whether what is computed of these values requires grad, in the mode that holds.

    Of inference tensors alone most operations record nothing, and some do (executed: `sum` and `exp`
    against `clone` and `x * 2`); one ordinary tensor among them is enough.
    """
    values = list(values)
    flag = any_flag(state, values).both(state.recording)
    return flag.join(NO) if flag != NO and _of_inference_alone(state, values) else flag


def _of_inference_alone(state: State, values: list[Value]) -> bool:
    found = False
    for thing in reachable(state, values):
        if isinstance(thing, Tensor):
            if thing.inference == NO:
                return False
            found = True
        elif isinstance(thing, Unknown) and thing.kind not in NO_TENSORS:
            return False
    return found


def story_of(state: State, value: Value) -> Story | None:
    """The story of the first thing in a value that requires grad."""
    return _Stories(state).of_value(value, DEEPEST)


class _Stories:
    """One search for a story. Looks at each object once on each level."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.flags: Flags = {}
        self.found: dict[tuple[Address, int], Story | None] = {}

    def of_value(self, value: Value, depth: int) -> Story | None:
        best: Story | None = None
        if len(value) > MANY:
            depth = 0
        for atom in in_order(value):
            if not isinstance(atom, Address) or not (depth or self._tells(atom)):
                continue
            flag = flag_of_atom(self.state, atom, DEEPEST, self.flags)
            if flag.usual in (Truth.NO, Truth.BOTTOM):
                continue
            story = self.of_object(atom, depth)
            if story is not None and flag.usual is Truth.YES:
                return story
            best = best or story
        return best

    def _tells(self, address: Address) -> bool:
        """Whether an object has a story of its own, not by what it holds."""
        return isinstance(self.state.glimpse(address), (Tensor, Unknown))

    def of_object(self, address: Address, depth: int) -> Story | None:
        key = (address, depth)
        if key not in self.found:
            self.found[key] = None  # for what holds itself
            self.found[key] = self._search(self.state.get(address), depth)
        return self.found[key]

    def _search(self, thing: HeapObject, depth: int) -> Story | None:
        if isinstance(thing, Unknown):
            return thing.story
        if isinstance(thing, Tensor):
            if thing.story is not None or not thing.base:
                return thing.story
            return self.of_value(frozenset(thing.base), depth - 1) if depth else None
        if not depth:
            return None
        inside = _contents(thing) or []
        stories = (self.of_value(value, depth - 1) for value in inside)
        return next((story for story in stories if story is not None), None)


def story_of_any(state: State, values: Iterable[Value]) -> Story | None:
    """The story of the first value that has one."""
    for value in values:
        story = story_of(state, value)
        if story is not None:
            return story
    return None


def severed_in(state: State, values: Iterable[Value]) -> frozenset[Span]:
    """The crossings that values have come through, losing their gradient."""
    found = NOTHING_SEVERED
    for thing in reachable(state, values):
        if isinstance(thing, (Tensor, Array, Unknown)):
            found |= thing.severed
    return found


def severed_by_method(state: State, arguments: Iterable[Value]) -> frozenset[Span]:
    """The crossings that the answer of an object out of sight has come through, by what it was handed.

    Of arrays it computes something that is none of training's business: an environment takes a step, a
    buffer keeps them. A tensor may be computed with.
    """
    found = NOTHING_SEVERED
    for thing in reachable(state, arguments):
        if isinstance(thing, Tensor):
            found |= thing.severed
    return found


MOST_REACHED = 64
"""Objects looked at on one level below a value; of more, the oldest count."""

DEEPEST_REACHED = 5


def reachable(state: State, values: Iterable[Value]) -> IteratorOf[HeapObject]:
    """The objects that values are or that containers among them hold, each once, level by level."""
    level = {a for value in values for a in value if isinstance(a, Address)}
    seen: set[Address] = set()
    for _ in range(DEEPEST_REACHED):
        level -= seen
        if len(level) > MOST_REACHED:
            level = set(sorted(level)[:MOST_REACHED])
        seen |= level
        below: set[Address] = set()
        for address in level:
            thing = state.glimpse(address)
            yield thing
            if isinstance(thing, (Sequence, Mapping)):
                below.update(a for a in thing.all if isinstance(a, Address))
            elif isinstance(thing, View):
                below.update(addresses(thing.source))
        if not below:
            return
        level = below


def tensors_in(state: State, value: Value) -> list[Address]:
    """The addresses of the tensors a value may be."""
    return [a for a in addresses(value) if isinstance(state.get(a), Tensor)]


def holds_tensor(state: State, value: Value) -> bool:
    """Whether a value may be a tensor, something that may be one, or a container of such."""
    return any(
        isinstance(thing, Tensor) or (isinstance(thing, Unknown) and thing.kind not in NO_TENSORS)
        for thing in reachable(state, [value])
    )


def may_be_set(state: State, flag: Belief, inference: Belief) -> Belief:
    """The flag that is set where `flag` is asked for: outside inference mode, such a tensor refuses."""
    return flag if inference == NO else flag.both(inference.opposite().either(state.inference))


def make_tensor(
    machine: Machine,
    state: State,
    activation: Activation,
    span: Span,
    tensor: Tensor,
    role: str = "tensor",
    *,
    of: Address | None = None,
    inference: Belief | None = None,
) -> Value:
    """A new tensor in the heap. One of an integer dtype never requires grad, and passes none on.

    Unless `inference` says otherwise, what is no view has memory of its own, made in this mode.
    """
    if tensor.dtype.is_integer and tensor.severed:
        tensor = replace(tensor, severed=NOTHING_SEVERED)
    if tensor.dtype.is_integer and tensor.grad != NO:
        tensor = replace(tensor, grad=NO, base=frozenset(), perhaps_base=False, story=None)
    return machine.new(state, activation, span, role, made_under(state, tensor, inference), of=of)


def made_under(state: State, tensor: Tensor, inference: Belief | None = None) -> Tensor:
    """The tensor as it comes out where it is made: an inference tensor, or a FakeTensor.

    Under `torch.func.grad` what is computed without a wrapper requires no grad (executed).
    """
    inside = state.surroundings.differentiated
    if inside != PLAIN and tensor.leaf != YES and Check.STORAGE not in tensor.traits:
        hidden = inside.held.opposite()
        tensor = replace(tensor, grad=tensor.grad.both(hidden), base=frozenset())
    mark = state.inference if inference is None else inference
    if mark != tensor.inference and not tensor.base:
        grad = may_be_set(state, tensor.grad, mark)
        tensor = replace(tensor, inference=mark, grad=grad)
    fake = state.surroundings.fake
    if fake == PLAIN or Check.SUBCLASS in tensor.traits:
        return tensor
    return replace(tensor, traits={**tensor.traits, Check.SUBCLASS: fake})

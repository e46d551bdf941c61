"""Heap objects: what an address may hold. All immutable; an update puts a new object at the address.

Each class knows its own `join` with an object of the same class. Objects of different classes at one
address (an unknown object about which one branch has learned something) join to what the unknown one
would have been.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import field
from enum import Enum
from itertools import zip_longest
from typing import TypeAlias, TypeVar, final

from detachlint.domain.belief import MAYBE, NO, YES, Belief
from detachlint.domain.rank import RANK, Rank
from detachlint.domain.story import Story
from detachlint.domain.traits import (
    PLAIN,
    UNSEEN,
    Check,
    Dtype,
    Trait,
    Traits,
    join_traits,
    without,
)
from detachlint.domain.values import BOTTOM_VALUE, Address, Atom, Literal, Value
from detachlint.ir.nodes import Code
from detachlint.source.span import Span
from detachlint.source.value_class import replace, value_class

NOTHING_SEVERED: frozenset[Span] = frozenset()


class Kind(Enum):
    """What is known of an unknown value's class."""

    ANY = "any"
    MODULE = "module"
    """Some `torch.nn.Module`."""
    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    """A bool."""
    OTHER = "other"
    """Of a class that certainly is no tensor and holds none."""


@final
@value_class(frozen=True, slots=True)
class Tensor:
    """A `torch.Tensor`.

    `grad` is its own flag; a differentiable view also has the flag of its `base`s, looked up when it
    is asked for, since PyTorch does so too (DifferentiableViewMeta::requires_grad). `leaf` says
    whether the flag may be switched off. `severed` are the crossings its values came through,
    losing their gradient there. `parameter` marks `nn.Parameter`. `device` is whether it is elsewhere
    than in the CPU's memory; `traits` is what else NumPy may refuse. `linked` says whether it is a
    view of its base indeed: `t.reshape(…)` copies where the elements lie in another order. With
    `perhaps_base` it may be its base itself, as `t.flatten()` is for a vector. With `reordered`
    its elements may lie in another order than they count, or with gaps, as those of `t.T` do, so that
    it is copied where they are wanted one after another. `inference` says whether its memory was made
    in inference mode: views of such a tensor, made wherever, never have its flag. A `number` has no
    dimensions, for certain: `t.sum()`; what is `dimensioned` has some, for certain: `torch.ones(2)`.
    """

    grad: Belief
    leaf: Belief = MAYBE
    base: frozenset[Address] = frozenset()
    linked: Belief = YES
    perhaps_base: bool = False
    reordered: bool = False
    inference: Belief = NO
    dtype: Dtype = Dtype.FLOAT32
    device: Trait = PLAIN
    traits: Traits = field(default_factory=dict)
    parameter: bool = False
    number: bool = False
    dimensioned: bool = False
    severed: frozenset[Span] = NOTHING_SEVERED
    attributes: MappingOf[str, Value] = field(default_factory=dict)
    flag: Atom | None = None
    """The unknown condition that decides the flag: `requires_grad=training`."""
    story: Story | None = field(default=None, compare=False)

    def join(self, other: Tensor) -> Tensor:
        """Either of the two."""
        if self == other:
            return other if self.story is None else self
        return Tensor(
            grad=self.grad.join(other.grad),
            leaf=self.leaf.join(other.leaf),
            base=self.base | other.base,
            linked=self._link.join(other._link) if self.base or other.base else YES,
            perhaps_base=self.perhaps_base or other.perhaps_base,
            reordered=self.reordered or other.reordered,
            inference=self.inference.join(other.inference),
            dtype=self.dtype.join(other.dtype),
            device=self.device.join(other.device),
            traits=join_traits(self.traits, other.traits),
            parameter=self.parameter and other.parameter,
            number=self.number and other.number,
            dimensioned=self.dimensioned and other.dimensioned,
            severed=self.severed | other.severed,
            attributes=join_maps(self.attributes, other.attributes),
            flag=self.flag if self.flag == other.flag else None,
            story=self.story or other.story,
        )

    @property
    def _link(self) -> Belief:
        return self.linked if self.base else NO

    def in_unseen_hands(self) -> Tensor:
        """The same, when code out of sight may have set its flag or moved the module it is in."""
        grad = self.grad.in_unseen_hands()
        changed = self if grad == self.grad else replace(self, grad=grad)
        if not self.parameter:
            return changed
        narrow = self.dtype.narrow.in_unseen_hands()
        dtype = replace(self.dtype, narrow=narrow)
        traits = without(self.traits, Check.UNINITIALIZED)
        device = self.device.in_unseen_hands()
        if (device, dtype, traits) == (self.device, self.dtype, self.traits):
            return changed
        return replace(changed, device=device, dtype=dtype, traits=traits)


@final
@value_class(frozen=True, slots=True)
class Array:
    """A NumPy array (or NumPy scalar). `severed` as in `Tensor`."""

    severed: frozenset[Span] = NOTHING_SEVERED
    rank: Rank = Rank.UNKNOWN

    def join(self, other: Array) -> Array:
        """Either of the two."""
        return Array(self.severed | other.severed, RANK.join(self.rank, other.rank))


@final
@value_class(frozen=True, slots=True)
class Unknown:
    """A value we cannot see into.

    `grad` says whether it, if it is or holds tensors, requires grad (the output of an unseen module
    does by default), `device` where it is, `narrow` whether NumPy lacks its
    dtype. `attributes` are those the program has set or that have
    been learned since. `made_by` is the class of a library that it is of, or the function that gave it.
    """

    kind: Kind = Kind.ANY
    grad: Belief = MAYBE
    attributes: MappingOf[str, Value] = field(default_factory=dict)
    severed: frozenset[Span] = NOTHING_SEVERED
    device: Trait = UNSEEN
    narrow: Trait = UNSEEN
    made_by: str = ""
    story: Story | None = field(default=None, compare=False)

    def join(self, other: Unknown) -> Unknown:
        """Either of the two. Attributes that only one side has set are unknown again."""
        shared = {n: v for n, v in self.attributes.items() if n in other.attributes}
        return Unknown(
            kind=self.kind if self.kind == other.kind else Kind.ANY,
            grad=self.grad.join(other.grad),
            device=self.device.join(other.device),
            narrow=self.narrow.join(other.narrow),
            attributes={n: v | other.attributes[n] for n, v in shared.items()},
            severed=self.severed | other.severed,
            made_by=self.made_by if self.made_by == other.made_by else "",
            story=self.story or other.story,
        )


@final
@value_class(frozen=True, slots=True)
class Sequence:
    """A list, tuple, set, frozenset or deque.

    `items` are the first elements, each known by position; `rest` is the join of any number of
    further ones (bottom: there are none). `fields` names the items of a struct sequence.
    """

    kind: str
    items: tuple[Value, ...] = ()
    rest: Value = BOTTOM_VALUE
    fields: tuple[str, ...] = ()

    def join(self, other: Sequence) -> Sequence:
        """Either of the two; elements beyond the shorter one move to `rest`."""
        if self.kind != other.kind:
            return Sequence("any", (), self.all | other.all)
        shorter = min(len(self.items), len(other.items))
        same_length = len(self.items) == len(other.items)
        if same_length or (shorter and self.kind == "tuple"):
            items = tuple(a | b for a, b in zip(self.items, other.items, strict=False))
            rest = self.rest | other.rest
            for extra in (*self.items[shorter:], *other.items[shorter:]):
                rest = rest | extra
            return Sequence(
                self.kind, items, rest, self.fields if self.fields == other.fields else ()
            )
        return Sequence(self.kind, (), self.all | other.all)

    @property
    def all(self) -> Value:
        """The join of all elements."""
        return frozenset().union(self.rest, *self.items)

    @property
    def exact(self) -> bool:
        """Whether the number of elements is known."""
        return not self.rest


@final
@value_class(frozen=True, slots=True)
class Mapping:
    """A dict: `entries` under keys that are literals, `rest` under any others (`rest_keys`).

    An entry found on one side of a join only moves to neither: it stays an entry that may be
    missing (a KeyError is no crossing).
    """

    entries: MappingOf[Literal, Value] = field(default_factory=dict)
    rest_keys: Value = BOTTOM_VALUE
    rest: Value = BOTTOM_VALUE
    default: Value = BOTTOM_VALUE
    """`default_factory` of a defaultdict (bottom: a plain dict)."""

    def join(self, other: Mapping) -> Mapping:
        """Either of the two."""
        entries = dict(self.entries)
        for key, value in other.entries.items():
            entries[key] = entries.get(key, BOTTOM_VALUE) | value
        return Mapping(
            entries,
            self.rest_keys | other.rest_keys,
            self.rest | other.rest,
            self.default | other.default,
        )

    @property
    def all(self) -> Value:
        """The join of all values."""
        return frozenset().union(self.rest, *self.entries.values())


@final
@value_class(frozen=True, slots=True)
class View:
    """`dict.keys()`, `.values()` or `.items()`: shows what the dict holds when it is looked at.

    `kind` is the name of the method (`"any"`: one of them), `source` the dict. `"reversed"` shows a
    list from its end, which was `length` elements long when that began (None: nobody knows).
    """

    kind: str
    source: Value
    length: int | None = None

    def join(self, other: View) -> View:
        """Either of the two."""
        return View(
            self.kind if self.kind == other.kind else "any",
            self.source | other.source,
            self.length if self.length == other.length else None,
        )


@final
@value_class(frozen=True, slots=True)
class Instance:
    """An object of a class of the program (`cls` holds its address) or of a library (`Library`).

    `attributes` are those it has itself. An `nn.Module` keeps its parameters, buffers and sub-modules
    there too; `hidden` are further parameters and sub-modules that have no name of their own.
    `payload` is what a library class remembers (arguments of a distribution, items of a ModuleList).
    """

    cls: Value
    attributes: MappingOf[str, Value] = field(default_factory=dict)
    hidden: Value = BOTTOM_VALUE
    payload: Value = BOTTOM_VALUE

    def join(self, other: Instance) -> Instance:
        """Either of the two."""
        return Instance(
            self.cls | other.cls,
            join_maps(self.attributes, other.attributes),
            self.hidden | other.hidden,
            self.payload | other.payload,
        )


@final
@value_class(frozen=True, slots=True)
class Function:
    """A function of the program: code, the frame it closes over, its evaluated defaults.

    `modes` are the grad-mode decorators around the code, outermost first. `kind` is how it behaves
    as a class attribute: `""`, `static`, `class`, `property`, `cached`; `manager` marks
    `@contextmanager`. `owner` is the class in whose body it stands (for `super()`).
    """

    code: Code
    closure: Address
    defaults: MappingOf[str, Value] = field(default_factory=dict)
    modes: tuple[Value, ...] = ()
    kind: str = ""
    manager: bool = False
    owner: Address | None = None
    setter: Value = BOTTOM_VALUE
    attributes: MappingOf[str, Value] = field(default_factory=dict)

    def join(self, other: Function) -> Function:
        """Either of the two (the same `def`, evaluated twice)."""
        return replace(
            self,
            defaults=join_maps(self.defaults, other.defaults),
            attributes=join_maps(self.attributes, other.attributes),
            modes=join_modes(self.modes, other.modes),
            setter=self.setter | other.setter,
            owner=self.owner or other.owner,
        )


@final
@value_class(frozen=True, slots=True)
class Class:
    """A class of the program. `fields` are those of a dataclass or NamedTuple, in order."""

    name: str
    code: Code | None
    bases: tuple[Value, ...] = ()
    attributes: MappingOf[str, Value] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    flavour: str = ""
    """`dataclass`, `namedtuple`, `enum` or `""`."""

    def join(self, other: Class) -> Class:
        """Either of the two."""
        if len(self.bases) == len(other.bases):
            bases = tuple(a | b for a, b in zip(self.bases, other.bases, strict=True))
        else:
            bases = (frozenset[Atom]().union(*self.bases, *other.bases),)
        attributes = join_maps(self.attributes, other.attributes)
        return replace(self, bases=bases, attributes=attributes)


@final
@value_class(frozen=True, slots=True)
class Frame:
    """The variables of one activation (function, class body, module) and the frame it closes over."""

    code: Code
    parent: Address | None
    variables: MappingOf[str, Value] = field(default_factory=dict)

    def join(self, other: Frame) -> Frame:
        """Either of the two; a variable bound on one side only keeps that value."""
        return Frame(self.code, self.parent, join_maps(self.variables, other.variables))


@final
@value_class(frozen=True, slots=True)
class Iterator:
    """An iterator, partly consumed (`position` items are gone; None: nobody knows how many).

    What it runs through is, by `kind`: `"items"` the elements of `source`; `"zip"` tuples of the elements
    of the iterables in the tuple `source`, in step; `"count"` the numbers from `source` on;
    `"generator"` the calls of
    the generator function `function` with the arguments bound in frame `source`; `"map"` and
    `"filter"` the function over the elements of `source` (both lazy: their code runs when they are
    consumed, under the grad mode of that moment); `"coroutine"` the body of an `async def`, run when it
    is awaited.
    """

    kind: str
    source: Value
    function: Value = BOTTOM_VALUE
    position: int | None = 0
    start: Value = BOTTOM_VALUE
    """Of a generator: the frame as it was before the first step (resuming runs it again from there,
    and skips the yields that are done)."""
    mode: Belief | None = None
    """Of a generator: the grad mode in which it was first resumed."""

    def join(self, other: Iterator) -> Iterator:
        """Either of the two."""
        return Iterator(
            self.kind,
            self.source | other.source,
            self.function | other.function,
            self.position if self.position == other.position else None,
            self.start | other.start,
            self.mode if self.mode == other.mode else None,
        )


@final
@value_class(frozen=True, slots=True)
class GradSwitch:
    """A grad-mode context manager or decorator object: `torch.no_grad()` and its relatives.

    `mode` is the grad mode inside; `before` what `set_grad_enabled(…)` found when it was made
    (it acts at once, and restores that mode at the exit of the `with` around it).
    """

    mode: Belief
    before: Belief | None = None
    inference: Belief | None = None
    """Whether inference mode is on inside; None: this switch does not change it."""

    def join(self, other: GradSwitch) -> GradSwitch:
        """Either of the two."""
        before = self.before.join(other.before) if self.before and other.before else None
        same = self.inference == other.inference
        return GradSwitch(self.mode.join(other.mode), before, self.inference if same else None)


@final
@value_class(frozen=True, slots=True)
class Partial:
    """`functools.partial`, and what else calls `function` with some arguments given already."""

    function: Value
    arguments: tuple[Value, ...] = ()
    keywords: MappingOf[str, Value] = field(default_factory=dict)
    modes: tuple[Value, ...] = ()
    transform: str = ""
    """The transform of `torch.func` under which it runs, which hands it wrappers of its arguments; or
    what made it an operator of PyTorch."""

    def join(self, other: Partial) -> Partial:
        """Either of the two."""
        pairs = zip_longest(self.arguments, other.arguments, fillvalue=BOTTOM_VALUE)
        return Partial(
            self.function | other.function,
            tuple(a | b for a, b in pairs),
            join_maps(self.keywords, other.keywords),
            join_modes(self.modes, other.modes),
            self.transform if self.transform == other.transform else "",
        )


HeapObject: TypeAlias = (
    Tensor
    | Array
    | Unknown
    | Sequence
    | Mapping
    | View
    | Instance
    | Function
    | Class
    | Frame
    | Iterator
    | GradSwitch
    | Partial
)

Key = TypeVar("Key")


def join_maps(left: MappingOf[Key, Value], right: MappingOf[Key, Value]) -> MappingOf[Key, Value]:
    """The pointwise join; a key of one side only keeps its value."""
    if left is right or left == right:
        return left
    joined = dict(left)
    for key, value in right.items():
        known = joined.get(key)
        joined[key] = value if known is None else known | value
    return joined


def join_modes(left: tuple[Value, ...], right: tuple[Value, ...]) -> tuple[Value, ...]:
    """Either list of decorators; where one is longer, its decorators may or may not be there."""
    if len(left) == len(right):
        return tuple(a | b for a, b in zip(left, right, strict=True))
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    return (
        (*longer[: len(longer) - len(shorter)], *join_modes(longer[-len(shorter) :], shorter))
        if (shorter)
        else longer
    )


def join_objects(left: HeapObject, right: HeapObject) -> HeapObject:
    """Either of two objects at one address."""
    if left is right:
        return left
    if type(left) is type(right):
        join: Callable[[HeapObject], HeapObject] = left.join  # type: ignore[assignment]  # same class, checked above
        return join(right)
    return Unknown(
        kind=Kind.ANY,
        grad=grad_of(left).join(grad_of(right)),
        story=getattr(left, "story", None) or getattr(right, "story", None),
        severed=getattr(left, "severed", NOTHING_SEVERED)
        | getattr(right, "severed", NOTHING_SEVERED),
    )


def grad_of(thing: HeapObject) -> Belief:
    """The flag an object has itself: that of a tensor, or of the tensors an unknown may hold."""
    if isinstance(thing, (Tensor, Unknown)):
        return thing.grad
    return NO

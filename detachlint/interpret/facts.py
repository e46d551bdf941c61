"""What an interpretation found out: the only thing rules ever read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from detachlint.domain.belief import Belief
from detachlint.domain.story import Story
from detachlint.domain.traits import Traits
from detachlint.knowledge.gates import Gate
from detachlint.source.span import Span
from detachlint.source.value_class import replace, value_class

Parts: TypeAlias = "bool | tuple[Parts, ...]"
"""Whether something is a tensor that may be refused, or that of each item of a container."""


@value_class(frozen=True, slots=True)
class CallSite:
    """A call on the way to a crossing: where, and the name of the function that was called."""

    span: Span
    callee: str


class Supposed(NamedTuple):
    """A switch that is set otherwise in a run (`switches.supposing`): what it is, what it is then, and where
    it is set."""

    name: str
    here: str
    then: str
    span: Span


@value_class(frozen=True, slots=True)
class Crossing:
    """One visit to a crossing, in one call context.

    `form` is how the program spells it: `numpy`, `__array__`, or for an implicit crossing what takes
    the argument at `span` (`np.exp`, `ax.plot`, an operator, `=`). `function` is the canonical name of
    that, `gate` the way by which it gets at the values. `located` is False where `span` is that of the
    call, since the argument is written elsewhere (`map(np.exp, tensors)`). With `container` the
    argument is one of tensors, which NumPy converts one by one; `flat` if all of its items are tensors,
    else `parts` tell which, where that is known of all.
    `number`: it is a tensor without dimensions, where a number of Python is taken.

    `grad` is the belief that the tensor requires grad, `raises` that it is refused for that: for most
    gates, that it requires grad and grad mode is on.
    `traits` are what else may be refused there, before or after that.
    `unseen` tells that the context starts at a caller we cannot see; `calls` lead from the start of
    the context to the function of the crossing. `tensor_for_sure` is False when the receiver may be
    something that is no tensor at all. `others` is True when some runs hand over a number or an array
    there, `mixed` when it may be either in one run. `swallowed` are the exceptions that the program
    catches there, `handled` those after which it does the same otherwise. `supposed` are the switches
    that have to be set the other way to get there.
    """

    span: Span
    form: str
    gate: Gate
    function: str
    located: bool
    container: bool
    flat: bool
    parts: Parts | None
    number: bool
    grad: Belief
    mode: Belief
    raises: Belief
    story: Story | None
    traits: Traits
    tensor_for_sure: bool
    others: bool
    mixed: bool
    unseen: bool
    public: bool
    calls: tuple[CallSite, ...]
    swallowed: frozenset[str]
    supposed: tuple[Supposed, ...] = ()
    handled: frozenset[str] = frozenset()

    @property
    def refused(self) -> Belief:
        """Whether the gate does not open, for whatever reason."""
        refused = self.raises
        for trait in self.traits.values():
            refused = refused.either(trait.held)
        return refused


class Bound(NamedTuple):
    """A bound that was hit, and where: the call, the loop, or the function that was at hand."""

    reason: str
    span: Span


TOO_LARGE = "program too large"
"""The bound that leaves a file with nothing but itself in sight."""

NOT_REACHED = "not reached in the whole program, judged from its file alone"
"""The bound that leaves a crossing so."""


@dataclass(slots=True)
class Facts:
    """The result of analysing one file.

    `crossings` are the visits to each crossing, in the order they happened. `needed` are the crossings
    behind which the program still wants the gradient: what it backpropagates has no other. Of those whose
    value comes back into what has, `returns` tell where that is backpropagated. `reveals` are the
    answers to `reveal_grad(x)`.
    `unmodelled` counts what the IR has no word for, `gave_up` the bounds that were hit.

    `reached` tells, where bounds were hit, which code may have crossings that no run has come to since
    the work was over before: False for those functions (by their spans), True for the others.

    What it took: `steps` are units of work (`shares`) for the file's entry points and imports; `runs`
    says how often its `functions` were run, each time for one call context.
    """

    filename: str = ""
    crossings: dict[Span, list[Crossing]] = field(default_factory=dict)
    needed: set[Span] = field(default_factory=set)
    returns: dict[Span, Span] = field(default_factory=dict)
    reveals: list[tuple[Span, str]] = field(default_factory=list)
    unmodelled: Counter[str] = field(default_factory=Counter)
    gave_up: Counter[Bound] = field(default_factory=Counter)
    reached: dict[Span, bool] = field(default_factory=dict)
    steps: int = 0
    functions: int = 0
    runs: int = 0

    @property
    def bounds(self) -> Counter[str]:
        """The bounds that were hit, wherever."""
        total: Counter[str] = Counter()
        for bound, count in self.gave_up.items():
            total[bound.reason] += count
        return total

    @property
    def unreached(self) -> list[Span]:
        """The code in which there may be crossings that no run has come to."""
        return [code for code, reached in self.reached.items() if not reached]

    def note_return(self, crossing: Span, place: Span) -> None:
        """The value of a crossing comes back into what is backpropagated at `place`; the first one counts."""
        self.returns[crossing] = min(self.returns.get(crossing, place), place)

    def join(self, other: Facts) -> Facts:
        """What two analyses have found out about the same file."""
        crossings = {span: list(visits) for span, visits in self.crossings.items()}
        for span, visits in other.crossings.items():
            crossings.setdefault(span, []).extend(visits)
        return Facts(
            self.filename,
            crossings,
            self.needed | other.needed,
            _first_of(self.returns, other.returns),
            self.reveals + other.reveals,
            self.unmodelled + other.unmodelled,
            self.gave_up + other.gave_up,
            _in_either(self.reached, other.reached),
            self.steps + other.steps,
            max(self.functions, other.functions),
            self.runs + other.runs,
        )

    def completed_by(self, alone: Facts) -> Facts:
        """These facts, with what an analysis of the file `alone` tells of crossings that are not reached."""
        crossings = {
            span: visits
            for span, visits in alone.crossings.items()
            if span not in self.crossings and self._is_in_unreached_code(span)
        }
        told = {span for span, _ in self.reveals}
        reveals = [
            (span, answer)
            for span, answer in alone.reveals
            if span not in told and self._is_in_unreached_code(span)
        ]
        return replace(
            self,
            crossings={**self.crossings, **crossings},
            needed=self.needed | (alone.needed & crossings.keys()),
            returns={**self.returns, **{s: p for s, p in alone.returns.items() if s in crossings}},
            reveals=self.reveals + reveals,
            gave_up=self.gave_up + Counter(Bound(NOT_REACHED, span) for span in crossings),
        )

    def _is_in_unreached_code(self, span: Span) -> bool:
        around = [code for code in self.reached if code.contains(span)]
        innermost = max(around, key=lambda code: (code.line, code.column), default=None)
        return innermost is not None and not self.reached[innermost]


def _first_of(one: dict[Span, Span], other: dict[Span, Span]) -> dict[Span, Span]:
    return {span: min(d[span] for d in (one, other) if span in d) for span in one | other}


def _in_either(one: dict[Span, bool], other: dict[Span, bool]) -> dict[Span, bool]:
    """What was reached by one of two analyses; where no bound was hit, that is all."""
    return {code: one.get(code, True) or other.get(code, True) for code in one | other}

"""The state of a program that is being generated: its lines, and what is in scope where."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from detachlint.harness.fuzz.kinds import INFERENCE, VECTOR, Kind

T = TypeVar("T")

_INDENT = "    "
_FUNCTION_BUDGET = 150
_MODULE_BUDGET = 2000


@dataclass(slots=True)
class Variable:
    """A name in scope. What is `pinned` is never bound again; `accumulator`s are written in place.

    `leaf` marks tensors made by a factory, whose flag may be changed either way.
    """

    name: str
    kind: Kind
    pinned: bool = False
    accumulator: bool = False
    leaf: bool = False


@dataclass(slots=True)
class Frame:
    """The scope of the module, of a function, or of a method.

    `cost` is how many statements one run of the frame executes at most, `repeats` how often the
    place being written runs in it. `sealed` is set inside inference mode: only variables from that
    index on may be changed there. `pure` turns false with the first effect on anything outside.
    `lists_grow` is false where a loop runs over one: appending to it there might never end.
    """

    is_function: bool
    variables: list[Variable] = field(default_factory=list)
    cost: int = 0
    repeats: int = 1
    sealed: int | None = None
    pure: bool = True
    result: Kind | None = None
    lists_grow: bool = True

    @property
    def budget(self) -> int:
        """How many more statements a run may execute."""
        return (_FUNCTION_BUDGET if self.is_function else _MODULE_BUDGET) - self.cost


class Builder:
    """Writes a program line by line, remembering what each line may use.

    `source` decides everything that is left to chance: `random.Random` in long runs, Hypothesis's
    stand-in for it where programs are to be shrunk. `forms` counts what was generated.
    """

    def __init__(self, source: random.Random, excluded: Iterable[str] = ()) -> None:
        self.random = source
        self.excluded = frozenset(excluded)
        self.forms: Counter[str] = Counter()
        self.lines: list[str] = []
        self.frames = [Frame(is_function=False)]
        self._depth = 0
        self._names = 0

    # --- chance --------------------------------------------------------------------------------

    def chance(self, probability: float) -> bool:
        """True with that probability; the choices shrink towards False."""
        return self.random.random() >= 1.0 - probability

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, which must not be empty."""
        return items[self.random.randrange(len(items))]

    def weighted(self, items: Sequence[tuple[float, T]]) -> T:
        """One of the items, as often as its weight says."""
        point = self.random.random() * sum(weight for weight, _ in items)
        for weight, item in items:
            point -= weight
            if point < 0:
                return item
        return items[-1][1]

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return self.random.randint(low, high)

    # --- lines ---------------------------------------------------------------------------------

    @property
    def depth(self) -> int:
        """How deeply the next line is indented."""
        return self._depth

    def emit(self, line: str) -> None:
        """Add a line at the present indentation."""
        self.lines.append(_INDENT * self._depth + line)
        self.frame.cost += self.frame.repeats

    def count(self, form: str) -> None:
        """Note for the statistics that `form` was generated."""
        self.forms[form] += 1

    def name(self, stem: str) -> str:
        """A name that nothing else in the program has."""
        self._names += 1
        return f"{stem}{self._names}"

    # --- scope ---------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """The scope being written."""
        return self.frames[-1]

    @property
    def in_function(self) -> bool:
        """Whether the next line is part of a function's body."""
        return self.frame.is_function

    @property
    def may_have_effects(self) -> bool:
        """Whether the place allows changes to what exists already; see `Frame.sealed`."""
        return self.frame.sealed is None

    def effect(self) -> None:
        """Note that the next line changes something that outlives the frame."""
        self.frame.pure = False

    def declare(
        self,
        name: str,
        kind: Kind,
        *,
        pinned: bool = False,
        accumulator: bool = False,
        leaf: bool = False,
    ) -> str:
        """Bring `name` into scope and return it."""
        self.frame.variables.append(Variable(name, kind, pinned, accumulator, leaf))
        return name

    def visible(self, wanted: Callable[[Variable], bool]) -> list[Variable]:
        """The variables that can be read here, innermost scope first, without what is shadowed."""
        seen: set[str] = set()
        found: list[Variable] = []
        for frame in reversed(self.frames):
            names = {variable.name for variable in frame.variables}
            found.extend(v for v in frame.variables if v.name not in seen and wanted(v))
            seen |= names
        return found

    def of_kind(self, kind: Kind) -> list[Variable]:
        """The readable variables of that kind."""
        return self.visible(lambda variable: variable.kind == kind)

    def bindable(self, kind: Kind) -> list[Variable]:
        """The variables of this very scope that may be bound again to a value of that kind."""
        first = self.frame.sealed or 0
        return [v for v in self.frame.variables[first:] if v.kind == kind and not v.pinned]

    def accumulators(self) -> list[Variable]:
        """The tensors of this very scope that may be written in place."""
        return [v for v in self.frame.variables[self.frame.sealed or 0 :] if v.accumulator]

    # --- structure -----------------------------------------------------------------------------

    @contextmanager
    def block(self, header: str, *, keeps: bool = False, repeats: int = 1) -> Iterator[None]:
        """An indented block. What it declares stays in scope only if it `keeps` (always runs)."""
        frame = self.frame
        self.emit(header)
        before, lines, outer = len(frame.variables), len(self.lines), frame.repeats
        self._depth += 1
        frame.repeats *= repeats
        yield
        if len(self.lines) == lines:
            self.emit("pass")
        self._depth -= 1
        frame.repeats = outer
        if not keeps:
            del frame.variables[before:]

    @contextmanager
    def inference(self, header: str) -> Iterator[None]:
        """A block in inference mode: changes nothing outside; what it makes are inference tensors"""
        frame = self.frame
        before, outer = len(frame.variables), frame.sealed
        with self.block(header, keeps=True):
            frame.sealed = before
            yield
        frame.sealed = outer
        made = frame.variables[before:]
        frame.variables[before:] = [v for v in made if v.kind == VECTOR] if outer is None else made
        if outer is None:
            for variable in frame.variables[before:]:
                variable.kind, variable.accumulator, variable.leaf = INFERENCE, False, False

    @contextmanager
    def function(self, header: str, result: Kind | None) -> Iterator[Frame]:
        """The body of a function, in a scope of its own."""
        self.emit(header)
        with self.scope(result) as frame:
            self._depth += 1
            lines = len(self.lines)
            yield frame
            if len(self.lines) == lines:
                self.emit("pass")
            self._depth -= 1

    @contextmanager
    def scope(self, result: Kind | None) -> Iterator[Frame]:
        """A scope of its own, without lines, as that of a lambda."""
        frame = Frame(is_function=True, result=result)
        self.frames.append(frame)
        yield frame
        self.frames.pop()

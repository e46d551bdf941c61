"""The work that is done for one entry point, and how much of it is left for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from detachlint.interpret.engine.shares import MOST_STEPS
from detachlint.interpret.engine.state import MOST_PATHS
from detachlint.ir.nodes import Code
from detachlint.source.span import Span

PORTION = 3, 4
"""What part of the work that is left one statement may take, if others follow it."""

NOWHERE = Span(1, 0, 1, 0)


@dataclass(slots=True)
class Work:
    """What was done for the entry point at hand, which is `at` a place: units of work, and how they are
    spread. `begun` and `limit` are where the portion of the statement at hand begins and ends; `runs`
    and `spent` count what each function has had of it, and `places` are the calls of each. With `joined`,
    all paths are one from the beginning.
    """

    file: str = ""
    at: Span = NOWHERE
    bound: int = MOST_STEPS
    joined: bool = False
    steps: int = 0
    runs: Counter[Code] = field(default_factory=Counter)
    spent: Counter[Code] = field(default_factory=Counter)
    begun: int = 0
    limit: int = 0
    places: set[tuple[Code, Span]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.limit = self.limit or self.bound

    @contextmanager
    def portion(self, *, last: bool) -> Iterator[None]:
        """One statement of several takes no more than a part of what is left (all, if it is the last), so
        that a script that trains first has something left for what it does with the results."""
        around = self.begun, self.limit, self.runs, self.spent
        left = max(0, self.limit - self.steps)
        self.begun, self.limit = (
            self.steps,
            self.steps + (left if last else left * PORTION[0] // PORTION[1]),
        )
        self.runs, self.spent = Counter(), Counter()
        try:
            yield
        finally:
            runs, spent = self.runs, self.spent
            self.begun, self.limit, self.runs, self.spent = around
            self.runs.update(runs)
            self.spent.update(spent)

    @property
    def most_paths(self) -> int:
        """How many paths are kept apart: one, once a good part of the work is done.

        Branches in loops in loops multiply; what is left of them then is looked at in one go, which
        costs certainty at most.
        """
        if self.joined:
            return 1
        return MOST_PATHS if self.steps < max(MANY_STEPS, self.bound // PART_FOR_PATHS) else 1


MANY_STEPS = 1_000
"""Units of work that are done in any case before paths are no longer kept apart."""

PART_FOR_PATHS = 4
"""What part of its bound an entry point may take before that."""

"""What a rule says: findings, the trace that explains them, and fixes as values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

from detachlint.source.span import Span

Parts: TypeAlias = "bool | tuple[Parts, ...]"
"""Whether an item is to be cured, or that of each item of a container."""

_LINE = re.compile(r"\bline (\d+)\b")


class Confidence(Enum):
    """How sure a finding is. Ordered: `CERTAIN` above `LIKELY` above `POSSIBLE`."""

    POSSIBLE = "possible"
    """An unknown tensor; not shown by default."""
    LIKELY = "likely"
    """Raises under PyTorch's defaults: grad mode on at entry, parameters trainable."""
    CERTAIN = "certain"
    """Raises on every execution that reaches it, whatever the unseen callers do."""

    def at_least(self, other: Confidence) -> bool:
        """Whether this is as sure as `other`, or surer."""
        order = list(Confidence)
        return order.index(self) >= order.index(other)


class Applicability(Enum):
    """Whether a fix may be applied without a human look at it (ruff's three words)."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY_ONLY = "display-only"


class Remedy(Enum):
    """Which repair a finding calls for; the fixes make edits of it."""

    NONE = "none that can be made by an edit at the crossing"
    DETACH_RECEIVER = "`.detach()` before the conversion whose call stands at the span"
    DETACH = "`.detach()` (or the cures) behind the expression at the span"
    DETACH_EACH = "`.detach()` (or the cures) on each item of the container at the span"


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of the way from the origin of the gradient to the crossing."""

    filename: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `span` (empty for an insertion) by `content`."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: non-overlapping edits of one file, and what a user would call it."""

    message: str
    applicability: Applicability
    edits: tuple[Edit, ...]


BECAUSE = "requires grad because"
"""What most traces tell."""

BECAUSE_UNKNOWN = "may require grad, for all that is seen"
"""What those tell that lead from nowhere: an argument of unseen callers, a library that is not modelled."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnostic. `trace` runs from the origin to the crossing, origin first.

    `remedy` says where the fix has to put something; `cures` are the methods of the tensor that,
    called there in this order, cure the crossing.

    Of a container whose items are not all tensors, `parts` tell which to cure; of what is not known
    item by item there are none, and nothing can be put anywhere.

    Of a `doubtful` one, the cure may change more than that nothing is raised here: someone has to look.

    `because` introduces the trace: what its steps are the reasons of.

    Where `message` names a line of the finding's own file, it says `line 7`.
    """

    code: str
    name: str
    message: str
    filename: str
    span: Span
    confidence: Confidence
    trace: tuple[TraceStep, ...] = ()
    fix: Fix | None = None
    remedy: Remedy = Remedy.NONE
    cures: tuple[str, ...] = ()
    parts: Parts | None = None
    doubtful: bool = False
    because: str = BECAUSE

    def with_lines_named(self, name: Callable[[int], str]) -> Finding:
        """The same finding where lines are called something else, those of a notebook's cells."""
        message = _LINE.sub(lambda match: name(int(match[1])), self.message)
        return self if message == self.message else replace(self, message=message)

    def with_places_named(self, files: Iterable[str], label: Callable[[str, int], str]) -> Finding:
        """The same finding where lines of these files, and the file with them, are called something else."""
        named = sorted(
            (each for each in files if f"{each}:" in self.message), key=len, reverse=True
        )
        if not named:
            return self
        # All at once: one name may end with another, `a book.ipynb` with `book.ipynb`.
        line = re.compile(rf"(?<![^\s(])({'|'.join(map(re.escape, named))}):(\d+)\b")
        message = line.sub(lambda at: label(at[1], int(at[2])), self.message)
        return replace(self, message=message)

    def moved(self, move: Callable[[Span], Span]) -> Finding:
        """The same finding in a text where all that is in its file stands somewhere else."""
        trace = tuple(
            replace(step, span=move(step.span)) if step.filename == self.filename else step
            for step in self.trace
        )
        fix = self.fix
        if fix is not None:
            edits = tuple(replace(edit, span=move(edit.span)) for edit in fix.edits)
            fix = replace(fix, edits=edits)
        return replace(self, span=move(self.span), trace=trace, fix=fix)

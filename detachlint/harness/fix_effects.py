"""Holds the run of a fixed program against that of the program as it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, TypeVar

from detachlint.harness.join import Event, Status, join
from detachlint.harness.moves import Moves
from detachlint.harness.observation import Crossing, Observation, Uncaught
from detachlint.rules.finding import Finding

_Place: TypeAlias = tuple[str, int]
"""A file and a line."""
_Arrays: TypeAlias = defaultdict[_Place, Counter[str]]
"""How often each array was made at a place, by its digest."""
_Sequence = TypeVar("_Sequence", str, tuple[str, ...])


def events_of(seen: Observation, filename: str) -> list[Event]:
    """The crossings of a program and the exception that ended it."""
    events: list[Event] = list(seen.crossings)
    error = seen.error
    if error is not None and error.line:
        events.append(Uncaught(error.type, error.message, filename, error.line, None))
    return events


@dataclass(frozen=True, slots=True)
class Trial:
    """Two runs of a program that differ by the fixes of some findings.

    Both kept going where PyTorch refused the tensor, and digested arrays and gradients. Where the
    first ended at a place that was fixed, the second goes on, and has to agree as far as that went.
    """

    fixed: Sequence[Finding]
    moves: Moves
    before: Observation
    after: Observation
    filename: str
    """What the crossings of both runs call the file."""

    def objections(self) -> Iterator[str]:
        """What speaks against the fixes; nothing if they do what fixes shall do."""
        ends = [(run.verdict, run.detail) for run in (self.before, self.after)]
        if ends[0] != ends[1]:
            yield f"the fixed program {self.after.detail or 'comes to its end'}"
            return
        yield from self._still_raised()
        if not self._went_on and not self._same_end():
            yield f"the fixed program {self._end_in_words()}"
        if not self._agree(self.before.stdout, self.after.stdout):
            yield "standard output differs"
        if not self._agree(self.before.gradients, self.after.gradients):
            yield "the gradients of leaves differ"
        for filename, line in self._places_of_other_arrays():
            elsewhere = "" if filename == self.filename else f" of {Path(filename).name}"
            name = f"line {line}" if elsewhere else self.moves.line_name(line)
            yield f"another array at {name}{elsewhere}"

    @property
    def _went_on(self) -> bool:
        """Whether the program ended at a place that is fixed now."""
        events = events_of(self.before, self.filename)
        ends = [event for event in events if isinstance(event, Uncaught)]
        judged = join(self._placed(self.fixed), ends).judged
        return any(each.status is Status.CONFIRMED for each in judged)

    def _still_raised(self) -> Iterator[str]:
        moved = [replace(f, span=self.moves.span(f.span.alone())) for f in self.fixed]
        for judged in join(self._placed(moved), self.after.crossings).judged:
            if judged.status is Status.CONFIRMED:
                message = next(event.message for event in judged.events if event.message)
                yield f"still raised at {self.moves.line_name(judged.finding.span.line)}: {message}"

    def _placed(self, findings: Iterable[Finding]) -> list[Finding]:
        return [replace(finding, filename=self.filename) for finding in findings]

    def _same_end(self) -> bool:
        before, after = self.before.error, self.after.error
        if before is None or after is None:
            return before is after
        moved = replace(before, line=self.moves.line(before.line) if before.line else 0)
        return (moved.type, moved.line) == (after.type, after.line)

    def _end_in_words(self) -> str:
        error = self.after.error
        if error is None:
            return "runs through, which it did not before"
        return f"ends at {self.moves.line_name(error.line)} with {error.type}: {error.message}"

    def _agree(self, before: _Sequence, after: _Sequence) -> bool:
        return after[: len(before)] == before if self._went_on else after == before

    def _places_of_other_arrays(self) -> Iterator[_Place]:
        before, after = self._arrays_before(), _arrays(self.after)
        own = {
            (self.filename, self.moves.line(line))
            for finding in self.fixed
            for line in _lines(finding)
        }
        for place in sorted({*before, *after}):
            if place in own:
                # What could not be made before may be made now.
                known = Counter({key: n for key, n in before[place].items() if key})
                differs = bool(known - after[place])
            elif self._went_on:
                differs = bool(before[place] - after[place])
            else:
                differs = before[place] != after[place]
            if differs:
                yield place

    def _arrays_before(self) -> _Arrays:
        """By the lines that they are at after the fix."""
        arrays: _Arrays = defaultdict(Counter)
        for crossing in self.before.crossings:
            arrays[self._moved(crossing)][crossing.digest] += crossing.count
        return arrays

    def _moved(self, crossing: Crossing) -> _Place:
        filename, line = _place(crossing)
        if filename != self.filename:
            return filename, line
        if crossing.span is not None:
            return filename, self.moves.span(crossing.span).line
        return filename, self.moves.line(line)


def _lines(finding: Finding) -> range:
    return range(finding.span.line, finding.span.end_line + 1)


def _arrays(seen: Observation) -> _Arrays:
    arrays: _Arrays = defaultdict(Counter)
    for crossing in seen.crossings:
        arrays[_place(crossing)][crossing.digest] += crossing.count
    return arrays


def _place(crossing: Crossing) -> _Place:
    line = crossing.line if crossing.span is None else crossing.span.line
    return crossing.filename, line

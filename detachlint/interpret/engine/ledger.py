"""The ledger of an analysis: what is found out about each file, and the work that is done for it.

Work is bounded by entry point (`shares`). Where a bound is hit, that is counted with the facts (`gave_up`),
and the crossings that may lie behind it count as not reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

from detachlint.domain.values import Value
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.reach import Reach
from detachlint.interpret.engine.shares import MOST_STEPS_OF_A_PROGRAM, Shares
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.uneventful import Uneventful
from detachlint.interpret.engine.work import NOWHERE, Work
from detachlint.interpret.facts import Bound, Crossing, Facts
from detachlint.interpret.mentions import words_in
from detachlint.interpret.relevance import Relevance
from detachlint.ir.nodes import Code
from detachlint.knowledge.names import CONVERSIONS
from detachlint.source.span import Span

_T = TypeVar("_T")

TRIFLE = 8
"""Units of work of a run that is not worth avoiding."""


class GaveUp(Exception):
    """A bound was hit in `code`: what the entry point at hand still had to do is not done."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.qualified_name)
        self.code = code


@lru_cache(maxsize=4096)
def _spells_crossing(code: Code) -> bool:
    return not CONVERSIONS.isdisjoint(words_in(code))


class Ledger:
    """What an analysis of `modules` writes down while it runs; it may take some `most_steps` units of work.

    `relevance` tells which code can reach a crossing; the modules are added to it. `called` is the code
    that was run for a caller in sight (`by_modules`: by what modules do), `found` all that was recorded,
    in order. What a `silent` run sees counts for nothing; of one that is made for some crossings `only`,
    what it sees at others. `cut_short` counts the calls that a bound forbade, `importing` are the files
    whose import is under way.
    """

    def __init__(
        self,
        modules: Mapping[str, Code],
        relevance: Relevance,
        words: Collection[str],
        most_steps: int = MOST_STEPS_OF_A_PROGRAM,
    ) -> None:
        mentions = dict(zip(modules, relevance.add(modules.values()), strict=True))
        self.facts_of: dict[str, Facts] = {file: Facts(file) for file in modules}
        self.found: list[Crossing | tuple[Span, str]] = []
        self.called: set[Code] = set()
        self.by_modules: frozenset[Code] = frozenset()
        self.silent = False
        self.only: frozenset[Span] | None = None
        self.work = Work()
        self.cut_short = 0
        self.importing: list[str] = []
        self._relevance = relevance
        self._runs: Counter[Code] = Counter()
        self._uneventful = Uneventful()
        self._shares = Shares(modules, mentions, words, most_steps)
        self._reach = Reach(modules, mentions, words)

    # --- what is found -------------------------------------------------------------------------

    @property
    def facts(self) -> Facts:
        """What is found out about the file whose entry point is at hand."""
        return self.facts_about(self.work.file)

    def facts_about(self, file: str) -> Facts:
        """What is found out about one file."""
        found = self.facts_of.get(file)
        if found is None:
            found = self.facts_of[file] = Facts(file)
        return found

    def note_run(self, code: Code, state: State) -> None:
        """A function is being run, for a caller that we see (or as an entry point)."""
        self.called.add(code)
        self._runs[code] += 1
        state.heap.log.now.codes.add(code)

    def note_end(self, code: Code) -> None:
        """A function has been run to its end."""
        if not self.silent:
            self._reach.done.add(code)

    def record(self, found: Crossing | tuple[Span, str]) -> None:
        """Note a visit to a crossing, or the answer to a `reveal_grad(x)`, among the facts."""
        self.found.append(found)
        if isinstance(found, Crossing):
            visits = self.facts_about(found.span.file).crossings.setdefault(found.span, [])
            visits.append(found)
        else:
            self.facts_about(found[0].file).reveals.append(found)

    def visits_since(self, seen: int) -> list[Crossing]:
        """The visits to crossings behind the first `seen` that were found."""
        return [found for found in self.found[seen:] if isinstance(found, Crossing)]

    def note_uneventful(
        self,
        seen: int,
        call: Span | None,
        operands: Iterable[tuple[Span, Value]],
        state: State,
    ) -> None:
        """Note where nothing was converted since `seen` were found (`Uneventful.note`)."""
        if not self.silent:
            heard = [operand for operand in operands if self.hears(operand[0])]
            own = call if call is not None and self.hears(call) else None
            self._uneventful.note(own, heard, self.visits_since(seen), state)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """A run for its effects alone: what it sees at crossings, and calls, counts for nothing."""
        called, silent = self.called.copy(), self.silent
        self.silent = True
        try:
            yield
        finally:
            self.called, self.silent = called, silent

    @contextmanager
    def asking_about(self, crossings: frozenset[Span]) -> Iterator[None]:
        """A run that is made for some crossings: what it sees at others counts for nothing."""
        called, self.only = self.called.copy(), crossings
        try:
            yield
        finally:
            self.called, self.only = called, None

    def hears(self, crossing: Span) -> bool:
        """Whether what is seen at a crossing counts in the run at hand."""
        return not self.silent and (self.only is None or crossing in self.only)

    def opaque(self, reason: str) -> None:
        """Count something that is not modelled."""
        self.facts.unmodelled[reason] += 1

    def end(self) -> dict[str, Facts]:
        """All that is found out about each file, once there is nothing left to do."""
        self._account()
        self.work = Work()
        for code, runs in self._runs.items():
            facts = self.facts_about(code.span.file)
            facts.functions += 1
            facts.runs += runs
        for file, reached in self._reach.by_file():
            self.facts_about(file).reached = reached
        for facts in self.facts_of.values():
            self._uneventful.doubt(facts)
        return self.facts_of

    # --- the work that is done -----------------------------------------------------------------

    @property
    def steps_left(self) -> int:
        """How much work the analysis may still do, once it has come to its end."""
        return self._shares.left

    def look(self, file: str, run: Callable[[], _T], forget: Callable[[], None]) -> _T:
        """What the `run` of a module's own code gives.

        Where a bound was hit in front of functions of the analysed modules that can reach a crossing, it is
        run once more, with as much work as before and with all paths as one: that is less to do, and comes
        to what was left out. `forget` makes sure that nothing is repeated that was cut short.
        """
        self.begin_entry(file, module=True)
        bound, lost = self.work.bound, self._reach.lost.copy()
        result = run()
        if not self._reach.own(self._reach.lost - lost) & self._relevance.codes:
            return result
        if self._shares.are_spent:
            return result
        self._account()
        self.work = Work(file, NOWHERE._replace(file=file), bound, joined=True)
        self._reach.lost = lost
        forget()
        return run()

    def begin_entry(self, file: str, at: Span | None = None, *, module: bool = False) -> None:
        """A new entry point of a file, `at` a place (or the module itself): its work is counted afresh."""
        self._account()
        bound = self._shares.of_entry(file, module=module)
        self.work = Work(file, at or NOWHERE._replace(file=file), bound)

    def _account(self) -> None:
        self._shares.count(self.work.file, self.work.steps)
        if self.work.steps:
            self.facts.steps += self.work.steps

    @contextmanager
    def aside(self, file: str) -> Iterator[None]:
        """Work that is not the entry point's at hand: a module is imported."""
        bound = self._shares.of_import(file)
        kept, self.work = self.work, Work(file, Span(1, 0, 1, 0, file), bound)
        self.importing.append(file)
        try:
            yield
        finally:
            self.importing.pop()
            self._shares.count_import(self.work.steps)
            self.facts.steps += self.work.steps
            self.work = kept

    def guarded(self, run: Callable[[], list[State]], otherwise: list[State]) -> list[State]:
        """The outcome of `run`; `otherwise` where it hits a bound."""
        try:
            return run()
        except GaveUp as bound:
            self.give_up(f"too many steps ({bound})", bound.code.span)
        except RecursionError:
            self.give_up("nested too deeply", self.work.at)
        joined = self.work.joined
        self.begin_entry(self.work.file, self.work.at)
        self.work.joined = joined
        return otherwise

    def count_step(self, activation: Activation, amount: int = 1) -> None:
        """Account for a statement (or more work); raises GaveUp at twice the bound."""
        self.work.steps += amount
        if self.work.steps > 2 * self.work.bound:
            self._reach.lost.update(each.code for each in activation.chain())
            raise GaveUp(activation.code)

    def give_up(self, reason: str, span: Span) -> None:
        """Count that a bound was hit at a place."""
        self.facts.gave_up[Bound(reason, span)] += 1

    def cut(self, reason: str, span: Span, code: Code) -> None:
        """Count a call of `code` that is not run: the bound of the entry point at hand forbids it."""
        self.give_up(reason, span)
        self.cut_short += 1
        self._reach.lost.add(code)

    def may_run(self, code: Code, span: Span) -> bool:
        """Whether a function may be run once more for this entry point, for a call at `span`.

        Always at first; once half of the portion at hand is done, unless the function has had a quarter
        of it (half, if it reaches a crossing); at last only what costs next to nothing. Beyond it no
        more calls are run, so that the code at hand comes to its end; but what spells a crossing out is
        run for each place that calls it: scripts convert at their ends.
        """
        work = self.work
        work.runs[code] += 1
        if (code, span) not in work.places:
            work.places.add((code, span))
            if _spells_crossing(code):
                return True
        done, portion = work.steps - work.begun, work.limit - work.begun
        if done < portion // 2 or work.spent[code] <= TRIFLE * work.runs[code]:
            return True
        if done > portion:
            return False
        return work.spent[code] <= portion // (2 if code in self._relevance.codes else 4)

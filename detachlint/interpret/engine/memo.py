"""The memo of calls: the same call in the same part of the world has the same outcome.

Most calls are run many times: on each path that reaches them, in each round of a loop, again for each
method that is tried. A call is *the same* if function, arguments, call context and modes are equal,
and if all that it looked at (its footprint, see `heap.Footprint`) holds what it held then. What it wrote
is then written again, and what it found at crossings is found again; addresses are the same since the
context is.

A call at another place is *like* it if only the names of objects differ (see `likeness`). Then it must
not have visited crossings, since a visit tells who called, and no bound may have cut it short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.heap import Footprint
from detachlint.interpret.engine.invocation import Invocation
from detachlint.interpret.engine.likeness import Pattern
from detachlint.interpret.engine.remembered import Remembered, remember
from detachlint.interpret.engine.state import State
from detachlint.ir.nodes import Code

if TYPE_CHECKING:
    pass

MOST_ENTRIES = 4
"""Outcomes of one call that are kept, for different worlds."""

MOST_PATTERNS = 8
"""Outcomes of calls of one function that others are compared with."""

LARGEST_PATTERN = 1_000
"""What such a call may have looked at. Each level of calls may double that."""

NAMES_A_STEP = 16
"""Names that are changed in the time of one unit of work, roughly."""

MOST_CELLS = 300_000
"""Cells that all entries remember together, before the memo is emptied."""

FIRST_TRIES = 12
"""Calls of a function before it is judged whether remembering them pays."""


class Memo:
    """The calls of one analysis."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, list[Remembered]] = {}
        self._patterns: dict[Hashable, list[Pattern]] = {}
        self._size = 0
        self._tried: Counter[Code] = Counter()
        self._met: Counter[Code] = Counter()

    def outcomes(self, call: Invocation, run: Callable[[], Outcomes]) -> Outcomes:
        """The outcomes of `run`, remembered or found out. It owns the state of the call."""
        if self._is_hopeless(call.code):
            return run()
        self._tried[call.code] += 1
        identity, outline = call.identity(), call.outline()
        known = self._find(call, identity, outline)
        if known is None:
            return self._record(call, identity, outline, run)
        self._met[call.code] += 1
        return self._repeat(call, known)

    def _is_hopeless(self, code: Code) -> bool:
        tries = self._tried[code]
        return tries > FIRST_TRIES and 4 * self._met[code] < tries

    def _find(self, call: Invocation, identity: Hashable, outline: Hashable) -> Remembered | None:
        for entry in self._entries.get(identity, ()):
            if entry.holds(call.state):
                call.machine.ledger.count_step(call.activation)
                return entry
        patterns = self._patterns.get(outline, [])
        if patterns:
            running = {activation.code for activation in call.activation.chain()}
            for pattern in reversed(patterns):
                found = pattern.transported(
                    call.machine.book, call.arguments, call.state, call.context, running
                )
                if found is not None:
                    amount = 1 + found.footprint.size // NAMES_A_STEP
                    call.machine.ledger.count_step(call.activation, amount)
                    return found
        return None

    def _repeat(self, call: Invocation, entry: Remembered) -> Outcomes:
        machine, state = call.machine, call.state
        state.heap.log.now.add(entry.footprint)
        machine.ledger.called |= entry.footprint.codes
        for found in entry.found:
            machine.ledger.record(found)
        changes = (*entry.returns, *entry.raises)
        outcomes: Outcomes = []
        for number, change in enumerate(changes):
            after = state if number == len(changes) - 1 else state.fork()
            change.apply(after)
            outcomes.append((change.value, after))
        call.activation.raises.extend(outcomes[len(entry.returns) :])
        return outcomes[: len(entry.returns)]

    def _record(
        self, call: Invocation, identity: Hashable, outline: Hashable, run: Callable[[], Outcomes]
    ) -> Outcomes:
        ledger, activation = call.machine.ledger, call.activation
        log = call.state.heap.log
        before, outer = call.state.fork(), log.now
        log.now = Footprint()
        raised, found, cut = len(activation.raises), len(ledger.found), ledger.cut_short
        try:
            outcomes = run()
        finally:
            footprint, log.now = log.now, outer
            outer.add(footprint)
        if footprint.total or footprint.unsolved:
            return outcomes
        raises, more = activation.raises[raised:], tuple(ledger.found[found:])
        entry = remember(footprint, before, outcomes, raises, more)
        self._keep(identity, entry)
        if not more and cut == ledger.cut_short:
            self._keep_pattern(call, outline, entry, before)
        return outcomes

    def _keep(self, identity: Hashable, entry: Remembered) -> None:
        self._size += len(entry.cells) + len(entry.written)
        if self._size > MOST_CELLS:
            self._entries.clear()
            self._patterns.clear()
            self._size = 0
        known = self._entries.setdefault(identity, [])
        known.append(entry)
        del known[:-MOST_ENTRIES]

    def _keep_pattern(
        self, call: Invocation, outline: Hashable, entry: Remembered, before: State
    ) -> None:
        if entry.footprint.size > LARGEST_PATTERN:
            return
        if any(activation.code in entry.footprint.codes for activation in call.activation.chain()):
            return
        if any(c.focus != before.focus for c in (*entry.returns, *entry.raises)):
            return
        known = self._patterns.setdefault(outline, [])
        known.append(Pattern(entry, call.arguments, call.context, before.focus))
        del known[:-MOST_PATTERNS]

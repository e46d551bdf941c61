"""How much work an analysis does: shares of a bound, by file and by entry point.

Units of work are statements, calls and rounds of loops; some 0.15 ms each. What is not done is counted
(`gave_up`), so a bound costs reach, not certainty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from detachlint.interpret.relevance import Mentions
from detachlint.ir.nodes import Code

MOST_STEPS = 8_000
"""Units of work for one entry point before it is given up; and some for each statement of the module,
so that a long file is not given up for its length."""

MOST_STEPS_OF_A_FILE = 32_000
"""The same for all entry points of a file; beyond, each gets a small share."""

MOST_STEPS_OF_A_PROGRAM = 160_000
"""The same for all files of a program together: where there are many, each gets less."""

MOST_ABOVE_ALL = 3
"""So many times what an analysis may take, nothing is run any more, however many entry points are left.
Shares of files are generous, as few files use theirs; where many do, that ends it."""

MOST_STEPS_OF_PARTS = 80_000
"""The same for all parts of a program that is too large to be looked at in one; most of what they hold
are callers of callers."""

LEAST_STEPS_OF_A_PART = 8_000
"""What each of them gets in any case."""

LEAST_STEPS_OF_A_FILE = 4_000

SMALL_SHARE = 400
"""What an entry point of a file gets that has had its share; less and less, as that adds up to
a part of the whole share again."""

PART_THAT_MAY_BE_OVER = 4

LEAST_SHARE = 40

PART_OF_A_CALLER = 4
"""What part of these an entry point gets whose file holds no crossing: it is there to call what does."""

PART_OF_A_SINK = 4
"""The same for a file that spells no crossing out: it hands values to NumPy, most of them no tensors."""

SHARE_OF_THE_MODULE = 3 * MOST_STEPS
"""What the module's own code may take: of a script, that is all there is."""

SHARE_OF_AN_IMPORT = MOST_STEPS // 4
"""What a module's own code may take when others import it."""

PART_OF_IMPORTS = 5
"""What part of a program's bound all modules together may take; beyond, each gets a small share."""


def most_steps(parts: int) -> int:
    """What one analysis may take, of a whole program (0) or of one of its parts."""
    if not parts:
        return MOST_STEPS_OF_A_PROGRAM
    return max(LEAST_STEPS_OF_A_PART, MOST_STEPS_OF_PARTS // parts)


class Shares:
    """The shares of one analysis, which may take some `most` units of work in all.

    `mentions` are those of the modules that it is about. `spent` counts the units of work done for each
    file. Files without crossings may take half of the whole together: callers come first, and must
    leave something to what they call.
    """

    def __init__(
        self,
        modules: Mapping[str, Code],
        mentions: Mapping[str, Mentions],
        words: Collection[str],
        most: int = MOST_STEPS_OF_A_PROGRAM,
    ) -> None:
        self.spent: Counter[str] = Counter()
        self._total = 0
        self._callers = 0
        self._most = most
        self._modules = modules
        self._on_imports = 0
        spelled = {file for file, one in mentions.items() if one.spell_crossing(words)}
        self._parts = dict.fromkeys(spelled, 1)
        for file, one in mentions.items():
            if file not in spelled and one.hold_crossing(words):
                self._parts[file] = PART_OF_A_SINK if spelled else 1

    def of_entry(self, file: str, *, module: bool) -> int:
        """What the next entry point of a file may take, or (once) the module itself."""
        if not module and file not in self._parts and self._callers > self._most // 2:
            return 0
        if self._total > MOST_ABOVE_ALL * self._most:
            return 0
        part = 1 if module else self._parts.get(file, PART_OF_A_CALLER)
        size = 3 * self._statements(file)
        whole = self._of_a_file // part + size
        if file not in self._parts:
            whole = min(whole, self._of_a_caller + size)
        left = whole - self.spent[file]
        if left > 0:
            most = (SHARE_OF_THE_MODULE if module else MOST_STEPS // part) + size
            return min(most, max(left, SMALL_SHARE // part))
        remaining = max(0.0, 1 + left * PART_THAT_MAY_BE_OVER / whole)
        least = LEAST_SHARE if file in self._parts else 0
        return max(least, int(remaining * SMALL_SHARE) // part)

    @property
    def are_spent(self) -> bool:
        """Whether all that an analysis may take is taken, so that nothing is looked at a second time."""
        return self._total > self._most

    @property
    def left(self) -> int:
        """How much of that is not taken yet."""
        return max(0, self._most - self._total)

    def of_import(self, file: str) -> int:
        """What a module's own code may take when it is imported."""
        spent = self._on_imports > self._most // PART_OF_IMPORTS
        return (SMALL_SHARE if spent else SHARE_OF_AN_IMPORT) + self._statements(file)

    def count(self, file: str, steps: int) -> None:
        """Account for what an entry point of a file has taken."""
        self.spent[file] += steps
        self._total += steps
        if file not in self._parts:
            self._callers += steps

    def count_import(self, steps: int) -> None:
        """Account for an import."""
        self._total += steps
        self._on_imports += steps

    def _statements(self, file: str) -> int:
        code = self._modules.get(file)
        return len(code.body) if code is not None else 0

    @property
    def _of_a_caller(self) -> int:
        """The most that a file without crossings takes, a script, too. Few take all of it, so twice the
        share of each."""
        return self._most // max(1, len(self._modules) - len(self._parts))

    @property
    def _of_a_file(self) -> int:
        """Units of work for the entry points of a file that spells crossings out."""
        files = sum(1 / part for part in self._parts.values())
        fair = int(self._most / max(1.0, files))
        generous = self._total <= self._most
        least = min(LEAST_STEPS_OF_A_FILE, self._most // 8) if generous else SMALL_SHARE
        return min(MOST_STEPS_OF_A_FILE, max(least, fair))

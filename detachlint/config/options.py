"""What the checking of one file depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detachlint.config.selection import DEFAULT_SELECTION, Selection
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.rules.finding import Confidence

if TYPE_CHECKING:
    from detachlint.config.baseline import Known
    from detachlint.fix import FixStyle


@dataclass(frozen=True, slots=True)
class Options:
    """How to check and fix one file. Equal options give equal results."""

    min_confidence: Confidence = Confidence.LIKELY
    fix_style: FixStyle = "detach"
    unsafe_fixes: bool = False
    selection: Selection = DEFAULT_SELECTION
    ignored: tuple[str, ...] = ()
    """Codes, or their beginnings, that are not reported in this file whatever is selected."""
    facts: OwnFacts = NO_OWN_FACTS
    """What the user states about code that the analysis does not see, or need not look into."""
    known: Known = ()
    """Findings in the baseline of this file: they are not reported."""

    def reports(self, code: str) -> bool:
        """Whether findings of that code are wanted at all."""
        return self.selection.includes(code) and not code.startswith(self.ignored)


DEFAULT_OPTIONS = Options()

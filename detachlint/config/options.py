"""What the checking of one file depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detachlint.config.selection import DEFAULT_SELECTION, Selection
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.followed import NOTHING_FOLLOWED, Followed
from detachlint.rules.finding import Confidence
from detachlint.source.language import Extensions

if TYPE_CHECKING:
    from detachlint.config.baseline import Known, Likeness
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
    extensions: Extensions = ()
    """Languages of files by extension, in addition to those that are known."""
    facts: OwnFacts = NO_OWN_FACTS
    """What the user states about code that the analysis does not see, or need not look into."""
    followed: Followed = NOTHING_FOLLOWED
    """Installed packages that are part of the program."""
    known: Known = ()
    """Findings in the baseline of this file: they are not reported."""

    def after(self, met: Iterable[Likeness]) -> Options:
        """What holds of the rest of a file in which these findings of the baseline were met."""
        if not self.known:
            return self
        left = Counter(dict(self.known))
        left.subtract(met)
        return replace(self, known=tuple(sorted((+left).items())))

    def reports(self, code: str) -> bool:
        """Whether findings of that code are wanted at all."""
        return self.selection.includes(code) and not code.startswith(self.ignored)


DEFAULT_OPTIONS = Options()

"""What the checking of one file depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detachlint.config.selection import DEFAULT_SELECTION, Selection
from detachlint.rules.finding import Confidence
from detachlint.source.language import Extensions

if TYPE_CHECKING:
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

    def reports(self, code: str) -> bool:
        """Whether findings of that code are wanted at all."""
        return self.selection.includes(code) and not code.startswith(self.ignored)


DEFAULT_OPTIONS = Options()

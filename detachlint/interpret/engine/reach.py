"""Which crossings an analysis may not have come to, since its bounds were hit before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from detachlint.interpret.relevance import Mentions
from detachlint.ir.nodes import Code
from detachlint.ir.walk import all_codes
from detachlint.source.span import Span


class Reach:
    """How far the analysis of some `modules` has come. `mentions` are those of the modules.

    `lost` is the code of which some run was not made or did not come to its end, `done` the functions of
    which one did. Once nothing is left to do, all that can reach a crossing is done, but for the bounds.
    """

    def __init__(
        self,
        modules: Mapping[str, Code],
        mentions: Mapping[str, Mentions],
        words: Collection[str],
    ) -> None:
        self.lost: set[Code] = set()
        self.done: set[Code] = set()
        self._holding = {
            file: [
                code
                for code, mentioned in zip(all_codes(modules[file]), one.codes, strict=True)
                if mentioned.hold_crossing(words)
            ]
            for file, one in mentions.items()
        }

    def own(self, codes: Collection[Code]) -> set[Code]:
        """Those that are functions of the modules."""
        return {c for c in codes if c.kind != "module" and c.span.file in self._holding}

    def by_file(self) -> Iterator[tuple[str, dict[Span, bool]]]:
        """For the files where some was not, which code with a crossing was reached (by its span)."""
        if not self.lost:
            return
        for file, codes in self._holding.items():
            reached = {code.span: self._is_reached(code) for code in codes}
            if not all(reached.values()):
                yield file, reached

    def _is_reached(self, code: Code) -> bool:
        if code.kind in ("module", "class"):
            return code not in self.lost
        return code in self.done

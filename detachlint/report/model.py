"""What every report format is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from detachlint.rules.finding import Applicability, Finding
from detachlint.source.span import Span
from detachlint.source.text import Location, SourceText


@dataclass(frozen=True)
class Report:
    """The outcome of a run.

    `sources` are the texts that the findings are located in, by file name. `fixed` counts findings
    that are gone because their fix was applied. `incomplete` says that some path could not be
    checked at all. `encoding` is that of the output: what it lacks is shown as `?`.
    """

    findings: tuple[Finding, ...]
    sources: Mapping[str, SourceText] = field(default_factory=dict)
    fixed: int = 0
    incomplete: bool = False
    colour: bool = False
    encoding: str = "utf-8"

    def location(self, filename: str, span: Span) -> tuple[Location, Location]:
        """Start and (exclusive) end of `span`, in characters where the text is known."""
        source = self.sources.get(filename)
        if source is not None:
            return source.location(span)
        return Location(span.line, span.column + 1), Location(span.end_line, span.end_column + 1)

    def count(self, applicability: Applicability) -> int:
        """How many findings have a fix of this applicability."""
        fixes = [finding.fix for finding in self.findings if finding.fix]
        return sum(fix.applicability is applicability for fix in fixes)

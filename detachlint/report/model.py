"""What every report format is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from detachlint.report.glyphs import visible
from detachlint.rules.finding import Applicability, Edit, Finding
from detachlint.source.span import Span
from detachlint.source.text import Location, Place, SourceText


@dataclass(frozen=True)
class Report:
    """The outcome of a run.

    `sources` are the texts that findings and the steps of traces are located in, by file name, as
    far as they are at hand. `fixed` counts findings that are gone because their fix was applied.
    `incomplete` says that some path could not be checked at all. A `quiet` report has no summary.
    `encoding` is that of the output: what it lacks is shown as `?`.
    """

    findings: tuple[Finding, ...]
    sources: Mapping[str, SourceText] = field(default_factory=dict)
    fixed: int = 0
    incomplete: bool = False
    quiet: bool = False
    colour: bool = False
    encoding: str = "utf-8"

    def place(self, filename: str, span: Span) -> Place:
        """Where `span` is for people: in characters where the text is known, in a cell if any."""
        source = self.sources.get(filename)
        return _outside(span) if source is None else source.place(span)

    def stored_place(self, filename: str, span: Span) -> Place:
        """Where `span` is in the file as it is stored: what programs that read the file count.

        Differs from `place` for notebooks only, where it is a place of the JSON text.
        """
        source = self.sources.get(filename)
        if source is None:
            return _outside(span)
        return source.stored.place(source.stored_span(span))

    def stored_span(self, filename: str, span: Span) -> Span:
        """The same as bytes rather than characters."""
        source = self.sources.get(filename)
        return span if source is None else source.stored_span(span)

    def stored_edits(self, finding: Finding) -> tuple[Edit, ...]:
        """The edits of a finding's fix, as they are made in the stored file."""
        edits = finding.fix.edits if finding.fix else ()
        source = self.sources.get(finding.filename)
        if source is None:
            return edits
        return tuple(
            Edit(source.stored_span(edit.span), source.stored_content(edit.content))
            for edit in edits
        )

    def label(self, filename: str, span: Span) -> str:
        """`file:row:column`, or `file:cell 3:row:column`, on one line and without control codes."""
        place = self.place(filename, span)
        cell = "" if place.cell is None else f"cell {place.cell}:"
        return f"{visible(filename)}:{cell}{place.start.row}:{place.start.column}"

    def count(self, applicability: Applicability) -> int:
        """How many findings have a fix of this applicability."""
        fixes = [finding.fix for finding in self.findings if finding.fix]
        return sum(fix.applicability is applicability for fix in fixes)


def _outside(span: Span) -> Place:
    """The place of a span in a text that is not at hand: bytes are taken for characters."""
    start = Location(span.line, span.column + 1)
    return Place(start, Location(span.end_line, span.end_column + 1))

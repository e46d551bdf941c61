"""Puts `# noqa` comments to findings: the start of a tool in a project that has some."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.fix.verify import only_edits_differ
from detachlint.rules.codes import UNREADABLE, UNUSED_SUPPRESSION
from detachlint.rules.finding import Finding
from detachlint.source.change import Change
from detachlint.source.comments import Comments, read_comments
from detachlint.source.suppressions import Suppression, read_suppressions
from detachlint.source.text import SourceText
from detachlint.source.value_class import value_class

_NOT_SILENCED = frozenset({UNREADABLE, UNUSED_SUPPRESSION})
"""No comment is read in a file that is unreadable, and one too many is taken away rather."""


@value_class(frozen=True, slots=True)
class Silenced:
    """A text with more comments, and the findings that they silence, by position in the old text."""

    source: SourceText
    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The text itself."""
        return self.source.text


def add_noqa(source: SourceText, findings: Iterable[Finding]) -> Silenced:
    """The text of `source` with a comment for each of its findings; codes join one that is there.

    The comment goes to the end of the line that the finding starts in, where flake8 and ruff look
    for it, or where that is no place for one, to the end of the statement. Nothing but comments is
    changed; a finding without any such place is left out.
    """
    writer = _Writer(source)
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.code not in _NOT_SILENCED:
            by_row.setdefault(writer.comments.line(finding.span.line).last, []).append(finding)
    changes: dict[int, Change] = {}
    silenced: list[Finding] = []
    for row, here in sorted(by_row.items()):
        for place in (row, writer.comments.statement(row).last):
            change = writer.change(place, {finding.code for finding in here}, changes.get(place))
            if only_edits_differ(source, [change]):
                changes[place] = change
                silenced += here
                break
    silenced.sort(key=lambda finding: (finding.span, finding.code))
    after = source.edited(sorted(changes.values())) if changes else source
    return Silenced(after, tuple(silenced))


class _Writer:
    """Knows the comments that are there."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.comments: Comments = read_comments(source)
        self._comment_of = {comment.row: comment for comment in self.comments.comments}
        self._noqa_of = {
            entry.comment.row: entry
            for entry in read_suppressions(source).entries
            if entry.codes and not entry.own and not entry.whole_file
        }
        self._codes: dict[int, set[str]] = {}

    def change(self, row: int, codes: set[str], before: Change | None) -> Change:
        """What makes the comment of a row name these codes too, and those it was to name `before`."""
        wanted = codes | (self._codes.get(row, set()) if before else set())
        self._codes[row] = wanted
        noqa, comment = self._noqa_of.get(row), self._comment_of.get(row)
        if noqa is not None:
            return _joined(noqa, wanted)
        if comment is not None:
            return Change(comment.start, comment.end, f"{comment.text.rstrip()}  {_noqa(wanted)}")
        line, begin = self.source.line(row), self.source.offset(row, 0)
        return Change(begin + len(line.rstrip()), begin + len(line), f"  {_noqa(wanted)}")


def _joined(entry: Suppression, codes: set[str]) -> Change:
    comment = entry.comment
    index = entry.codes[-1].end - comment.start
    added = "".join(f", {code}" for code in sorted(codes))
    return Change(comment.start, comment.end, comment.text[:index] + added + comment.text[index:])


def _noqa(codes: set[str]) -> str:
    return f"# noqa: {', '.join(sorted(codes))}"

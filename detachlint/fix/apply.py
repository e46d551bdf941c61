"""Applies fixes to a text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import TypeAlias

from detachlint.fix.verify import only_edits_differ
from detachlint.rules.finding import Applicability, Edit, Finding, Fix
from detachlint.source.change import Change
from detachlint.source.text import SourceText
from detachlint.source.value_class import value_class

_Choice: TypeAlias = tuple[Finding, frozenset[Change]]
"""A finding and what its fix does to the text."""


@value_class(frozen=True, slots=True)
class Applied:
    """A fixed text, and the findings whose fixes are in it, by position in the old text."""

    source: SourceText
    applied: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The fixed text itself."""
        return self.source.text


def apply_fixes(
    source: SourceText, findings: Iterable[Finding], *, unsafe: bool = False
) -> Applied:
    """The text of `source` with the fixes of `findings` applied; `unsafe` ones too if asked to.

    Edits that are wanted twice are made once. Of two fixes that overlap, the one further up is
    applied. A fix is left out if the text with it does not parse or differs from the old one by
    more than the edits say. Where nothing can be applied, `source` is the old one and `applied` is
    empty. The edits are taken to be for `source`, whatever file the findings name.
    """
    wanted = [finding for finding in findings if _is_wanted(finding.fix, unsafe)]
    wanted.sort(key=lambda finding: (finding.span, finding.code))
    chosen = _sound(source, _compatible(source, wanted))
    applied = tuple(finding for finding, _ in chosen)
    return Applied(source.edited(_changes(chosen)) if chosen else source, applied)


def _is_wanted(fix: Fix | None, unsafe: bool) -> bool:
    if fix is None or not fix.edits:
        return False
    accepted = {Applicability.SAFE, Applicability.UNSAFE} if unsafe else {Applicability.SAFE}
    return fix.applicability in accepted


def _compatible(source: SourceText, findings: Iterable[Finding]) -> list[_Choice]:
    """The findings whose edits do not get in the way of those before them."""
    chosen: list[_Choice] = []
    taken: list[Change] = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix is not None else ()
        own = frozenset(_change(source, edit) for edit in edits)
        if _take(taken, own):
            chosen.append((finding, own))
    return chosen


def _take(taken: list[Change], own: Iterable[Change]) -> bool:
    """Adds the changes to the sorted `taken`, all or, where one of them does not fit, none."""
    added: list[Change] = []
    for change in sorted(own):
        place = bisect_left(taken, change)
        if taken[place : place + 1] == [change]:
            continue
        beside = [*taken[max(place - 1, 0) : place], change, *taken[place : place + 1]]
        if any(map(_overlap, beside, beside[1:])):
            for other in added:
                taken.remove(other)
            return False
        taken.insert(place, change)
        added.append(change)
    return True


def _change(source: SourceText, edit: Edit) -> Change:
    span = edit.span
    start = source.offset(span.line, span.column)
    return Change(start, source.offset(span.end_line, span.end_column), edit.content)


def _overlap(left: Change, right: Change) -> bool:
    """Whether two different changes, in order, touch the same text or insert at the same place."""
    return left.end > right.start or left.start == right.start


def _changes(chosen: Iterable[_Choice]) -> list[Change]:
    return sorted({change for _, own in chosen for change in own})


def _sound(source: SourceText, chosen: list[_Choice]) -> list[_Choice]:
    """Those whose edits turn out as meant, together."""
    if only_edits_differ(source, _changes(chosen)):
        return chosen
    # There should be no bad fix, so that finding one may take its time.
    sound: list[_Choice] = []
    for choice in chosen:
        if only_edits_differ(source, _changes([*sound, choice])):
            sound.append(choice)
    return sound

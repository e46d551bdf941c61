"""Who calls the function of a crossing: from where it raises, and from where it does not."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.belief import Truth
from detachlint.interpret.facts import CallSite, Crossing
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@value_class(frozen=True, slots=True)
class Contexts:
    """The calls that tell the contexts of a crossing apart.

    `raising` are the calls by which the crossing is reached when it raises, `fine` those by which it
    is when it does not; none is both. `why_fine` says what the latter have in common.
    """

    raising: tuple[CallSite, ...]
    fine: tuple[CallSite, ...]
    why_fine: str
    by_mode: bool
    """Whether grad mode is what makes the difference, rather than the tensor."""

    @property
    def to_blame(self) -> CallSite | None:
        """The one call that is to blame, where all others are fine."""
        return self.raising[0] if len(self.raising) == 1 and self.fine else None

    def said_from(self, crossing: Span) -> str:
        """The contexts in words, as the end of a sentence about the crossing; "" if nothing is known."""
        if not self.raising or not self.fine:
            return ""
        text = f" when called from {place_of(crossing, self.raising[0].span)}"
        if len(self.raising) > 1:
            text += f" and {_number(len(self.raising) - 1)} more"
        if len(self.fine) == 1:
            where = place_of(crossing, self.fine[0].span)
            return f"{text}; the call from {where} {self.why_fine}"
        return f"{text}; the {_number(len(self.fine))} other calls {self.why_fine}"


NOTHING_KNOWN = Contexts((), (), "", by_mode=False)


def contexts_of(raising: list[Crossing], fine: list[Crossing]) -> Contexts:
    """What tells visits that raise from those that do not; unseen callers count for nothing."""
    bad = [visit for visit in raising if not visit.unseen]
    good = [visit for visit in fine if not visit.unseen]
    spans_of_bad = {site.span for visit in bad for site in visit.calls}
    spans_of_good = {site.span for visit in good for site in visit.calls}
    blamed = _unique(_deepest(visit, spans_of_good) for visit in bad)
    cleared = _unique(_deepest(visit, spans_of_bad) for visit in good)
    if not blamed or not cleared:
        return NOTHING_KNOWN
    guarded = all(visit.mode.usual is Truth.NO for visit in good)
    why = "under `no_grad`" if guarded else "harmless"
    one = len(cleared) == 1
    return Contexts(blamed, cleared, f"{'is' if one else 'are'} {why}", by_mode=guarded)


def place_of(crossing: Span, call: Span) -> str:
    """Where a call stands, as seen from the crossing."""
    if call.file == crossing.file:
        return f"line {call.line}"
    return f"{call.file}:{call.line}"


def _deepest(visit: Crossing, elsewhere: set[Span]) -> CallSite | None:
    """The call nearest to the crossing that is only on this side."""
    return next((site for site in reversed(visit.calls) if site.span not in elsewhere), None)


def _unique(sites: Iterable[CallSite | None]) -> tuple[CallSite, ...]:
    return tuple({site.span: site for site in sites if site is not None}.values())


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)

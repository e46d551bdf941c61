"""What DTL111 to DTL114 say alike: crossings refused for something else than the gradient."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Finding, Fix, Remedy
from detachlint.rules.implicit import advice_beside_others, taker
from detachlint.rules.telling import advice, because, beside, cures, subject
from detachlint.rules.twins import advice_instead
from detachlint.rules.visits import Raising, is_method, refused_in, trace_of


def findings(facts: Facts, code: str, name: str) -> Iterator[Finding]:
    """One finding for each crossing whose surest refusal is that of the rule."""
    for raising in refused_in(facts):
        if raising.refusal.code != code:
            continue
        origin = raising.refusal.trait.story
        yield Finding(
            code=code,
            name=name,
            message=_message(raising),
            filename=facts.filename,
            span=raising.span.alone(),
            confidence=raising.confidence,
            trace=trace_of(facts.filename, raising, "converted to NumPy here", origin),
            fix=_advice(raising),
            remedy=_remedy(raising),
            cures=cures(raising.refusal),
            parts=raising.parts,
            doubtful=raising.doubtful,
            because=because(raising.refusal),
        )


def _message(raising: Raising) -> str:
    worst = raising.worst
    what = subject(raising.refusal)
    text = f"`.{worst.form}()` on {what}"
    if not is_method(worst):
        text = f"{taker(worst)} converts {what} to an array"
    return text + raising.suffix + beside(raising.refusal) + raising.aftermath + raising.swallowed


def _advice(raising: Raising) -> Fix | None:
    if raising.needed:
        return advice_instead(raising.worst)
    return advice(raising.refusal) or advice_beside_others(raising)


def _remedy(raising: Raising) -> Remedy:
    if is_method(raising.worst):
        return Remedy.DETACH_RECEIVER
    return raising.remedy(Remedy.DETACH_EACH if raising.worst.container else Remedy.DETACH)

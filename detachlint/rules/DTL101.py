"""DTL101: `.numpy()` or `.__array__()` on a tensor that requires grad while grad mode is on."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Finding, Remedy
from detachlint.rules.telling import advice_behind, beside, cures
from detachlint.rules.twins import advice_instead
from detachlint.rules.visits import Raising, crossings_of, is_method, mode_of, trace_of

CODE = "DTL101"
NAME = "numpy-on-grad-tensor"


def check(facts: Facts) -> Iterator[Finding]:
    """One finding for each crossing that raises in some context, with the surest context's trace."""
    for raising in crossings_of(facts, is_method):
        worst = raising.worst
        yield Finding(
            code=CODE,
            name=NAME,
            message=_message(raising),
            filename=facts.filename,
            span=raising.span.alone(),
            confidence=raising.confidence,
            trace=trace_of(
                facts.filename, raising, f"converted to NumPy here{mode_of(worst)}", worst.story
            ),
            fix=advice_instead(worst) if raising.needed else advice_behind(raising.refusal),
            remedy=Remedy.DETACH_RECEIVER,
            doubtful=raising.doubtful,
            cures=cures(raising.refusal),
            because=raising.because,
        )


def _message(raising: Raising) -> str:
    text = f"`.{raising.worst.form}()` on {raising.subject}{raising.suffix}"
    if not raising.needed:
        text += beside(raising.refusal)
    return text + raising.aftermath + raising.swallowed

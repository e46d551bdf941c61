"""What DTL111 to DTL114 say alike: crossings refused for something else than the gradient."""

from __future__ import annotations

from collections.abc import Iterator

from detachlint.domain.traits import Check
from detachlint.interpret.facts import Facts
from detachlint.rules.finding import Applicability, Finding, Fix, Remedy
from detachlint.rules.implicit import taker
from detachlint.rules.refusals import META, Refusal
from detachlint.rules.telling import because, beside, cures, subject
from detachlint.rules.visits import Raising, is_method, refused_in, trace_of


def findings(facts: Facts, code: str, name: str) -> Iterator[Finding]:
    """One finding for each crossing whose surest refusal is that of the rule."""
    for raising in refused_in(facts):
        if raising.refusal.code != code:
            continue
        advice = _advice(raising.refusal)
        origin = raising.refusal.trait.story
        yield Finding(
            code=code,
            name=name,
            message=_message(raising),
            filename=facts.filename,
            span=raising.span.alone(),
            confidence=raising.confidence,
            trace=trace_of(facts.filename, raising, "converted to NumPy here", origin),
            fix=None if advice is None else Fix(advice, Applicability.DISPLAY_ONLY, ()),
            remedy=_remedy(raising),
            cures=cures(raising.refusal),
            because=because(raising.refusal),
        )


def _message(raising: Raising) -> str:
    worst = raising.worst
    what = subject(raising.refusal)
    text = f"`.{worst.form}()` on {what}"
    if not is_method(worst):
        text = f"{taker(worst)} converts {what} to an array"
    return text + raising.suffix + beside(raising.refusal) + raising.swallowed


def _remedy(raising: Raising) -> Remedy:
    if is_method(raising.worst):
        return Remedy.DETACH_RECEIVER
    if not all(visit.located for visit in raising.visits):
        return Remedy.NONE
    if raising.worst.container:
        return Remedy.DETACH_EACH if raising.worst.flat else Remedy.NONE
    return Remedy.DETACH


def _advice(found: Refusal) -> str | None:
    """What to do where no methods help."""
    for check in found.all:
        names = found.worst.traits[check].names if check in found.worst.traits else frozenset()
        match check:
            case Check.UNINITIALIZED:
                return "run the module on an input first: the parameter has no data before that"
            case Check.DEVICE if names == META:
                return "make the tensor on a real device: there is no data on `meta`"
            case Check.SUBCLASS if "masked" in names:
                return "take the values out with `.to_tensor(value)` or `.get_data()` first"
            case Check.SUBCLASS | Check.STORAGE if "nested" in names:
                return "convert the parts one by one, or `.to_padded_tensor(…)` first"
            case Check.SUBCLASS:
                return "there is no data to convert: compute this outside the fake tensor mode"
            case Check.STORAGE:
                return "use PyTorch's own functions inside the transformed function"
    return None

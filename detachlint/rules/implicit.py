"""What DTL102, DTL103 and DTL115 say alike: implicit crossings, by gate and by what takes them."""

from __future__ import annotations

from detachlint.interpret.facts import Crossing, Facts
from detachlint.knowledge.model import Gate
from detachlint.knowledge.names import GETITEM
from detachlint.rules.finding import Applicability, Finding, Fix, Remedy
from detachlint.rules.telling import beside, cures
from detachlint.rules.twins import twin
from detachlint.rules.visits import Raising, is_method, is_rejected, mode_of, trace_of


def is_single(visit: Crossing) -> bool:
    """A tensor handed over itself, which is converted (DTL102)."""
    return not is_method(visit) and not visit.container and not is_rejected(visit)


def is_container(visit: Crossing) -> bool:
    """A container of tensors, which are converted one by one (DTL103)."""
    return not is_method(visit) and visit.container and not is_rejected(visit)


def finding_of(
    facts: Facts, code: str, name: str, raising: Raising, message: str, remedy: Remedy
) -> Finding:
    """The finding about an implicit crossing."""
    worst = raising.worst
    trace = trace_of(
        facts.filename, raising, f"converted to NumPy here{mode_of(worst)}", worst.story
    )
    return Finding(
        code=code,
        name=name,
        message=message + raising.swallowed,
        filename=facts.filename,
        span=raising.span.alone(),
        confidence=raising.confidence,
        # Why it requires grad is of no interest where that makes no difference.
        trace=() if is_rejected(worst) else trace,
        fix=_twin_advice(worst) if raising.needed else None,
        remedy=remedy if all(visit.located for visit in raising.visits) else Remedy.NONE,
        cures=cures(raising.refusal),
    )


def taker(visit: Crossing) -> str:
    """What takes the tensor, as the program writes it."""
    if visit.form == "=":
        return f"storing into {_holder(visit.function)}"
    if not visit.form[0].isalpha() and visit.form[0] not in "_(":
        return f"`{visit.form}` with an ndarray"
    if visit.function.endswith(f".{GETITEM}"):
        return f"`{visit.form}[…]`"
    return f"`{visit.form}(…)`" if visit.located else f"`{visit.function}`"


def _holder(function: str) -> str:
    """What an item is stored into, by its `__setitem__`."""
    if function.startswith("numpy."):
        return "an ndarray"
    return f"a `{function.removesuffix('.__setitem__').rpartition('.')[2]}`"


def afterthought(raising: Raising) -> str:
    """What else is to be said of a conversion that raises."""
    if raising.needed:
        return "; detaching is no cure here, because the gradient is still wanted behind it"
    if raising.worst.gate is Gate.DEFERRED:
        drawn = raising.worst.function.startswith(("matplotlib.", "mpl_toolkits."))
        return (
            f"; it is kept, and converted when {'the figure is drawn' if drawn else 'it is used'}"
        )
    if raising.worst.gate is Gate.SWALLOWS:
        return "; it hides the error and answers False, whatever the values are"
    return beside(raising.refusal)


def _twin_advice(visit: Crossing) -> Fix:
    found = twin(visit)
    how = f"use {found}" if found else "compute this with PyTorch's own functions"
    return Fix(
        f"{how}: a detached value has no gradient to pass back", Applicability.DISPLAY_ONLY, ()
    )

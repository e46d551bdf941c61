"""What DTL102, DTL103 and DTL115 say alike: implicit crossings, by gate and by what takes them."""

from __future__ import annotations

from detachlint.domain.traits import Check
from detachlint.interpret.facts import Crossing, Facts
from detachlint.knowledge.facts import is_tensor_method, numpy_fact
from detachlint.knowledge.gates import WANTING_ARRAYS, Gate
from detachlint.knowledge.names import GETITEM
from detachlint.rules.finding import Applicability, Finding, Fix, Remedy
from detachlint.rules.telling import advice_behind, beside, cures
from detachlint.rules.twins import advice_instead
from detachlint.rules.visits import Raising, is_method, mode_of, trace_of


def is_single(visit: Crossing) -> bool:
    """A tensor handed over itself (DTL102)."""
    return not is_method(visit) and not visit.container


def is_container(visit: Crossing) -> bool:
    """A container of tensors, which are converted one by one (DTL103)."""
    return not is_method(visit) and visit.container


def finding_of(
    facts: Facts, code: str, name: str, raising: Raising, message: str, remedy: Remedy
) -> Finding:
    """The finding about an implicit crossing."""
    worst = raising.worst
    last, origin = f"converted to NumPy here{mode_of(worst)}", worst.story
    rejected = raising.refusal.check is Check.TENSOR
    if rejected:  # why it requires grad is of no interest where that makes no difference
        last, origin = _why_rejected(worst), None
    return Finding(
        code=code,
        name=name,
        message=message + raising.swallowed,
        filename=facts.filename,
        span=raising.span.alone(),
        confidence=raising.confidence,
        trace=trace_of(facts.filename, raising, last, origin),
        fix=_advice(raising),
        remedy=raising.remedy(remedy),
        cures=cures(raising.refusal),
        parts=raising.parts,
        doubtful=raising.doubtful or (worst.gate is Gate.SWALLOWS and not worst.number),
        because=BECAUSE_REJECTED if rejected else raising.because,
    )


BECAUSE_REJECTED = "fails because"


def _why_rejected(visit: Crossing) -> str:
    """What keeps a function or an operator from taking any tensor (executed, as the rows of the facts)."""
    if visit.gate is Gate.ARRAYS:
        return "it is looked at as an array here, and then used as the tensor that it is"
    if _is_operator(visit):
        beside = _holder(visit.function).partition(" ")[2]
        return f"neither the {beside} nor the tensor knows how to do this with the other"
    fact = numpy_fact(visit.function)
    method = visit.function.rpartition(".")[2]
    if fact is not None and fact.gate(0) is Gate.REJECTS and is_tensor_method(method):
        return f"NumPy calls the tensor's own `{method}` with arguments that it does not take"
    return "only arrays are taken here, and nothing makes one of a tensor"


def _is_operator(visit: Crossing) -> bool:
    return not visit.form[0].isalpha() and visit.form[0] not in "_("


def taker(visit: Crossing) -> str:
    """What takes the tensor, as the program writes it."""
    if visit.form == "=":
        return f"storing into {_holder(visit.function)}"
    if _is_operator(visit):
        return f"`{visit.form}` with {_holder(visit.function)}"
    if visit.function.endswith(f".{GETITEM}"):
        return f"`{visit.form}[…]`"
    return f"`{visit.form}(…)`" if visit.located else f"`{visit.function}`"


def _holder(function: str) -> str:
    """What has a method: what an item is stored into, or what stands beside a tensor."""
    if function.startswith("numpy."):
        return "an ndarray"
    *_, outer, holder, _ = ("", *function.split("."))
    return f"the `{holder}` of a `{outer}`" if outer[:1].isupper() else f"a `{holder}`"


def afterthought(raising: Raising) -> str:
    """What else is to be said of a conversion that raises."""
    if raising.needed:
        return raising.aftermath
    if raising.worst.gate is Gate.DEFERRED:
        drawn = raising.worst.function.startswith(("matplotlib.", "mpl_toolkits."))
        return (
            f"; it is kept, and converted when {'the figure is drawn' if drawn else 'it is used'}"
        )
    if raising.worst.gate in WANTING_ARRAYS:
        return "; only arrays are taken there, so detaching is not enough"
    if raising.worst.gate is Gate.UNFIT:
        return "; it is refused then, whether or not it requires grad"
    if raising.worst.gate is Gate.SWALLOWS:
        return "; it hides the error and answers False, whatever the values are"
    return beside(raising.refusal) + raising.aftermath


def _advice(raising: Raising) -> Fix | None:
    """What to do where detaching does not do."""
    if raising.needed:
        return advice_instead(raising.worst)
    in_parts = raising.worst.gate in WANTING_ARRAYS and raising.worst.container
    unfit = raising.worst.gate is Gate.UNFIT and not raising.worst.number
    if unfit or in_parts:
        words = "make an array of it, of what is taken here: a tensor that is detached is refused as well"
        return Fix(words, Applicability.DISPLAY_ONLY, ())
    return advice_behind(raising.refusal) or advice_beside_others(raising)


def advice_beside_others(raising: Raising) -> Fix | None:
    """What to do where tensors and others come to the same place: no method of the one fits the other."""
    if not raising.others:
        return None
    steps = "".join(f".{cure}()" for cure in cures(raising.refusal))
    words = (
        f"call `{steps}` where the tensor comes from: what comes here as well has no such method"
    )
    return Fix(words, Applicability.DISPLAY_ONLY, ())

"""What PyTorch refuses at a crossing, in words, and what cures it."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.belief import NO, Truth
from detachlint.domain.traits import Check, Trait
from detachlint.knowledge.gates import WANTING_ARRAYS
from detachlint.knowledge.names import SPARSE, SPARSE_LAYOUTS
from detachlint.rules.finding import Applicability, Confidence, Fix
from detachlint.rules.refusals import META, Refusal, belief, cure_of


def beside(found: Refusal) -> str:
    """What else is refused there: before it on some paths, and after it is cured."""
    text = ""
    if found.earlier:
        text += f"; {_and(_refused(found, check) for check in found.earlier)} may be refused before"
    if found.later:
        text += f"; then {', then '.join(_refused(found, check) for check in found.later)}"
    return text


def subject(found: Refusal) -> str:
    """What the tensor is that makes PyTorch refuse it."""
    sometimes = belief(found.worst, found.check).usual is Truth.SOMETIMES
    name = _name(found.trait)
    match found.check:
        case Check.GRAD if found.confidence is Confidence.POSSIBLE:
            return "a tensor that may require grad"
        case Check.GRAD:
            paths = " on some paths" if sometimes and found.confidence is Confidence.LIKELY else ""
            return f"a tensor that requires grad{paths}"
        case Check.DEVICE:
            return f"a tensor that {'is' if found.everywhere else 'may be'} on {name}"
        case Check.CONJUGATE:
            return "a lazily conjugated view"
        case Check.NEGATIVE:
            return "a lazily negated view"
        case Check.STORAGE if "nested" not in found.trait.names:
            return f"a tensor inside {name}, which has no memory of its own"
    if found.check is Check.SUBCLASS and name == "`FakeTensor`":
        return "a FakeTensor"
    kind = "quantized" if found.code == "DTL114" and found.check is Check.DTYPE else name
    if found.code == "DTL114":
        kind = kind.replace("`", "")
    return f"a{'n' if kind.strip('`')[0] in 'aeiou' else ''} {kind} tensor"


def because(found: Refusal) -> str:
    """What the trace of a finding explains, as its heading."""
    match found.check:
        case Check.GRAD:
            return "requires grad because"
        case Check.DEVICE:
            return "is there because"
        case Check.DTYPE:
            return "has this dtype because"
    return "is so because"


def _refused(found: Refusal, check: Check) -> str:
    trait = found.worst.traits.get(check)
    name = f" ({_name(trait)})" if trait is not None and trait.names else ""
    return {
        Check.UNINITIALIZED: "its missing data",
        Check.SUBCLASS: f"its class{name}",
        Check.LAYOUT: f"its layout{name}",
        Check.DEVICE: f"its device{name}",
        Check.GRAD: "its gradient",
        Check.CONJUGATE: "its conjugate bit",
        Check.NEGATIVE: "its negative bit",
        Check.DTYPE: f"its dtype{name}",
        Check.STORAGE: f"its missing memory{name}",
        Check.TENSOR: "what is no array",
    }[check]


def _name(trait: Trait) -> str:
    names = {SPARSE if name in SPARSE_LAYOUTS else name for name in trait.names}
    return " or ".join(f"`{name}`" for name in sorted(names))


def _and(parts: Iterable[str]) -> str:
    return " and ".join(parts)


# --- cures ------------------------------------------------------------------------------------


def cures(found: Refusal) -> tuple[str, ...]:
    """The methods that together cure all that is refused, in the order that costs least.

    Detaching first spares recording the rest. The transfer comes before what makes the data larger:
    a cast to float32, the zeros of a sparse tensor. Where a tensor is refused as such, an array is
    made of it in the end, or a number, which is the cure for all at once.
    """
    if found.worst.number:
        return ("item",)
    dtypes = found.worst.traits.get(Check.DTYPE, Trait(NO)).names
    refused = set(found.all)
    steps: list[str] = []
    if Check.GRAD in refused or found.check is Check.GRAD:
        steps.append("detach")
    if Check.DEVICE in refused:
        steps.append("cpu")
    if Check.LAYOUT in refused:
        steps.append("to_dense")
    by_dtype = {cure_of(name) for name in dtypes} if Check.DTYPE in refused else set()
    if "dequantize" in by_dtype:
        steps.append("dequantize")
    elif "cfloat" in by_dtype:
        steps.append("cfloat")  # a cast resolves lazy bits, too
    else:
        steps += ["resolve_conj"] if Check.CONJUGATE in refused else []
        steps += ["resolve_neg"] if Check.NEGATIVE in refused else []
        steps += ["float"] if "float" in by_dtype else []
    steps += ["numpy"] if found.worst.gate in WANTING_ARRAYS else []
    return tuple(steps)


def advice(found: Refusal) -> Fix | None:
    """What to do where no methods of the tensor help; None where they do."""
    words = _advice(found)
    return None if words is None else Fix(words, Applicability.DISPLAY_ONLY, ())


def advice_behind(found: Refusal) -> Fix | None:
    """The same where detaching would only show what else is refused; None where it helps."""
    return advice(found) if found.later else None


def _advice(found: Refusal) -> str | None:
    for check in found.all:
        names = found.worst.traits[check].names if check in found.worst.traits else frozenset()
        match check:
            case Check.UNINITIALIZED:
                return "run the module on an input first: the parameter has no data before that"
            case Check.DEVICE if names == META:
                return "make the tensor on a real device: there is no data on `meta`"
            case Check.DTYPE if names and not any(map(cure_of, names)):
                return "look at its bits with `.view(torch.uint8)`: PyTorch casts nothing of this dtype"
            case Check.SUBCLASS if "masked" in names:
                return "take the values out with `.to_tensor(value)` or `.get_data()` first"
            case Check.SUBCLASS | Check.STORAGE if "nested" in names:
                return "convert the parts one by one, or `.to_padded_tensor(…)` first"
            case Check.SUBCLASS:
                return "there is no data to convert: compute this outside the fake tensor mode"
            case Check.STORAGE:
                return "use PyTorch's own functions inside the transformed function"
    return None

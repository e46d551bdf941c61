"""What PyTorch refuses first at a crossing: one crossing gives one finding.

Each rule about crossings asks for the findings of its own code; which code a crossing gets is decided
here. It is that of the surest refusal; of equally sure ones, of the one that PyTorch looks at first.
"""

from __future__ import annotations

from detachlint.domain.belief import NO, Belief, Truth
from detachlint.domain.traits import Check, Trait, raised_for
from detachlint.interpret.facts import Crossing
from detachlint.knowledge.dtype_facts import dtype_fact
from detachlint.knowledge.gates import Gate
from detachlint.rules.finding import Confidence
from detachlint.source.value_class import value_class

META = frozenset({"meta"})
_CONFIDENCES = tuple(Confidence)


@value_class(frozen=True, slots=True)
class Refusal:
    """What is refused at one crossing, over all visits: the finding to be made of it.

    `worst` is the visit that shows it best, `everywhere` tells whether all visits do. `earlier` and
    `later` are what else is refused in it, before and after; `all` what has to be cured in any visit.
    """

    check: Check
    confidence: Confidence
    worst: Crossing
    everywhere: bool
    earlier: tuple[Check, ...]
    later: tuple[Check, ...]
    all: tuple[Check, ...]

    @property
    def trait(self) -> Trait:
        """What has the property that is refused."""
        return self.worst.traits.get(self.check, Trait(NO))

    @property
    def code(self) -> str:
        """The rule it belongs to."""
        return code_of(self.check, self.trait.names)


def code_of(check: Check, names: frozenset[str]) -> str:
    """The rule about tensors that a check refuses, which may be of the devices or dtypes `names`."""
    if check is Check.GRAD:
        return "DTL101"
    if check is Check.DEVICE:
        return "DTL114" if names == META else "DTL111"
    if check is Check.DTYPE:
        return "DTL114" if names and all(map(is_quantized, names)) else "DTL112"
    if check in (Check.CONJUGATE, Check.NEGATIVE):
        return "DTL113"
    return "DTL115" if check is Check.TENSOR else "DTL114"


def cure_of(dtype: str) -> str:
    """The method that makes something convertible of a tensor of a dtype that NumPy lacks, or `""`."""
    fact = dtype_fact(f"torch.{dtype}")
    return "" if fact is None else fact.cure


def is_quantized(dtype: str) -> bool:
    """Whether a dtype is one of quantized tensors."""
    return dtype.startswith(("qint", "quint"))


def refusal(visits: list[Crossing]) -> Refusal | None:
    """What PyTorch refuses at a crossing; None where it never does, for all that is known."""
    order = _order(visits)
    looked_at = _looked_at(visits, order)
    checks = [c for c in looked_at if any(confidence_of(belief(v, c)) is not None for v in visits)]
    if not checks:
        return None
    chosen = max(checks, key=lambda check: _strength(visits, check))
    worst = max(visits, key=lambda visit: _rank(visit, chosen))
    others = [c for c in checks if c is not chosen and _is_shown(worst, c)]
    return Refusal(
        chosen,
        _overall(visits, [_confidence(visit, visit.refused, chosen) for visit in visits]),
        worst,
        all(belief(visit, chosen).usual is Truth.YES for visit in visits),
        tuple(c for c in others if order.index(c) < order.index(chosen)),
        tuple(c for c in others if order.index(c) > order.index(chosen)),
        tuple(c for c in looked_at if any(_is_to_be_cured(visit, c, chosen) for visit in visits)),
    )


def _is_to_be_cured(visit: Crossing, check: Check, chosen: Check) -> bool:
    """Whether the fix has to see to it: where every tensor is refused, it has to do for those that may
    require grad as well, for all that is known."""
    unknown = chosen is Check.TENSOR and check is Check.GRAD and visit.raises != NO
    return unknown or _is_shown(visit, check)


def _order(visits: list[Crossing]) -> list[Check]:
    """PyTorch's order of checks; what rejects tensors as they are does not come to them."""
    rejected = any(visit.gate is Gate.REJECTS for visit in visits)
    return sorted(Check, key=lambda check: check is not Check.TENSOR) if rejected else list(Check)


def _looked_at(visits: list[Crossing], order: list[Check]) -> list[Check]:
    """The checks that may refuse something in one of the visits, in that order."""
    known = {Check.GRAD}.union(*(visit.traits for visit in visits))
    return [check for check in order if check in known]


def belief(visit: Crossing, check: Check) -> Belief:
    """Whether PyTorch would raise for this there, were nothing else refused before it."""
    if check is Check.GRAD:
        return visit.raises
    trait = visit.traits.get(check)
    return NO if trait is None else trait.held


def confidence_of(raising: Belief) -> Confidence | None:
    """How sure one context is; None if it does not raise there."""
    if raising.sure is Truth.YES:
        return Confidence.CERTAIN
    if raising.seen:
        return Confidence.LIKELY
    if raising.usual is Truth.MAYBE:
        return Confidence.POSSIBLE
    return None


def is_handled(visit: Crossing, check: Check) -> bool:
    """Whether the program does it otherwise where PyTorch refuses it for this: nothing is wrong then."""
    return raised_for(check) in visit.handled


def _confidence(visit: Crossing, raising: Belief, check: Check) -> Confidence | None:
    found = confidence_of(raising)
    return Confidence.POSSIBLE if found is not None and is_handled(visit, check) else found


def _overall(visits: list[Crossing], found: list[Confidence | None]) -> Confidence:
    """Certain if every context is, those of unseen callers among them; else the best of them."""
    all_certain = all(one is Confidence.CERTAIN for one in found)
    unseen_count = any(visit.unseen for visit in visits) or not any(v.public for v in visits)
    if all_certain and unseen_count and all(visit.tensor_for_sure for visit in visits):
        return Confidence.CERTAIN
    if Confidence.CERTAIN in found or Confidence.LIKELY in found:
        return Confidence.LIKELY
    return Confidence.POSSIBLE


def _strength(visits: list[Crossing], check: Check) -> tuple[int, bool, int]:
    """How sure it is over all visits, whether each raises, and how many do."""
    beliefs = [belief(visit, check) for visit in visits]
    best = max(_index(confidence_of(one)) for one in beliefs)
    overall = _index(_overall(visits, list(map(confidence_of, beliefs)))) if best >= 0 else -1
    count = sum(one.usual is Truth.YES for one in beliefs)
    return overall, count == len(visits), count


def _rank(visit: Crossing, check: Check) -> tuple[int, bool, int]:
    length = visit.story.length if visit.story is not None else 0
    return _index(_confidence(visit, belief(visit, check), check)), not visit.unseen, length


def _index(confidence: Confidence | None) -> int:
    return -1 if confidence is None else _CONFIDENCES.index(confidence)


def _is_shown(visit: Crossing, check: Check) -> bool:
    return belief(visit, check).seen

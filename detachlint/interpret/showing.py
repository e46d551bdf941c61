"""The facts of a file as text, for `detachlint debug facts`."""

from __future__ import annotations

from detachlint.domain.belief import Belief
from detachlint.interpret.facts import Crossing, Facts


def render_facts(facts: Facts) -> str:
    """Every visit to every crossing, then what was revealed, not modelled and given up."""
    lines: list[str] = []
    for span, visits in sorted(facts.crossings.items()):
        needed = "  (its gradient is still wanted)" if span in facts.needed else ""
        lines.append(f"{span.line}:{span.column} {visits[0].form}{needed}")
        lines.extend(f"    {_visit(visit)}" for visit in visits)
    lines.extend(f"{span.line}:{span.column} reveal_grad {shown}" for span, shown in facts.reveals)
    for title, counter in (("not modelled", facts.unmodelled), ("gave up", facts.bounds)):
        lines.extend(f"{title}: {reason} ({count})" for reason, count in sorted(counter.items()))
    return "\n".join(lines) + "\n" if lines else ""


def _visit(visit: Crossing) -> str:
    parts = [
        f"requires grad {_belief(visit.grad)}",
        f"grad mode on {_belief(visit.mode)}",
        f"raises {_belief(visit.raises)}",
    ]
    if visit.calls:
        parts.append("via " + " > ".join(f"{s.callee}@{s.span.line}" for s in visit.calls))
    if visit.unseen:
        parts.append("from an unseen caller")
    return ", ".join(parts)


def _belief(belief: Belief) -> str:
    usual, sure = belief.usual.value, belief.sure.value
    return usual if usual == sure else f"{usual} (surely {sure})"

"""PyTorch's own functions for what NumPy does, where the gradient is wanted."""

from __future__ import annotations

from detachlint.interpret.facts import Crossing
from detachlint.knowledge import facts
from detachlint.knowledge.names import ARRAY
from detachlint.rules.finding import Applicability, Fix
from detachlint.rules.visits import is_method


def advice_instead(visit: Crossing) -> Fix:
    """What to do where the gradient is wanted: what keeps it."""
    found = twin(visit)
    how = f"use {found}" if found else "compute this with PyTorch's own functions"
    return Fix(
        f"{how}: a detached value has no gradient to pass back", Applicability.DISPLAY_ONLY, ()
    )


def twin(visit: Crossing) -> str:
    """What to write instead, in backquotes; empty where PyTorch has nothing like it."""
    if is_method(visit):
        return ""
    if visit.function.startswith(f"{ARRAY}.__"):
        return "a tensor instead of the array (`torch.from_numpy(…)`)"
    other, takes_list = facts.twin(visit.function)
    if facts.call_fact(other) is None:
        return ""
    if not visit.container or takes_list:
        return f"`{other}(…)`"
    method = other.rpartition(".")[2]
    return f"`torch.stack(…).{method}()`" if facts.is_tensor_method(method) else ""

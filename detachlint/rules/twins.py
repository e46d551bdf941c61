"""PyTorch's own functions for what NumPy does, where the gradient is wanted."""

from __future__ import annotations

from detachlint.interpret.facts import Crossing
from detachlint.knowledge import facts
from detachlint.knowledge.names import ARRAY


def twin(visit: Crossing) -> str:
    """What to write instead, in backquotes; empty where PyTorch has nothing like it."""
    if visit.function.startswith(f"{ARRAY}.__"):
        return "a tensor instead of the array (`torch.from_numpy(…)`)"
    other, takes_list = facts.twin(visit.function)
    if facts.call_fact(other) is None:
        return ""
    if not visit.container or takes_list:
        return f"`{other}(…)`"
    method = other.rpartition(".")[2]
    return f"`torch.stack(…).{method}()`" if facts.is_tensor_method(method) else ""

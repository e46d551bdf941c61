"""PyTorch's own functions for what NumPy does, where the gradient is wanted."""

from __future__ import annotations

from detachlint.interpret.facts import Crossing
from detachlint.knowledge import facts

OTHER_NAMES = {
    "absolute": "abs",
    "array": "stack",
    "asarray": "stack",
    "concatenate": "cat",
    "copy": "clone",
    "expand_dims": "unsqueeze",
    "power": "pow",
    "random.choice": "multinomial",
    "random.normal": "normal",
    "repeat": "repeat_interleave",
}
"""Functions of NumPy that PyTorch has under another name."""

JOINING = frozenset({"stack", "concatenate", "vstack", "hstack", "dstack", "column_stack"})
"""Functions whose twins take a list of tensors as they do."""

ARRAYS = "numpy.ndarray."


def twin(visit: Crossing) -> str:
    """What to write instead, in backquotes; empty where PyTorch has nothing like it."""
    if visit.function.startswith(f"{ARRAYS}__"):
        return "a tensor instead of the array (`torch.from_numpy(…)`)"
    name = visit.function.removeprefix("numpy.")
    other = OTHER_NAMES.get(name, name)
    if facts.call_fact(f"torch.{other}") is None:
        return ""
    if not visit.container or name in JOINING or other == "stack":
        return f"`torch.{other}(…)`"
    return f"`torch.stack(…).{other}()`" if facts.is_tensor_method(other) else ""

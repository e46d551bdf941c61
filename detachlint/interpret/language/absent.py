"""What goes on where a value may be None: nothing can be called of it, and few attributes are there."""

from __future__ import annotations

from detachlint.domain.values import NONE, Library, Value, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State


def without_none(value: Value, error: str, state: State, activation: Activation) -> Value:
    """What a value is behind a use that raises the `error` for None.

    `torch.no_grad()` goes on with PyTorch alone, where an import that failed left None. What is
    believed to be None and nothing else stays: code out of sight will have set it.
    """
    if len(value) < 2 or not value & NONE:
        return value
    if activation.watched:
        activation.raises.append((value_of(Library(f"builtins.{error}")), state.fork()))
    return value - NONE

"""What callables ask of, or change in, what they run in: grad mode, defaults, the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from detachlint.harness.probe.execute import guarded

_DTYPE = torch.get_default_dtype()


def ambient_of(name: str, function: Callable[..., Any], gives_bool: bool) -> str:
    """What `CallFact.ambient` says of `name`; `""` for what has nothing to do with any of it."""
    last = name.rpartition(".")[2]
    if last.startswith("set_default_"):
        return _set_by(function)
    if not gives_bool:
        return ""
    if last == "is_available":  # what is asked of is not seen; that the answer stays the same is
        return "machine" if _answers_alike(function) else ""
    if _tells_grad_mode(function):
        return "grad-mode"
    return "tensor" if _tells_tensors(function) else ""


def _set_by(function: Callable[..., Any]) -> str:
    """The default that changes when it is set to something else."""
    try:
        guarded(lambda: function(torch.DoubleTensor))
        if torch.empty(0).dtype is torch.float64:
            return "sets-tensor-type"
        guarded(lambda: function(torch.float64))
        dtype = torch.empty(0).dtype
        guarded(lambda: function("meta"))
        device = torch.empty(0).device.type
    finally:
        torch.set_default_dtype(_DTYPE)
        if hasattr(torch, "set_default_device"):
            torch.set_default_device(None)
    return "sets-device" if device == "meta" else "sets-dtype" if dtype is torch.float64 else ""


def _tells_grad_mode(function: Callable[..., Any]) -> bool:
    return _answers(function) == [(True,), (False,), (True,)]


def _answers_alike(function: Callable[..., Any]) -> bool:
    return _answers(function) in ([(True,)] * 3, [(False,)] * 3)


def _answers(function: Callable[..., Any]) -> list[tuple[Any] | None]:
    """What it answers without arguments, with grad mode on, off, and on again."""
    answers = []
    for mode in (True, False, True):
        with torch.set_grad_enabled(mode):
            answers.append(guarded(lambda: (function(),)))
    return answers


def _tells_tensors(function: Callable[..., Any]) -> bool:
    tensors = (torch.ones(2), torch.nn.Parameter(torch.ones(2)), torch.tensor(True))
    others = (1, 1.5, "x", [1.0], torch.nn.Tanh(), torch.float32)
    return all(guarded(lambda x=x: (function(x),)) == (True,) for x in tensors) and all(  # type: ignore[misc]
        guarded(lambda x=x: (function(x),)) == (False,)  # type: ignore[misc]
        for x in others
    )

"""What the context managers of `torch.autograd.grad_mode` do to the grad mode, by entering them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import torch
from torch.autograd import grad_mode

from detachlint.knowledge.model import ClassFact, GradMode

_Mode = tuple[bool, bool]
"""Whether gradients are recorded, and whether inference mode is on."""


def names() -> list[str]:
    """The names of the managers that change the grad mode, sorted."""
    found = (f"torch.{name}" for name, value in vars(grad_mode).items() if inspect.isclass(value))
    return sorted(name for name in found if hasattr(torch, name.removeprefix("torch.")))


def observe(name: str) -> ClassFact | None:
    """The fact about one of them, or None where it leaves the grad mode alone."""
    kind = getattr(torch, name.removeprefix("torch."))
    parameters = inspect.signature(kind).parameters
    positions = tuple(name for name in parameters if name != "orig_func")
    mode = _mode_of(kind, needs_argument="mode" in positions)
    return None if mode is None else ClassFact(name, mode.value, positions, {}, "hand")


def _mode_of(kind: Callable[..., Any], needs_argument: bool) -> GradMode | None:
    given = [(False,), (True,)] if needs_argument else [()]
    inside = [_inside(partial(kind, *args)) for args in given]
    at_once = [_at_once(partial(kind, *args)) for args in given]
    if (False, False) in at_once:
        return GradMode.SET
    if inside[-1] == (False, True):
        return GradMode.INFERENCE
    return {(False, False): GradMode.OFF, (True, False): GradMode.ON}.get(inside[-1])


def _inside(make: Callable[[], Any]) -> _Mode:
    """The modes inside `with make():`, from the mode that it would have to change."""
    found = []
    for before in (True, False):
        with torch.set_grad_enabled(before), make():
            found.append(_now())
    return found[0] if found[0] == found[1] else (True, True)


def _at_once(make: Callable[[], Any]) -> _Mode:
    """The modes after the manager was made, but not entered."""
    with torch.enable_grad():
        with suppress(Exception):
            make()
        return _now()


def _now() -> _Mode:
    return torch.is_grad_enabled(), torch.is_inference_mode_enabled()

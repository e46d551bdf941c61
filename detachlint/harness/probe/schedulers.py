"""What the schedulers of `torch.optim` give back: none of it is a tensor of the graph."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch.optim import lr_scheduler

from detachlint.harness.probe.execute import guarded
from detachlint.knowledge.model import Aliasing, ClassFact, MethodFact, Result

_ARGUMENTS: Mapping[str, tuple[Any, ...]] = {
    "CosineAnnealingLR": (5,),
    "CosineAnnealingWarmRestarts": (5,),
    "CyclicLR": (0.01, 0.1),
    "LambdaLR": (lambda step: 0.5,),
    "MultiStepLR": ([2],),
    "MultiplicativeLR": (lambda step: 0.5,),
    "OneCycleLR": (0.1, 5),
    "StepLR": (2,),
    "ExponentialLR": (0.9,),
}
_METHODS = ("get_last_lr", "load_state_dict", "print_lr", "state_dict", "step")


def names() -> list[str]:
    """The names of the schedulers that are constructed, sorted."""
    found = vars(lr_scheduler).items()
    return sorted(
        f"torch.optim.lr_scheduler.{name}"
        for name, value in found
        if inspect.isclass(value)
        and not name.startswith("_")
        and hasattr(value, "step")
        and hasattr(value, "state_dict")
        and value.__module__ == lr_scheduler.__name__
    )


def observe(name: str) -> ClassFact | None:
    """The fact about a scheduler; what cannot be constructed alone has no methods."""
    kind = name.rpartition(".")[2]
    cls = getattr(lr_scheduler, kind)
    methods = {}
    for method in _METHODS:
        answer = guarded(lambda method=method: (_ask(kind, method),))  # type: ignore[misc]
        if answer is not None and not isinstance(answer[0], torch.Tensor):
            methods[method] = MethodFact(method, Result.PYTHON, Aliasing.FRESH, False)
    parameters = inspect.signature(cls).parameters
    return ClassFact(name, "scheduler", tuple(parameters), methods, "hand") if methods else None


def _ask(kind: str, method: str) -> Any:
    """What a method of a fresh scheduler gives."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9)
    cls: Any = getattr(lr_scheduler, kind)
    if kind == "LRScheduler":  # made by deriving from it alone
        cls = type("Derived", (cls,), {"get_lr": lambda self: [0.1]})
    if kind in ("ChainedScheduler", "SequentialLR"):
        parts: list[Any] = [lr_scheduler.StepLR(optimizer, 2), lr_scheduler.StepLR(optimizer, 3)]
        made = cls(parts) if kind == "ChainedScheduler" else cls(optimizer, parts, [2])
    else:
        made = cls(optimizer, *_ARGUMENTS.get(kind, ()))
    given: tuple[Any, ...] = ()
    if method == "load_state_dict":
        given = (made.state_dict(),)
    elif method == "step" and kind == "ReduceLROnPlateau":
        given = (0.5,)
    optimizer.step()
    return getattr(made, method)(*given)

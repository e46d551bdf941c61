"""What the methods of `torch.optim` give and call, by calling them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch

from detachlint.harness.probe.execute import guarded
from detachlint.knowledge.model import Aliasing, ClassFact, MethodFact, Result

_ASKED: dict[str, Callable[[Any, Any], Any]] = {
    "register_step_post_hook": lambda optimizer, _: optimizer.register_step_post_hook(_idle),
    "register_step_pre_hook": lambda optimizer, _: optimizer.register_step_pre_hook(_idle),
    "state_dict": lambda optimizer, _: optimizer.state_dict(),
    "step": lambda optimizer, closure: optimizer.step(closure),
    "zero_grad": lambda optimizer, _: optimizer.zero_grad(),
}
"""The methods, and how to call each with a closure."""


def names() -> list[str]:
    """The names of the optimizers, sorted."""
    return sorted(
        f"torch.optim.{name}"
        for name, value in vars(torch.optim).items()
        if inspect.isclass(value) and issubclass(value, torch.optim.Optimizer)
    )


def observe(name: str) -> ClassFact | None:
    """The fact about an optimizer, or None where it cannot be constructed."""
    kind = getattr(torch.optim, name.rpartition(".")[2])
    positions = _positions(kind)
    if kind is torch.optim.Optimizer:  # made by deriving from it alone
        kind = type("Derived", (kind,), {"__init__": _init_derived, "step": _step_derived})
    if guarded(lambda: _made(kind)) is None:
        return None
    methods = {
        method: _method(kind, method) for method in _ASKED if hasattr(kind, method)
    }  # hooks of steps are there since 2.0
    return ClassFact(name, "optimizer", positions, methods, "hand")


def _idle(*_: Any) -> None:
    """A hook that does nothing."""


def _init_derived(self: Any, params: Any, lr: float) -> None:
    torch.optim.Optimizer.__init__(self, params, {"lr": lr})


def _step_derived(_: Any, closure: Any) -> Any:
    with torch.enable_grad():
        return closure()


def _positions(kind: type) -> tuple[str, ...]:
    parameters = inspect.signature(kind).parameters.values()
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def _made(kind: Any) -> tuple[Any, torch.nn.Parameter]:
    parameter = torch.nn.Parameter(torch.ones(2, 2))
    return kind([parameter], lr=0.1), parameter


def _method(kind: Any, method: str) -> MethodFact:
    optimizer, parameter = _made(kind)
    value = guarded(lambda: _ASKED[method](optimizer, lambda: parameter.square().sum()))
    is_tensor = isinstance(value, torch.Tensor)
    result = Result.PROPAGATE if is_tensor and value.requires_grad else Result.PYTHON
    return MethodFact(method, result, Aliasing.FRESH, False, _behaviour(kind, method))


def _behaviour(kind: Any, method: str) -> str:
    """What `OPTIMIZER_METHODS` calls it; `""` of what calls nothing."""
    seen = {_called(kind, method, mode) for mode in (True, False)}
    return _BEHAVIOURS.get(frozenset(seen), "")


_BEHAVIOURS = {
    frozenset({(("closure", "on"),)}): "steps",
    frozenset({(("hook", "same"), ("closure", "on"))}): "step-pre-hook",
    frozenset({(("closure", "on"), ("hook", "same"))}): "step-post-hook",
}
"""What is called in which mode, when the mode is on, and when it is off."""


def _called(kind: Any, method: str, mode: bool) -> tuple[tuple[str, str], ...]:
    """What is called, in this order, in a step after `method` was called with a hook.

    Nothing where the hook is not called.
    """
    optimizer, parameter = _made(kind)
    calls: list[tuple[str, str]] = []

    def hook(*_: Any) -> None:
        calls.append(("hook", "same" if torch.is_grad_enabled() is mode else "other"))

    def closure() -> torch.Tensor:
        calls.append(("closure", "on" if torch.is_grad_enabled() else "off"))
        return parameter.square().sum()

    def run() -> None:
        if method != "step":
            getattr(optimizer, method)(hook)
        optimizer.step(closure)

    with torch.set_grad_enabled(mode):
        guarded(run)
    if method != "step" and not any(what == "hook" for what, _ in calls):
        return ()
    # Some call the closure several times in one step.
    return tuple(call for place, call in enumerate(calls) if call not in calls[:place])

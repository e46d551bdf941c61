"""What objects of classes outside `torch.nn` give: which part of the probe asks them."""

from __future__ import annotations

from detachlint.harness.probe import (
    distributions,
    grad_modes,
    kinds,
    module_methods,
    modules,
    optimizers,
    schedulers,
)
from detachlint.knowledge.model import ClassFact


def names() -> list[str]:
    """The names of all classes that get a row, sorted."""
    found = [*distributions.names(), *grad_modes.names(), *module_methods.names()]
    return sorted([*found, *kinds.names(), *schedulers.names(), *optimizers.names()])


def observe_class(name: str) -> ClassFact | None:
    """The fact about the class `name`, or None where it cannot be constructed."""
    owner = name.rpartition(".")[0]
    if name in kinds.names():
        return kinds.observe(name)
    if owner == "torch.optim.lr_scheduler":
        return schedulers.observe(name)
    if owner == "torch":
        return grad_modes.observe(name)
    if owner == "torch.nn" or name in modules.FURTHER:
        return module_methods.observe(name)
    if owner == "torch.optim":
        return optimizers.observe(name)
    return distributions.observe(name)

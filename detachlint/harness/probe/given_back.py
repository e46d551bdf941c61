"""Callables that give back the function or module they are given, or a version that does the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import torch
from torch.nn.utils import parametrize, prune

from detachlint.harness.probe.execute import guarded

# PyTorch leaves these without annotations.
_torch: Any = torch
_X = torch.tensor([[0.3, 0.6, 0.9]])


def _use(given: Any) -> Any:
    return given(_X.clone())


def _use_with_context(given: Any) -> Any:
    """Of the methods of a custom function the first argument is its context."""
    return given(SimpleNamespace(_dtype=None, _fwd_used_autocast=False), _X.clone())


class Giver(NamedTuple):
    """How to execute one of them: what it is given, the call, and what both do when they are used."""

    make: Callable[[], Any]
    give: Callable[[Any], Any]
    use: Callable[[Any], Any] = _use


def forward(tensor: torch.Tensor) -> torch.Tensor:
    """Some function of a tensor."""
    return tensor.exp()


def _of_context(_: Any, tensor: torch.Tensor) -> torch.Tensor:
    return tensor.exp()


def linear() -> torch.nn.Module:
    """Some module."""
    return torch.nn.Linear(3, 3)


def scripted() -> Any:
    """One that is compiled."""
    return _torch.jit.script(linear().eval())


def _to_prepare() -> torch.nn.Module:
    model = torch.nn.Sequential(linear())
    model.qconfig = _torch.ao.quantization.default_qconfig
    return model


def _pruned() -> torch.nn.Module:
    module: torch.nn.Module = _PRUNE.identity(linear(), "weight")
    return module


_NORMS = torch.nn.utils
_PRUNE: Any = prune
_PARAMETRIZE: Any = parametrize
_PARAMETRIZATIONS: Any = torch.nn.utils.parametrizations

GIVERS: Mapping[str, Giver] = {
    "torch.amp.custom_bwd": Giver(
        lambda: _of_context,
        lambda given: torch.amp.custom_bwd(given, device_type="cpu"),
        _use_with_context,
    ),
    "torch.amp.custom_fwd": Giver(
        lambda: _of_context,
        lambda given: torch.amp.custom_fwd(given, device_type="cpu"),
        _use_with_context,
    ),
    "torch.ao.quantization.prepare": Giver(
        _to_prepare, lambda given: _torch.ao.quantization.prepare(given)
    ),
    "torch.autograd.function.once_differentiable": Giver(
        lambda: _of_context,
        lambda given: _torch.autograd.function.once_differentiable(given),
        _use_with_context,
    ),
    "torch.compile": Giver(lambda: forward, lambda given: torch.compile(given, backend="eager")),
    "torch.compiler.disable": Giver(lambda: forward, lambda given: _torch.compiler.disable(given)),
    "torch.fx.symbolic_trace": Giver(linear, lambda given: _torch.fx.symbolic_trace(given)),
    "torch.jit.export": Giver(lambda: forward, lambda given: _torch.jit.export(given)),
    "torch.jit.freeze": Giver(scripted, lambda given: _torch.jit.freeze(given)),
    "torch.jit.ignore": Giver(lambda: forward, lambda given: _torch.jit.ignore(given)),
    "torch.jit.optimize_for_inference": Giver(
        scripted, lambda given: _torch.jit.optimize_for_inference(given)
    ),
    "torch.jit.script": Giver(linear, lambda given: _torch.jit.script(given)),
    "torch.jit.trace": Giver(linear, lambda given: _torch.jit.trace(given, _X)),
    "torch.jit.unused": Giver(lambda: forward, lambda given: _torch.jit.unused(given)),
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm": Giver(
        lambda: torch.nn.BatchNorm1d(3),
        lambda given: _torch.nn.SyncBatchNorm.convert_sync_batchnorm(given),
        lambda given: given.weight,  # it runs on accelerators alone
    ),
    "torch.nn.utils.parametrizations.orthogonal": Giver(
        linear, lambda given: _PARAMETRIZATIONS.orthogonal(given)
    ),
    "torch.nn.utils.parametrizations.spectral_norm": Giver(
        linear, lambda given: _PARAMETRIZATIONS.spectral_norm(given)
    ),
    "torch.nn.utils.parametrizations.weight_norm": Giver(
        linear, lambda given: _PARAMETRIZATIONS.weight_norm(given)
    ),
    "torch.nn.utils.convert_conv2d_weight_memory_format": Giver(
        lambda: torch.nn.Conv2d(3, 3, 1),
        lambda given: _NORMS.convert_conv2d_weight_memory_format(given, torch.channels_last),
    ),
    "torch.nn.utils.convert_conv3d_weight_memory_format": Giver(
        lambda: torch.nn.Conv3d(3, 3, 1),
        lambda given: _NORMS.convert_conv3d_weight_memory_format(given, torch.channels_last_3d),
    ),
    "torch.nn.utils.parametrize.register_parametrization": Giver(
        linear,
        lambda given: _PARAMETRIZE.register_parametrization(given, "weight", torch.nn.Identity()),
    ),
    "torch.nn.utils.parametrize.remove_parametrizations": Giver(
        lambda: _PARAMETRIZATIONS.weight_norm(linear()),
        lambda given: _PARAMETRIZE.remove_parametrizations(given, "weight"),
    ),
    "torch.nn.utils.prune.custom_from_mask": Giver(
        linear, lambda given: _PRUNE.custom_from_mask(given, "weight", torch.ones(3, 3))
    ),
    "torch.nn.utils.prune.identity": Giver(linear, lambda given: _PRUNE.identity(given, "weight")),
    "torch.nn.utils.prune.l1_unstructured": Giver(
        linear, lambda given: _PRUNE.l1_unstructured(given, "weight", 0.3)
    ),
    "torch.nn.utils.prune.ln_structured": Giver(
        linear, lambda given: _PRUNE.ln_structured(given, "weight", 0.3, 2, 0)
    ),
    "torch.nn.utils.prune.random_structured": Giver(
        linear, lambda given: _PRUNE.random_structured(given, "weight", 0.3, 0)
    ),
    "torch.nn.utils.prune.random_unstructured": Giver(
        linear, lambda given: _PRUNE.random_unstructured(given, "weight", 0.3)
    ),
    "torch.nn.utils.prune.remove": Giver(_pruned, lambda given: _PRUNE.remove(given, "weight")),
    "torch.nn.utils.remove_spectral_norm": Giver(
        lambda: _NORMS.spectral_norm(linear()), lambda given: _NORMS.remove_spectral_norm(given)
    ),
    "torch.nn.utils.remove_weight_norm": Giver(
        lambda: _NORMS.weight_norm(linear()), lambda given: _NORMS.remove_weight_norm(given)
    ),
    "torch.nn.utils.spectral_norm": Giver(linear, lambda given: _NORMS.spectral_norm(given)),
    "torch.nn.utils.weight_norm": Giver(linear, lambda given: _NORMS.weight_norm(given)),
}


def givers() -> Mapping[str, Callable[[torch.Tensor], Any]]:
    """What to execute in place of each: it takes a tensor, as all such do, and leaves it alone."""
    return {name: _giver(giver) for name, giver in GIVERS.items()}


def _giver(giver: Giver) -> Callable[[torch.Tensor], Any]:
    return lambda _: giver.give(giver.make())


def gives_back(name: str) -> bool:
    """Whether it gives what it was given, or something that computes the same."""
    return bool(guarded(lambda: is_given_back(GIVERS[name])))


def computes_parameter(name: str) -> str:
    """When a parameter of the module that it is given is computed of others afterwards, or that it is
    one again: a word of the trait `parameter`, or `""`.
    """
    return (guarded(lambda: _computes_parameter(GIVERS[name])) or "") if name in GIVERS else ""


def _computes_parameter(giver: Giver) -> str:
    was_one, is_one = _has_weight(giver.make()), _has_weight(giver.give(giver.make()))
    if was_one == is_one:
        return ""
    with torch.no_grad():
        unrecorded = giver.give(giver.make())
    if is_one:
        return "restores" if _has_weight(unrecorded) else "restores-recorded"
    if unrecorded.weight.requires_grad:
        return "computes-when-read"
    recorded = giver.give(giver.make())
    return "computes" if recorded.weight.requires_grad else "computes-when-called"


def _has_weight(module: torch.nn.Module) -> bool:
    return "weight" in dict(module.named_parameters())


def is_given_back(giver: Giver) -> bool:
    """The same of one that is not known by name."""
    given = giver.make()
    got = giver.give(given)
    return got is given or torch.equal(giver.use(got), giver.use(given))

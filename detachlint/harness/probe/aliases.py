"""Other names of the same objects: `torch.nn.modules.linear.Linear` is `torch.nn.Linear`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from detachlint.harness.probe.universe import resolve

WALKED = (
    "torch",
    "torch.amp",
    "torch.amp.autocast_mode",
    "torch.autograd",
    "torch.autograd.function",
    "torch.autograd.functional",
    "torch.autograd.grad_mode",
    "torch.autograd.variable",
    "torch.cuda",
    "torch.cuda.amp",
    "torch.distributions",
    "torch.fft",
    "torch.func",
    "torch.functional",
    "torch.jit",
    "torch.linalg",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.modules",
    "torch.nn.parallel",
    "torch.nn.parameter",
    "torch.nn.utils",
    "torch.nn.utils.rnn",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.random",
    "torch.serialization",
    "torch.special",
    "torch.tensor",
    "torch.utils.checkpoint",
    "torch.utils.data",
)
"""Modules whose members get a canonical name; their public submodules are walked as well."""

_SUBMODULES_OF = (
    "torch.nn.modules",
    "torch.nn.utils",
    "torch.distributions",
    "torch.optim",
    "torch.utils.data",
)

_PREFERRED = ("torch", "torch.nn", "torch.distributions", "torch.optim", "torch.utils.data")
"""Where the canonical name is looked for first."""

_WRITTEN = {
    "torch._C._set_grad_enabled": "torch.set_grad_enabled",
    "torch._subclasses.FakeTensorMode": "torch._subclasses.fake_tensor.FakeTensorMode",
    "torch._dynamo.disable": "torch.compiler.disable",
    "torch.autograd.variable.Variable": "torch.autograd.Variable",
    "torch.jit.script_method": "torch.jit.script",
    "torch.nn.parameter.Parameter": "torch.nn.Parameter",
    "torch.nn.utils.stateless.functional_call": "torch.func.functional_call",
    "torch.quantization.prepare": "torch.ao.quantization.prepare",
    "torch.utils.data.dataloader.DataLoader": "torch.utils.data.DataLoader",
}


def aliases(with_rows: set[str]) -> dict[str, str]:
    """Alias to canonical name, of all public functions and classes; names with rows stay."""
    names: dict[int, list[str]] = {}
    for module in _modules():
        for attribute, value in _members(module):
            names.setdefault(id(value), []).append(f"{module}.{attribute}")
    found = dict(_WRITTEN)
    for same in names.values():
        canonical = min(same, key=lambda name: (name not in with_rows, _rank(name), name))
        found.update({name: canonical for name in same if name != canonical})
    return {name: canonical for name, canonical in found.items() if name not in with_rows}


IDENTITY, READ = "identity", "read"


def evidence_of(alias: str, canonical: str) -> str:
    """How it is known that both names stand for the same: they are one object, or it was read."""
    return IDENTITY if resolve(alias) is resolve(canonical) else READ


def _rank(name: str) -> tuple[int, int]:
    owner = name.rpartition(".")[0]
    preferred = _PREFERRED.index(owner) if owner in _PREFERRED else len(_PREFERRED)
    return preferred, name.count(".")


def _modules() -> Iterator[str]:
    for name in WALKED:
        try:
            import_module(name)
        except ImportError:
            continue
        yield name
        if name in _SUBMODULES_OF:
            prefix = f"{name}."
            submodules = (other for other in sys.modules if other.startswith(prefix))
            yield from sorted(
                other
                for other in submodules
                if "._" not in other
                and other not in WALKED
                and other.count(".") == prefix.count(".")
            )


def _members(module: str) -> Iterator[tuple[str, Any]]:
    is_submodule = module.rpartition(".")[0] in _SUBMODULES_OF
    for attribute, value in vars(sys.modules[module]).items():
        home = getattr(value, "__module__", None) or ""
        # What a submodule merely imports is not looked up through it.
        if attribute.startswith("_") or (is_submodule and home != module):
            continue
        is_torch = home.partition(".")[0] == "torch" or inspect.isbuiltin(value)
        if is_torch and (inspect.isclass(value) or callable(value)):
            yield attribute, value

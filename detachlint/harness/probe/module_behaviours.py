"""What the methods of `torch.nn.Module` do: each question is asked of each method, by calling it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import nn

from detachlint.harness.probe.execute import dtype_name, guarded

_torch: Any = torch
_X = torch.ones(2, 3)


class _Sample(nn.Module):
    """A module with all that a module can have."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.norm = nn.Sequential(nn.BatchNorm1d(3))
        self.register_buffer("scale", torch.ones(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = self.norm(self.layer(x)) * self.scale
        return output


Question = Callable[[Any, Callable[..., Any]], bool]


def behaviour_of(method: str) -> str:
    """The behaviour, as `knowledge.model.MODULE_METHODS` calls it; `""` for any other."""
    if method in READ:
        return READ[method]
    for behaviour, question in _questions():
        if guarded(lambda question=question: _ask(method, question)):  # type: ignore[misc]  # asked at once
            return behaviour
    return _cast(method)


def _ask(method: str, question: Question) -> bool:
    module = _Sample()
    return question(module, getattr(module, method))


READ = {"cuda": "moves-cuda", "ipu": "moves-ipu", "mtia": "moves-mtia", "xpu": "moves-xpu"}
"""What no CPU can execute, read from PyTorch's documentation."""


def _questions() -> Iterator[tuple[str, Question]]:
    parts = {
        "parameters": lambda m: [p for _, p in _walk(m, "_parameters")],
        "buffers": lambda m: [b for _, b in _walk(m, "_buffers")],
        "modules": lambda m: list(_below(m)),
        "children": lambda m: list(m._modules.values()),
    }
    for name, listed in parts.items():
        yield name, _lists(listed, named=False)
        yield f"named-{name}", _lists(listed, named=True)
    yield from _CHANGES.items()


def _below(module: Any) -> Iterator[Any]:
    yield module
    for part in module._modules.values():
        yield from _below(part)


def _walk(module: Any, registry: str) -> Iterator[tuple[str, Any]]:
    for part in _below(module):
        yield from getattr(part, registry).items()


def _lists(listed: Callable[[Any], list[Any]], *, named: bool) -> Question:
    def question(module: Any, method: Callable[..., Any]) -> bool:
        found = list(method())
        if named:
            is_named = all(isinstance(pair, tuple) and isinstance(pair[0], str) for pair in found)
            found = [pair[1] for pair in found] if is_named else []
        wanted = listed(module)
        return len(found) == len(wanted) and all(map(_is, found, wanted))

    return question


def _is(one: Any, other: Any) -> bool:
    return one is other


# --- what changes -----------------------------------------------------------------------------


def _state(module: Any, method: Callable[..., Any]) -> bool:
    found = method()
    weight = found["layer.weight"]
    shares = weight.data_ptr() == module.layer.weight.data_ptr()
    return shares and not weight.requires_grad and "scale" in found


def _loads(module: Any, method: Callable[..., Any]) -> bool:
    other = _Sample().state_dict()
    method(other)
    return torch.equal(module.layer.weight, other["layer.weight"])


def _sets_flags(module: Any, method: Callable[..., Any]) -> bool:
    method(False)
    off = not any(p.requires_grad for p in module.parameters())
    method()
    return off and all(p.requires_grad for p in module.parameters())


def _training(module: Any, method: Callable[..., Any]) -> bool:
    method(False)
    off = not module.norm.training
    method()
    return off and bool(module.norm.training)


def _evaluation(module: Any, method: Callable[..., Any]) -> bool:
    method()
    return not module.norm.training


def _clears_gradients(module: Any, method: Callable[..., Any]) -> bool:
    module(_X).sum().backward()
    method()
    return all(p.grad is None for p in module.parameters())


def _adds_buffer(module: Any, method: Callable[..., Any]) -> bool:
    method("added", torch.ones(1))
    return "added" in dict(module.named_buffers())


def _adds_parameter(module: Any, method: Callable[..., Any]) -> bool:
    method("added", nn.Parameter(torch.ones(1)))
    return "added" in dict(module.named_parameters())


def _adds_module(module: Any, method: Callable[..., Any]) -> bool:
    method("added", nn.Tanh())
    return "added" in dict(module.named_modules())


def _applies(module: Any, method: Callable[..., Any]) -> bool:
    seen: list[tuple[Any, bool]] = []
    with torch.no_grad():
        method(lambda part: seen.append((part, torch.is_grad_enabled())))
    with torch.enable_grad():
        method(lambda part: seen.append((part, torch.is_grad_enabled())))
    modes = [mode for _, mode in seen]
    half = len(seen) // 2
    below = set(module.modules()) == {part for part, _ in seen}
    return below and modes == [False] * half + [True] * half


def _parameter_by_name(module: Any, method: Callable[..., Any]) -> bool:
    return method("layer.weight") is module.layer.weight


def _module_by_name(module: Any, method: Callable[..., Any]) -> bool:
    return method("norm.0") is module.norm[0]


def _forward_hook(module: Any, method: Callable[..., Any]) -> bool:
    return _hooked(module, method) == [(True, 3)]


def _forward_pre_hook(module: Any, method: Callable[..., Any]) -> bool:
    return _hooked(module, method) == [(True, 2)]


def _hooked(module: Any, method: Callable[..., Any]) -> list[tuple[bool, int]]:
    """Grad mode and number of arguments, of what runs in a call of the module."""
    seen: list[tuple[bool, int]] = []
    method(lambda *given: seen.append((torch.is_grad_enabled(), len(given))))
    module(_X)
    return seen


def _backward_hook(module: Any, method: Callable[..., Any]) -> bool:
    return _run_in_backward(module, method) == [(False, False, 2)]


def _backward_pre_hook(module: Any, method: Callable[..., Any]) -> bool:
    return _run_in_backward(module, method) == [(False, False, 1)]


def _run_in_backward(module: Any, method: Callable[..., Any]) -> list[tuple[bool, bool, int]]:
    """Grad mode, flags and number of the gradients, of what runs in `backward` and not before."""
    seen: list[tuple[bool, bool, int]] = []

    def note(_: Any, *gradients: Any) -> None:
        flags = [g.requires_grad for part in gradients for g in part if g is not None]
        seen.append((torch.is_grad_enabled(), any(flags), len(gradients)))

    method(note)
    output = module(_X.clone().requires_grad_())
    if seen:
        return []
    _torch.autograd.backward(output.sum())
    return seen


def _calls(module: Any, method: Callable[..., Any]) -> bool:
    module.eval()
    return torch.equal(method(_X), module.norm(module.layer(_X)))


_CHANGES: Mapping[str, Question] = {
    "state": _state,
    "loads-state": _loads,
    "sets-flags": _sets_flags,
    "training": _training,
    "evaluation": _evaluation,
    "clears-gradients": _clears_gradients,
    "adds-buffer": _adds_buffer,
    "adds-parameter": _adds_parameter,
    "adds-module": _adds_module,
    "applies": _applies,
    "parameter-by-name": _parameter_by_name,
    "module-by-name": _module_by_name,
    "forward-hook": _forward_hook,
    "forward-pre-hook": _forward_pre_hook,
    "backward-hook": _backward_hook,
    "backward-pre-hook": _backward_pre_hook,
    "calls": _calls,
}


# --- casts and moves --------------------------------------------------------------------------


def _cast(method: str) -> str:
    """The dtype or device that parameters have afterwards; `"casts"` where an argument says so."""
    fixed = guarded(lambda: _after(method))
    if fixed is not None and fixed[0] != "float32":
        return f"casts-{fixed[0]}"
    if guarded(lambda: _after(method, torch.float64)) == ("float64", "cpu"):
        return "casts"
    if guarded(lambda: _after(method, device="meta")) == ("float32", "meta"):
        return "casts"
    # `float` changes nothing of single precision, and `cpu` nothing on a CPU.
    if guarded(lambda: _after(method, before=torch.float64)) == ("float32", "cpu"):
        return "casts-float32"
    return "moves-cpu" if guarded(lambda: _brings_back(method)) else ""


def _after(
    method: str, *given: Any, before: torch.dtype = torch.float32, **named: Any
) -> tuple[str, str]:
    module = _Sample().to(before)
    getattr(module, method)(*given, **named)
    weight = module.layer.weight
    return dtype_name(weight.dtype), weight.device.type


def _brings_back(method: str) -> bool:
    """Whether it asks for a copy on the CPU: of data that are nowhere that is refused."""
    module = _Sample().to("meta")
    try:
        getattr(module, method)()
    except NotImplementedError as error:
        return "Cannot copy out of meta tensor" in str(error)
    return False

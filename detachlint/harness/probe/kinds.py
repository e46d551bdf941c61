"""Classes whose objects matter for what they are: each kind is seen by executing what makes it one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils import data

from detachlint.harness.probe.execute import guarded
from detachlint.harness.probe.universe import resolve
from detachlint.knowledge.model import Aliasing, ClassFact, MethodFact, Result

_torch: Any = torch
_X = torch.tensor([0.5, 1.5])


def names() -> list[str]:
    """The names of the classes that are of such a kind, or may be."""
    return sorted(name for name in _candidates() if guarded(lambda name=name: resolve(name)))  # type: ignore[misc]  # called at once


def observe(name: str) -> ClassFact | None:
    """The fact about a class, or None where it is of none of these kinds."""
    cls = resolve(name)
    kind = guarded(lambda: _candidates()[name](cls))
    if not kind:
        return None
    methods = _scaler_methods(cls) if kind == "scaler" else {}
    if kind == "function context":
        methods = _context_methods(cls)
    if kind == "custom function":
        methods = {"apply": MethodFact("apply", Result.PROPAGATE, Aliasing.FRESH, False)}
    return ClassFact(name, kind, _positions(cls), methods, "hand")


def _positions(cls: Any) -> tuple[str, ...]:
    signature = guarded(lambda: inspect.signature(cls))
    if signature is None:
        return ()
    plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return tuple(p.name for p in signature.parameters.values() if p.kind is plain)


@cache
def _candidates() -> Mapping[str, Callable[[Any], str]]:
    """What to ask of each class."""
    tensors = ("Tensor", "FloatTensor", "autograd.Variable", "nn.Parameter", "nn.Buffer")
    return {
        **{f"torch.{name}": _tensor for name in tensors},
        "torch.autograd.Function": _custom_function,
        "torch.autograd.function.FunctionCtx": _context,
        "torch.amp.GradScaler": _scaler,
        "torch.cuda.amp.GradScaler": _scaler,
        "torch.autocast": _autocast,
        "torch.cpu.amp.autocast": _autocast,
        "torch.cuda.amp.autocast": _autocast,
        "torch.device": _device,
        "torch.jit.ScriptModule": _module,
        "torch._subclasses.fake_tensor.FakeTensorMode": _fake,
        "torch.utils.data.ConcatDataset": _items_of_given,
        "torch.utils.data.DataLoader": _loader,
        "torch.utils.data.Subset": _items_of_given,
        "torch.utils.data.TensorDataset": _rows,
    }


def _tensor(cls: Any) -> str:
    """What every tensor is, or every parameter."""
    if not isinstance(_X, cls):
        return "parameter" if isinstance(nn.Parameter(_X), cls) else ""
    return "tensor"


def _custom_function(cls: Any) -> str:
    """`forward` and `backward` of a subclass run with grad mode off."""
    modes = []

    class Doubled(cls):  # type: ignore[misc]  # the class is asked for by its name
        @staticmethod
        def forward(_: Any, tensor: torch.Tensor) -> torch.Tensor:
            modes.append(torch.is_grad_enabled())
            return tensor * 2

        @staticmethod
        def backward(_: Any, gradient: torch.Tensor) -> torch.Tensor:
            modes.append(torch.is_grad_enabled())
            return gradient * 2

    Doubled.apply(_X.clone().requires_grad_()).sum().backward()
    return "custom function" if modes == [False, False] else ""


class _Doubled(torch.autograd.Function):
    """Calls a method of its context with its result, and notes what is left of it in `backward`."""

    method = ""
    context: Any = None
    saved: Any = ()

    @staticmethod
    def forward(ctx: Any, tensor: torch.Tensor) -> torch.Tensor:
        _Doubled.context, doubled = ctx, tensor * 2
        if _Doubled.method:
            getattr(ctx, _Doubled.method)(doubled)
        return doubled

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        _Doubled.saved = ctx.saved_tensors
        return gradient * 2


def _doubled(method: str) -> torch.Tensor:
    _Doubled.method, _Doubled.saved = method, ()
    apply: Any = _Doubled.apply
    result: torch.Tensor = apply(_X.clone().requires_grad_())
    if result.requires_grad:
        result.sum().backward()  # type: ignore[no-untyped-call]  # of PyTorch
    return result


def _context(cls: Any) -> str:
    """The first argument of `forward` is of this class."""
    _doubled("")
    return "function context" if isinstance(_Doubled.context, cls) else ""


def _context_methods(cls: Any) -> dict[str, MethodFact]:
    found = {}
    for name in sorted(name for name in vars(cls) if not name.startswith("_")):
        result = guarded(lambda name=name: _doubled(name))  # type: ignore[misc]
        if result is None:
            continue
        behaviour = "saves" if len(_Doubled.saved) == 1 else ""
        behaviour = behaviour if result.requires_grad else "not-differentiable"
        found[name] = MethodFact(name, Result.PYTHON, Aliasing.FRESH, False, behaviour)
    return found


def _scaler(cls: Any) -> str:
    """`scale` multiplies the loss."""
    made = cls("cpu") if "device" in _positions(cls) else cls()
    scaled = made.scale(_X.clone().requires_grad_())
    return "scaler" if scaled.requires_grad else ""


def _scaler_methods(cls: Any) -> dict[str, MethodFact]:
    found = {"scale": MethodFact("scale", Result.PROPAGATE, Aliasing.FRESH, False)}
    made = cls("cpu") if "device" in _positions(cls) else cls()
    for name in ("get_scale", "is_enabled", "state_dict", "update"):
        answer = guarded(lambda name=name: (getattr(made, name)(),))  # type: ignore[misc]
        if answer is not None and not isinstance(answer[0], torch.Tensor):
            found[name] = MethodFact(name, Result.PYTHON, Aliasing.FRESH, False)
    return dict(sorted(found.items()))


def _autocast(cls: Any) -> str:
    """Matrix products come out in the lower precision; older classes are for one device."""
    if "device_type" in _positions(cls):
        with cls("cpu", dtype=torch.bfloat16):
            lowered = torch.eye(2) @ torch.eye(2)
        return "autocast" if lowered.dtype is torch.bfloat16 else ""
    return f"autocast {cls().device}"


def _device(cls: Any) -> str:
    with cls("meta"):
        return "device" if torch.ones(1).device.type == "meta" else ""


def _module(cls: Any) -> str:
    return "module" if issubclass(cls, nn.Module) else ""


def _fake(cls: Any) -> str:
    """What is made inside has a class of its own, and holds no data."""
    with cls():
        made = torch.ones(2)
        try:
            made.numpy()
        except RuntimeError as error:
            return "fake" if "tensor subclasses" in str(error) else ""
    return ""


class _Numbered(data.Dataset[Any]):
    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Any:
        return _X + index, np.ones(2), 3.0


def _loader(cls: Any) -> str:
    """Stacks what the data set gives, and makes tensors of arrays and numbers."""
    (batch,) = cls(_Numbered(), batch_size=2)
    stacked = isinstance(batch, list) and all(isinstance(part, torch.Tensor) for part in batch)
    return "loader" if stacked and torch.equal(batch[0], torch.stack([_X, _X + 1])) else ""


def _items_of_given(cls: Any) -> str:
    """Its items are those of the data set, or the data sets, that it is made of."""
    made = cls(_Numbered(), [1]) if "indices" in _positions(cls) else cls([_Numbered()])
    return "items" if torch.equal(made[0][0], _X + ("indices" in _positions(cls))) else ""


def _rows(cls: Any) -> str:
    """Its items are tuples of the rows of the tensors that it is made of: views of them."""
    table = torch.ones(3, 2).requires_grad_()
    (row,) = cls(table)[1]
    return "rows" if row.requires_grad and row.shape == (2,) else ""

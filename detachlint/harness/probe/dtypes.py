"""Dtypes and devices: which of them become arrays, by making tensors of them and converting these."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import torch

from detachlint.harness.probe.execute import dtype_name, guarded, guarded_with_error

_OF_PYTHON: Mapping[str, type] = {
    "builtins.bool": bool,
    "builtins.complex": complex,
    "builtins.float": float,
    "builtins.int": int,
}
READ_DEVICES: Mapping[str, str] = {
    "npu": "elsewhere",
}
"""Devices that other packages give a name to (`rename_privateuse1_backend`): read in their documentation."""


def names() -> list[str]:
    """The names of all dtypes, and of the types of Python and the older classes of tensors that stand for
    some, sorted."""
    kinds = (torch.dtype, type(torch.FloatTensor))
    found = [name for name, value in vars(torch).items() if isinstance(value, kinds)]
    return sorted([*(f"torch.{name}" for name in found), *_OF_PYTHON])


def dtype_row(name: str) -> str:
    """The row of a dtype: its family, its own name where NumPy has none like it, and what cures that."""
    dtype = _dtype(name)
    tensor = _tensor(dtype)
    missing = "unsupported ScalarType" in guarded_with_error(lambda: tensor.numpy())[1]
    cells = (dtype_name(dtype), _cure(tensor)) if missing else ("", "")
    return "\t".join((_family(dtype), *cells, "executed"))


def _cure(tensor: Any) -> str:
    """The first method after which an array can be made; the imaginary part is to stay."""
    methods = ("cfloat",) if tensor.is_complex() else ("float", "dequantize")
    return next((method for method in methods if _converts_after(method, tensor)), "")


def _converts_after(method: str, tensor: Any) -> bool:
    return guarded(lambda: getattr(tensor, method)().numpy()) is not None


def _dtype(name: str) -> torch.dtype:
    given: Any = _OF_PYTHON.get(name) or getattr(torch, name.removeprefix("torch."))
    if isinstance(given, type(torch.FloatTensor)):
        return given.dtype
    return torch.empty(1, dtype=given).dtype if name in _OF_PYTHON else given


def _tensor(dtype: torch.dtype) -> Any:
    """A tensor of it; quantized ones are made in a way of their own."""
    by_row = (torch.ones(2, 4), torch.ones(2), torch.zeros(2), 0, dtype)
    makers: tuple[Callable[[], Any], ...] = (
        lambda: torch.quantize_per_tensor(torch.ones(2), 1.0, 0, dtype),
        lambda: torch.quantize_per_channel(*by_row),
        lambda: torch.empty(2, dtype=dtype),
    )
    return next(made for make in makers if (made := guarded(make)) is not None)


def _family(dtype: torch.dtype) -> str:
    if dtype is torch.get_default_dtype():
        return dtype_name(dtype)
    return "float" if dtype.is_floating_point else "complex" if dtype.is_complex else "integer"


def device_names() -> list[str]:
    """The names of the kinds of devices that PyTorch knows, and of those that others have named."""
    error = guarded_with_error(lambda: torch.device("nonsense"))[1]
    listed = re.search(r"one of (.*) device type", error)
    assert listed is not None, error
    return sorted({*listed[1].split(", "), *READ_DEVICES})


def device_row(name: str) -> str:
    """The row of a kind of device: where its memory is, seen by a tensor there, if one can be made.

    What this machine does not have was only asked for by name: PyTorch takes it, and every place but
    the host's memory is refused alike (`meta` is executed).
    """
    if name in READ_DEVICES:
        return f"{READ_DEVICES[name]}\tread"
    tensor = guarded(lambda: torch.empty(1, device=name))
    if tensor is None:
        known = guarded(lambda: torch.device(name)) is not None
        return "elsewhere\tnamed" if known else ""
    refused = "device type tensor to numpy" in guarded_with_error(lambda: tensor.numpy())[1]
    return f"{'elsewhere' if refused else 'host'}\texecuted"

"""Device and dtype: what the arguments of a factory or a cast say of them."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.objects import Device, Dtype, Tensor
from detachlint.domain.values import Library, Literal, Value, addresses
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State

FLOATS = frozenset({"float64", "double", "float16", "half", "complex64", "complex128", "cfloat"})
NARROW = frozenset({"bfloat16", "float8_e4m3fn", "float8_e5m2", "complex32", "chalf"})
INTEGERS = frozenset(
    {
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "long",
        "short",
        "uint8",
        "bool",
        "uint16",
        "uint32",
        "uint64",
        "char",
        "byte",
    }
)
DEVICES = ("cuda", "mps", "meta", "xpu", "xla", "hip", "npu", "hpu")


def dtype_named(name: str) -> Dtype:
    """The class of a dtype by its name, with or without `torch.` or `builtins.` before it."""
    short = name.rpartition(".")[2]
    if short in ("float32", "float") and not name.startswith("builtins."):
        return Dtype.FLOAT32
    if short == "float":
        return Dtype.FLOAT  # Python's float as a dtype is float64
    if short in FLOATS:
        return Dtype.FLOAT
    if short in NARROW:
        return Dtype.NARROW
    if short in INTEGERS:
        return Dtype.INTEGER
    return Dtype.UNKNOWN


def dtype_from(value: Value | None, default: Dtype) -> Dtype:
    """The dtype a `dtype=` argument says; `default` without one (or for None)."""
    if value is None:
        return default
    found: set[Dtype] = set()
    for atom in value:
        if isinstance(atom, Library):
            found.add(dtype_named(atom.name))
        elif isinstance(atom, Literal) and atom.value is None:
            found.add(default)
        else:
            found.add(Dtype.UNKNOWN)
    return found.pop() if len(found) == 1 else Dtype.UNKNOWN


def device_from(value: Value | None) -> Device:
    """The device a `device=` argument says; the CPU without one."""
    if value is None:
        return Device.CPU
    found: set[Device] = set()
    for atom in value:
        if isinstance(atom, Literal) and isinstance(atom.value, str):
            found.add(device_named(atom.value))
        elif isinstance(atom, Literal) and atom.value is None:
            found.add(Device.CPU)
        elif isinstance(atom, Literal) and isinstance(atom.value, int):
            found.add(Device.OTHER)
        else:
            found.add(Device.UNKNOWN)
    return found.pop() if len(found) == 1 else Device.UNKNOWN


def device_named(name: str) -> Device:
    """The device class of `"cuda:0"`, `"cpu"`, …"""
    if name.startswith("cpu"):
        return Device.CPU
    return Device.OTHER if name.startswith(DEVICES) else Device.UNKNOWN


def device_of(call: LibraryCall) -> Device:
    """The device a call with `device=` puts its result on."""
    return device_from(call.arguments.keyword("device"))


def float_dtype_of(call: LibraryCall) -> Dtype:
    """The dtype of what a call with `dtype=` makes, float32 by default."""
    return dtype_from(call.arguments.keyword("dtype"), Dtype.FLOAT32)


def common_device(state: State, values: Iterable[Value]) -> Device:
    """The device of a result computed from these."""
    seen = {
        thing.device
        for value in values
        for address in addresses(value)
        if isinstance(thing := state.get(address), Tensor)
    }
    if len(seen) == 1:
        return seen.pop()
    return Device.CPU if not seen else Device.UNKNOWN

"""Calls of kernels that take tensors of a kind of their own: quantized, packed, of MKLDNN's layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch

from detachlint.harness.probe.execute import Call, guarded

_torch: Any = torch
"""PyTorch leaves many of these without annotations."""


def kernel_calls() -> Mapping[str, Sequence[Call]]:
    """Calls by the name of what is called; none of what the PyTorch or the machine at hand lacks."""
    found: dict[str, Sequence[Call]] = {}
    for make in (_quantized, _mkldnn, _of_compilers):
        found.update(guarded(make) or {})
    return {f"torch.{name}": calls for name, calls in found.items()}


def _call(*args: Any) -> Sequence[Call]:
    return (Call(args, {}, "hand"),)


def _numbers(*shape: int) -> torch.Tensor:
    count = torch.Size(shape).numel()
    return torch.arange(1.0, count + 1).reshape(shape) / count


def _quantized() -> dict[str, Sequence[Call]]:
    def pooled(*shape: int) -> torch.Tensor:
        return torch.quantize_per_tensor(_numbers(*shape), 0.1, 0, torch.quint8)

    ones = torch.ones(2)
    return {
        "fbgemm_pack_quantized_matrix": _call(torch.ones(3, 3, dtype=torch.int8)),
        "empty_quantized": _call([2], pooled(2)),
        "quantized_batch_norm": _call(pooled(1, 2, 4, 4), *[ones] * 4, 1e-5, 0.1, 0),
        "quantized_max_pool1d": _call(pooled(2, 4, 4), [2]),
        "quantized_max_pool2d": _call(pooled(1, 2, 4, 4), [2, 2]),
        "quantized_max_pool3d": _call(pooled(1, 2, 4, 4, 4), [2, 2, 2]),
    }


def kernel_functions() -> Mapping[str, Callable[[torch.Tensor], Any]]:
    """What takes weights packed by FBGEMM, which cannot be copied, of one float tensor of two columns."""
    found: dict[str, Callable[[torch.Tensor], Any]] = {}
    for kind, run in (("fp16", _with_packed_halves), ("int8", _with_packed_weight)):
        for name in (
            f"fbgemm_linear_{kind}_weight",
            f"fbgemm_linear_{kind}_weight_fp32_activation",
        ):
            found[f"torch.{name}"] = partial(run, name)
    for kind, gates in (("gru", 3), ("lstm", 4), ("rnn_relu", 1), ("rnn_tanh", 1)):
        found[f"torch.quantized_{kind}_cell"] = partial(_step, f"quantized_{kind}_cell", gates)
    return found


def _with_packed_halves(name: str, x: torch.Tensor) -> Any:
    packed = _torch.fbgemm_pack_gemm_matrix_fp16(_numbers(2, 2))
    return getattr(torch, name)(x, packed, torch.ones(2))


def _with_packed_weight(name: str, x: torch.Tensor) -> Any:
    weight, column, scale, zero = _torch.fbgemm_linear_quantize_weight(_numbers(2, 2))
    packed = _torch.fbgemm_pack_quantized_matrix(weight)
    return getattr(torch, name)(x, weight, packed, column, scale, zero, torch.ones(2))


def _step(name: str, gates: int, x: torch.Tensor) -> Any:
    """A step of a recurrent network: its weights have as many rows as it has gates."""
    weight, column, scale, zero = _torch.fbgemm_linear_quantize_weight(_numbers(2 * gates, 2))
    packed = _torch.fbgemm_pack_quantized_matrix(weight)
    twice = [v for v in (weight, torch.ones(2 * gates), packed, column, scale, zero) for _ in "ab"]
    state = torch.ones(2, 2)
    return getattr(torch, name)(x, (state, state) if "lstm" in name else state, *twice)


def _mkldnn() -> dict[str, Sequence[Call]]:
    def stored(*shape: int) -> Any:
        return _numbers(*shape).to_mkldnn()

    weights = (torch.ones(12, 3), torch.ones(12, 3), torch.ones(12), torch.ones(12))
    states = (torch.ones(1, 1, 3), torch.ones(1, 1, 3))
    layer: tuple[Any, ...] = (False, [], 2, 3, 1, True, False, False, True)
    return {
        "mkldnn_adaptive_avg_pool2d": _call(stored(1, 2, 4, 4), [2, 2]),
        "mkldnn_linear_backward_weights": _call(stored(2, 3), stored(2, 3), torch.ones(3, 3), True),
        "mkldnn_max_pool2d": _call(stored(1, 2, 4, 4), [2, 2]),
        "mkldnn_max_pool3d": _call(stored(1, 2, 4, 4, 4), [2, 2, 2]),
        "mkldnn_rnn_layer": _call(_numbers(2, 1, 3), *weights, *states, *layer),
    }


def _of_compilers() -> dict[str, Sequence[Call]]:
    integer = _torch._C.IntType.get()
    return {
        "parse_ir": _call("graph(%x : Tensor):\n  return (%x)"),
        "parse_schema": _call("aten::relu(Tensor self) -> Tensor"),
        "parse_type_comment": _call("# type: (int) -> int"),
        "sym_fresh_size": _call(3),
        "unify_type_list": _call([integer, integer]),
    }

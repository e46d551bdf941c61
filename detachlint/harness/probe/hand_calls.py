"""Arguments written by hand, for what `op_db` has no sample of and the stubs no usable types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from torch.distributions import constraints

from detachlint.harness.probe.execute import Call
from detachlint.harness.probe.hand_kernels import kernel_calls


def _call(*args: Any, **kwargs: Any) -> Call:
    return Call(args, kwargs, "hand")


@cache
def attribute_samples() -> Sequence[Call]:
    """Tensors to read attributes of."""
    return (_call(torch.tensor([[0.1, 0.2], [0.3, 0.4]])), _call(torch.tensor([0.5, 0.6, 0.7])))


@cache
def written_calls() -> Mapping[str, Sequence[Call]]:
    """Calls by the name of what is called."""
    return {
        **_tensor_methods(),
        **_factories(),
        **_sparse(),
        **_networks(),
        **_quantized(),
        **kernel_calls(),
        **_process_settings(),
        **_constructors(),
        **_checks(),
    }


X = torch.arange(1.0, 10.0).reshape(3, 3) / 10
COMPLEX = X.to(torch.complex64)
V = torch.tensor([0.2, 0.4, 0.6])
I = torch.tensor([0, 1, 2])  # noqa: E741
IMAGE = torch.arange(32.0).reshape(1, 2, 4, 4) / 32
VOLUME = torch.arange(128.0).reshape(1, 2, 4, 4, 4) / 128


def _tensor_methods() -> dict[str, Sequence[Call]]:
    calls = {**_asked_by_python(), **_casts_and_moves(), **_shapes_and_bits()}
    return {f"torch.Tensor.{name}": written for name, written in calls.items()}


def _asked_by_python() -> dict[str, Sequence[Call]]:
    """What Python calls by itself, or what gives numbers of Python."""
    mask = X > 0.5
    return {
        "__array__": [_call(X)],
        "__complex__": [_call(torch.tensor(0.5))],
        "__contains__": [_call(X, 0.5)],
        "__float__": [_call(torch.tensor(0.5))],
        "__format__": [_call(torch.tensor(0.5), ".2f")],
        "__getitem__": [
            *(_call(X, index) for index in (0, slice(1), (0, 1), None, ..., (slice(None), 0))),
            *(_call(X, index) for index in ([0, 1], I, mask, (0, I))),
        ],
        "__index__": [_call(torch.tensor(3))],
        "__int__": [_call(torch.tensor(0.5))],
        "__long__": [_call(torch.tensor(0.5))],
        "__nonzero__": [_call(torch.tensor(0.5))],
        "__setitem__": [_call(X, 0, V), _call(X, 0, torch.tensor(0.5)), _call(X, mask, 1.0)],
        "is_nonzero": [_call(torch.tensor(0.5))],
        "item": [_call(torch.tensor(0.5))],
        "tolist": [_call(X), _call(torch.tensor(0.5))],
    }


def _casts_and_moves() -> dict[str, Sequence[Call]]:
    """What gives a tensor of another kind, or a new one like it."""
    return {
        "as_subclass": [_call(X, torch.Tensor)],
        "bernoulli_": [_call(X, X)],
        "bfloat16": [_call(X), _call(X.bfloat16())],
        "cfloat": [_call(X), _call(X.to(torch.complex64))],
        "contiguous": [_call(X), _call(IMAGE, memory_format=torch.channels_last)],
        "cpu": [_call(X), _call(IMAGE, memory_format=torch.channels_last)],
        "dequantize": [_call(X)],
        "float_power_": [_call(X.double(), 2.0)],
        "half": [_call(X), _call(X.half())],
        "new": [_call(X), _call(X, 2, 3), _call(X, [1.0]), _call(X, X)],
        "new_tensor": [_call(X, [1.0]), _call(X, X)],
        "requires_grad_": [_call(X)],
        "to": [
            *(_call(X, target) for target in (torch.float32, torch.float64, torch.int64, "cpu")),
            _call(X, torch.ones(1)),
            _call(X, copy=True),
        ],
        "type": [
            _call(X),
            _call(X, torch.float64),
            _call(X, "torch.LongTensor"),
            _call(X, torch.float32),
        ],
        "type_as": [_call(X, X), _call(X, X.double()), _call(X, I)],
    }


def _shapes_and_bits() -> dict[str, Sequence[Call]]:
    """What reshapes, takes apart, or looks at bits and layouts."""
    twice = torch.tensor([[0, 0], [1, 1]])
    return {
        "bincount": [_call(I, V)],
        "coalesce": [_call(X.to_sparse()), _call(torch.sparse_coo_tensor(twice, V[:2]))],
        "is_coalesced": [_call(X.to_sparse())],
        "is_set_to": [_call(X, X)],
        "reshape_as": [_call(X, X), _call(X, torch.ones(9))],
        "resize_as_sparse_": [_call(X.to_sparse(), X.to_sparse())],
        "resolve_conj": [_call(COMPLEX), _call(COMPLEX.conj())],
        "resolve_neg": [_call(X), _call(COMPLEX.conj().imag)],
        "resize": [_call(X, 9), _call(X, 3, 3)],
        "set_": [_call(X, X)],
        "split": [_call(X, 1), _call(X, 1, 1)],
        "sum_to_size": [_call(X, (3, 3)), _call(X, (1, 3))],
        "t": [_call(X)],
        "to_dense": [_call(X), _call(X, torch.float64), _call(X.to_sparse())],
        "to_padded_tensor": [
            _call(torch.nested.as_nested_tensor([V, V[:2]]), 0.0),
        ],
        "unsafe_split_with_sizes": [_call(V, [1, 2]), _call(X, [1, 1, 1])],
        "view": [_call(X, 9), _call(X, (1, 9)), _call(X, torch.int32)],
    }


def _factories() -> dict[str, Sequence[Call]]:
    array = np.arange(3.0)
    calls: dict[str, Sequence[Call]] = {
        "arange": [_call(3), _call(0.0, 1.0, 0.5)],
        "as_tensor": [_call(X), _call(X, dtype=torch.float64), _call([1.0]), _call(array)],
        "asarray": [_call(X), _call(X, dtype=torch.float64), _call([1.0]), _call(X, copy=True)],
        **{f"atleast_{n}d": [_call(X, V)] for n in (1, 2, 3)},
        "broadcast_tensors": [_call(X, V), _call(V, X)],
        "bincount": [_call(I, V)],
        "chain_matmul": [_call(X, X)],
        "split": [_call(X, 1), _call(X, 1, 1)],
        "t": [_call(X)],
        "einsum": [_call("ij->ji", X), _call("ij,jk->ik", X, X), _call("ij->i", X)],
        "fft.fftfreq": [_call(4)],
        "fft.rfftfreq": [_call(4)],
        "full": [_call((2,), 1), _call((2,), 0.5), _call((2,), True)],
        "from_dlpack": [_call(array), _call(X)],
        "from_numpy": [_call(array)],
        "lobpcg": [_call(torch.diag(torch.arange(1.0, 10.0)), 1, niter=2)],
        "masked.MaskedTensor": [_call(X, X > 0.5)],
        "masked.as_masked_tensor": [_call(X, X > 0.5)],
        "masked.masked_tensor": [_call(X, X > 0.5)],
        "nested.as_nested_tensor": [_call([V, V[:2]]), _call(X)],
        "nested.nested_tensor": [_call([V, V[:2]])],
        "frombuffer": [_call(bytearray(8), dtype=torch.float32)],
        "tensor": [_call(0.5), _call([0.5]), _call(X), _call(array)],
        "typename": [_call(X)],
        "resolve_conj": [_call(COMPLEX), _call(COMPLEX.conj())],
        "resolve_neg": [_call(X), _call(COMPLEX.conj().imag)],
        "special.polygamma": [_call(1, X)],
        "unsafe_split_with_sizes": [_call(V, [1, 2]), _call(X, [1, 1, 1])],
        "view_as_complex_copy": [_call(X[:, :2])],
        "view_as_real_copy": [_call(X.to(torch.complex64))],
        "where": [_call(X > 0.5), _call(X[:1] > 0.5), _call(X > 0.5, X, X), _call(V > 0.5, V, 0.0)],
    }
    return {f"torch.{name}": written for name, written in calls.items()}


def _sparse() -> dict[str, Sequence[Call]]:
    coo, csr, csc = X.to_sparse(), X.to_sparse_csr(), X.to_sparse_csc()
    half = torch.tensor([[0, 1], [1, 2]])
    rows = [torch.tensor([0, 1, 2]), torch.tensor([0, 1]), V[:2], (2, 2)]
    blocks = [torch.tensor([0, 1, 2]), torch.tensor([0, 1]), V[:2].reshape(2, 1, 1), (2, 2)]
    compressed = {
        "crow_indices": csr,
        "col_indices": csr,
        "ccol_indices": csc,
        "row_indices": csc,
    }
    calls: dict[str, Sequence[Call]] = {
        **{f"Tensor.{name}": [_call(sparse)] for name, sparse in compressed.items()},
        **{f"{name}_copy": [_call(sparse)] for name, sparse in compressed.items()},
        "Tensor.indices": [_call(coo.coalesce())],
        "Tensor.values": [_call(coo.coalesce()), _call(csr)],
        "indices_copy": [_call(coo.coalesce())],
        "values_copy": [_call(coo.coalesce())],
        "Tensor.smm": [_call(coo, X)],
        "Tensor.to_sparse": [_call(X), _call(X, layout=torch.sparse_csr)],
        "Tensor.sparse_mask": [_call(X, coo.coalesce())],
        "Tensor.sspaddmm": [_call(coo, coo, X)],
        "Tensor.sparse_resize_": [_call(coo, (4, 4), 2, 0)],
        "Tensor.sparse_resize_and_clear_": [_call(coo, (4, 4), 2, 0)],
        "hsmm": [_call(coo, X)],
        "hspmm": [_call(coo, X)],
        "resize_as_sparse_": [_call(coo, coo)],
        "saddmm": [_call(coo, coo, X)],
        "smm": [_call(coo, X)],
        "sspaddmm": [_call(coo, coo, X)],
        "sparse_coo_tensor": [_call(half, V[:2], (3, 3))],
        "sparse_csr_tensor": [_call(*rows)],
        "sparse_csc_tensor": [_call(*rows)],
        "sparse_bsr_tensor": [_call(*blocks)],
        "sparse_bsc_tensor": [_call(*blocks)],
        "sparse_compressed_tensor": [
            _call(*rows, layout=torch.sparse_csr),
            _call(*rows, layout=torch.sparse_csc),
        ],
        "sparse.mm": [_call(coo, X)],
        "sparse.addmm": [_call(X, coo, X)],
        "sparse.sum": [_call(coo), _call(coo, 0)],
        "sparse.softmax": [_call(coo, 1)],
        "sparse.log_softmax": [_call(coo, 1)],
    }
    return {f"torch.{name}": written for name, written in calls.items()}


def _networks() -> dict[str, Sequence[Call]]:
    series, state = X.reshape(1, 3, 3), torch.ones(1, 1, 3)
    gates = {"gru": 3, "lstm": 4, "rnn_relu": 1, "rnn_tanh": 1}
    weights = {
        name: [torch.ones(3 * n, 3), torch.ones(3 * n, 3), torch.ones(3 * n), torch.ones(3 * n)]
        for name, n in gates.items()
    }
    tail = (True, 1, 0.0, False, False, True)
    batch = (torch.ones(2), torch.zeros(2), torch.zeros(2), torch.ones(2))
    grid = torch.zeros(1, 2, 2, 2)
    logits = torch.zeros(4, 1, 3)
    calls: dict[str, Sequence[Call]] = {
        "gru": [_call(series, state, weights["gru"], *tail)],
        "lstm": [_call(series, [state, state.clone()], weights["lstm"], *tail)],
        "rnn_relu": [_call(series, state, weights["rnn_relu"], *tail)],
        "rnn_tanh": [_call(series, state, weights["rnn_tanh"], *tail)],
        "gru_cell": [_call(X, X, *weights["gru"])],
        "lstm_cell": [_call(X, [X, X.clone()], *weights["lstm"])],
        "affine_grid_generator": [_call(torch.ones(1, 2, 3), [1, 1, 2, 2], False)],
        "nn.functional.affine_grid": [_call(torch.ones(1, 2, 3), [1, 1, 2, 2])],
        "grid_sampler": [_call(IMAGE, grid, 0, 0, False)],
        "batch_norm": [_call(IMAGE, *batch, True, 0.1, 1e-5, False)],
        "instance_norm": [_call(IMAGE, *batch, True, 0.1, 1e-5, False)],
        "convolution": [
            _call(IMAGE, torch.ones(2, 2, 1, 1), V[:2], (1, 1), (0, 0), (1, 1), False, (0, 0), 1)
        ],
        "mkldnn_convolution": [
            _call(IMAGE, torch.ones(2, 2, 1, 1), V[:2], (0, 0), (1, 1), (1, 1), 1)
        ],
        "ctc_loss": [_call(logits, torch.tensor([[1, 2]]), (4,), (2,))],
        "linalg.vecdot": [_call(V, V), _call(X, X)],
        "native_norm": [_call(X.to_sparse(), 2), _call(X, 2)],
        "normal": [_call(0.0, 1.0, (2, 3)), _call(V, V)],
        "view_copy": [_call(X, torch.int32), _call(X, (-1,))],
        "segment_reduce": [_call(V, "sum", lengths=torch.tensor([1, 2]))],
        "nn.functional.conv_tbc": [_call(series, torch.ones(1, 3, 2), V[:2])],
        "nn.functional.fold": [_call(torch.ones(1, 4, 9), (4, 4), (2, 2))],
        "nn.functional.grouped_mm": [_call(*(torch.ones(2, 16, 16).bfloat16() for _ in range(2)))],
        "nn.functional.lp_pool1d": [_call(series, 2.0, 2)],
        "nn.functional.lp_pool2d": [_call(IMAGE, 2.0, 2)],
        "nn.functional.lp_pool3d": [_call(VOLUME, 2.0, 2)],
        "nn.functional.native_channel_shuffle": [_call(IMAGE, 2)],
        "nn.functional.upsample": [_call(IMAGE, scale_factor=2)],
        "alpha_dropout": [_call(X, 0.5, True), _call(X, 0.5, False)],
    }
    for n, image in ((1, series), (2, IMAGE), (3, VOLUME)):
        calls[f"nn.functional.max_pool{n}d_with_indices"] = [_call(image, 2)]
        calls[f"nn.functional.adaptive_max_pool{n}d_with_indices"] = [_call(image, 2)]
        if n > 1:
            calls[f"nn.functional.fractional_max_pool{n}d_with_indices"] = [
                _call(image, 2, output_size=2)
            ]
    return {f"torch.{name}": written for name, written in calls.items()}


def _quantized() -> dict[str, Sequence[Call]]:
    by_tensor = torch.quantize_per_tensor(X, 0.1, 0, torch.qint8)
    zero, flags = torch.tensor([0]), (torch.tensor([1]), torch.tensor([1]))
    by_channel = torch.quantize_per_channel(X, V, I, 0, torch.qint8)
    calls: dict[str, Sequence[Call]] = {
        "quantize_per_tensor": [_call(X, 0.1, 0, torch.qint8)],
        "quantize_per_tensor_dynamic": [_call(X, torch.qint8, False)],
        "quantize_per_channel": [_call(X, V, I, 0, torch.qint8)],
        "fused_moving_avg_obs_fake_quant": [
            _call(X, *flags, *(torch.ones(1) for _ in range(3)), zero, 0.1, 0, 255, -1)
        ],
        "fake_quantize_per_channel_affine": [_call(X, V, I.int(), 0, 0, 255)],
        "int_repr": [_call(by_tensor)],
        "q_scale": [_call(by_tensor)],
        "q_zero_point": [_call(by_tensor)],
        "q_per_channel_axis": [_call(by_channel)],
        "q_per_channel_scales": [_call(by_channel)],
        "q_per_channel_zero_points": [_call(by_channel)],
        "dequantize": [_call(X), _call(by_tensor)],
        "Tensor.qscheme": [_call(by_tensor)],
    }
    for name in list(calls):
        if name.startswith(("q_", "int_repr")):
            calls[f"Tensor.{name}"] = calls[name]
    return {f"torch.{name}": written for name, written in calls.items()}


def _process_settings() -> dict[str, Sequence[Call]]:
    """Setters, called with the value that is in force."""
    floats = {
        "cpu": torch.bfloat16,
        "gpu": torch.float16,
        "ipu": torch.float16,
        "xla": torch.bfloat16,
    }
    calls: dict[str, Sequence[Call]] = {
        "init_num_threads": [_call()],
        "manual_seed": [_call(0)],
        "seed": [_call()],
        "initial_seed": [_call()],
        "set_anomaly_enabled": [_call(False)],
        "set_autocast_cache_enabled": [_call(True)],
        "set_autocast_dtype": [_call("cpu", torch.bfloat16)],
        "set_autocast_enabled": [_call("cpu", False)],
        "set_default_device": [_call(None)],
        "set_default_dtype": [_call(torch.float32)],
        "set_default_tensor_type": [_call(torch.FloatTensor)],
        "set_deterministic_debug_mode": [_call(0)],
        "set_float32_matmul_precision": [_call("highest")],
        "set_flush_denormal": [_call(False)],
        "set_num_threads": [_call(1)],
        "set_printoptions": [_call(profile="default")],
        "set_rng_state": [_call(torch.get_rng_state())],
        "set_warn_always": [_call(False)],
        "use_deterministic_algorithms": [_call(False)],
        "get_autocast_dtype": [_call("cpu")],
        "is_autocast_enabled": [_call("cpu"), _call()],
        "random.manual_seed": [_call(0)],
        "random.seed": [_call()],
        "random.initial_seed": [_call()],
        "random.set_rng_state": [_call(torch.get_rng_state())],
    }
    for device, dtype in floats.items():
        calls[f"set_autocast_{device}_dtype"] = [_call(dtype)]
        calls[f"get_autocast_{device}_dtype"] = [_call()]
        calls[f"is_autocast_{device}_enabled"] = [_call()]
        calls[f"set_autocast_{device}_enabled"] = [_call(False)]
    getters = ("is_anomaly_check_nan_enabled", "is_anomaly_enabled", "is_autocast_cache_enabled")
    calls.update({name: [_call()] for name in (*getters, "clear_autocast_cache")})
    return {f"torch.{name}": written for name, written in calls.items()}


def _constructors() -> dict[str, Sequence[Call]]:
    legacy = ("BFloat16", "Bool", "Byte", "Double", "Float", "Half", "Int", "Long", "Short", "")
    of_lists = [_call([1.0]), _call(2, 3)]
    lengths = torch.tensor([3, 2, 1])
    calls: dict[str, Sequence[Call]] = {
        **{f"{name}Tensor": [*of_lists] for name in legacy},
        "Tensor": [*of_lists, _call(X)],
        "FloatTensor": [*of_lists, _call(X)],
        "DoubleTensor": [*of_lists, _call(X.double())],
        "HalfTensor": [*of_lists, _call(X.half())],
        "BFloat16Tensor": [*of_lists, _call(X.bfloat16())],
        "autograd.Variable": [_call(X)],
        **{f"distributions.{name}_to": _constraints() for name in ("biject", "transform")},
        "nn.Buffer": [_call(X)],
        "nn.Parameter": [_call(X)],
        "nn.Transformer.generate_square_subsequent_mask": [_call(3)],
        "nn.utils.rnn.pack_padded_sequence": [_call(IMAGE[0, 0, :3, :3], lengths)],
        "nn.utils.rnn.pack_sequence": [_call([V, V[:2]])],
    }
    for name in ("eye", "dirac", "sparse", "constant"):
        extra = {"sparse": (0.5,), "constant": (0.5,)}.get(name, ())
        calls[f"nn.init.{name}"] = [_call(VOLUME[0] if name == "dirac" else X, *extra)]
    for name in ("kaiming_normal", "kaiming_uniform", "orthogonal", "xavier_normal"):
        calls[f"nn.init.{name}"] = [_call(X)]
    calls["nn.init.xavier_uniform"] = [_call(X)]
    calls["nn.init.calculate_gain"] = [_call("relu")]
    return {f"torch.{name}": written for name, written in calls.items()}


def _constraints() -> Sequence[Call]:
    """Sets of numbers that distributions ask for."""
    return [_call(constraints.real), _call(constraints.positive), _call(constraints.simplex)]


def _checks() -> dict[str, Sequence[Call]]:
    calls: dict[str, Sequence[Call]] = {
        "get_device": [_call(X)],
        "Tensor.const_data_ptr": [_call(X)],
        "to_dlpack": [_call(X)],
        "utils.dlpack.to_dlpack": [_call(X)],
        "is_nonzero": [_call(torch.tensor(0.5))],
        "is_storage": [_call(X)],
        "is_tensor": [_call(X)],
        "sym_float": [_call(1)],
        "sym_int": [_call(1.0)],
        "sym_ite": [_call(True, 1, 2)],
        "sym_max": [_call(1, 2)],
        "sym_min": [_call(1, 2)],
        "sym_not": [_call(True)],
        "sym_sqrt": [_call(4)],
        "sym_sum": [_call([1, 2])],
        "nn.utils.parameters_to_vector": [_call([X, V])],
        "nn.utils.get_total_norm": [_call([X, V])],
        "nn.utils.rnn.pad_sequence": [_call([V, V[:2]])],
        "nn.utils.rnn.unpad_sequence": [_call(X, I + 1), _call(X[:, :2], I[:2] + 1)],
        "random.get_rng_state": [_call()],
    }
    return {f"torch.{name}": written for name, written in calls.items()}

"""Callables that need something around them to be executed; each takes one float tensor."""

from __future__ import annotations

import copy
import io
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils import rnn
from torch.utils import checkpoint, data

from detachlint.harness.probe.given_back import givers, scripted
from detachlint.harness.probe.hand_kernels import kernel_functions

# PyTorch leaves these without annotations.
_functional: Any = torch.autograd.functional
_checkpoint: Any = checkpoint
_torch: Any = torch


def _with_graph(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Hand `function` a leaf and a scalar computed from it, whatever the grad mode."""

    def run(tensor: torch.Tensor) -> Any:
        with torch.enable_grad():
            leaf = tensor.detach().requires_grad_()
            scalar = leaf.square().sum()
        return function(leaf, scalar)

    return run


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().requires_grad_(tensor.requires_grad)


def _leaf_with_gradient(tensor: torch.Tensor) -> torch.Tensor:
    leaf = tensor.detach().requires_grad_()
    leaf.grad = torch.ones_like(leaf)
    return leaf


def _saved(tensor: torch.Tensor) -> io.BytesIO:
    buffer = io.BytesIO()
    torch.save(tensor.detach(), buffer)
    buffer.seek(0)
    return buffer


def _nested_autocast(_: torch.Tensor) -> Any:
    depth = torch.autocast_increment_nesting()
    torch.autocast_decrement_nesting()
    return depth


def _out_of_autocast(_: torch.Tensor) -> Any:
    torch.autocast_increment_nesting()
    return torch.autocast_decrement_nesting()


def _quadratic(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.square().sum()


def _from_script(_: torch.Tensor) -> Any:
    buffer = io.BytesIO()
    _torch.jit.save(scripted(), buffer)
    buffer.seek(0)
    return _torch.jit.load(buffer)


def _from_hub(_: torch.Tensor) -> Any:
    """A model of a local repository: the entry point is a function of its `hubconf.py`."""
    with tempfile.TemporaryDirectory() as directory:
        source = "import torch\ndef model():\n    return torch.nn.Linear(3, 3)\n"
        Path(directory, "hubconf.py").write_text(source, encoding="utf-8")
        return _torch.hub.load(directory, "model", source="local")


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **kernel_functions(),
    **givers(),
    "torch.hub.load": _from_hub,
    "torch.jit.load": _from_script,
    "torch.jit.save": lambda _: _torch.jit.save(scripted(), io.BytesIO()),
    "torch.nn.Embedding.from_pretrained": lambda t: _torch.nn.Embedding.from_pretrained(t),
    "torch.nn.EmbeddingBag.from_pretrained": lambda t: _torch.nn.EmbeddingBag.from_pretrained(t),
    "torch.Tensor.grad": lambda t: _leaf_with_gradient(t).grad,
    "torch.distributions.kl_divergence": lambda t: torch.distributions.kl_divergence(
        torch.distributions.Normal(t, 1.0), torch.distributions.Normal(0.0, 1.0)
    ),
    "torch.func.functionalize": lambda t: torch.func.functionalize(torch.exp),
    "torch.func.jvp": lambda t: torch.func.jvp(torch.exp, (t,), (t,)),
    "torch.func.linearize": lambda t: torch.func.linearize(torch.exp, t),
    "torch.func.vjp": lambda t: torch.func.vjp(torch.exp, t),
    "torch.nn.utils.rnn.pad_packed_sequence": lambda t: rnn.pad_packed_sequence(
        rnn.pack_sequence([t, t])
    ),
    "torch.nn.utils.rnn.unpack_sequence": lambda t: rnn.unpack_sequence(
        rnn.pack_sequence([t] * t.shape[0])
    ),
    "torch.autograd.functional.hvp": lambda t: _functional.hvp(_quadratic, t, t),
    "torch.autograd.functional.jvp": lambda t: _functional.jvp(torch.exp, t, t),
    "torch.autograd.functional.vhp": lambda t: _functional.vhp(_quadratic, t, t),
    "torch.autograd.functional.vjp": lambda t: _functional.vjp(torch.exp, t, t),
    "torch.utils.checkpoint.checkpoint_sequential": lambda t: _checkpoint.checkpoint_sequential(
        [torch.nn.Tanh(), torch.nn.Tanh()], 1, t, use_reentrant=False
    ),
    "torch.Tensor.__deepcopy__": lambda t: copy.deepcopy(_leaf(t)),
    "torch.Tensor.apply_": lambda t: t.apply_(lambda x: x),
    "torch.Tensor.map_": lambda t: t.map_(t.detach(), lambda a, b: a),
    "torch.Tensor.map2_": lambda t: t.map2_(t.detach(), t.detach(), lambda a, b, c: a),
    "torch.Tensor.backward": _with_graph(lambda leaf, scalar: scalar.backward()),
    "torch.Tensor.retain_grad": lambda t: t.retain_grad() if t.requires_grad else None,
    "torch.Tensor.register_hook": lambda t: t.requires_grad_().register_hook(lambda g: g),
    "torch.Tensor.register_post_accumulate_grad_hook": _with_graph(
        lambda leaf, _: leaf.register_post_accumulate_grad_hook(lambda t: None)
    ),
    "torch.Tensor.share_memory_": lambda t: t.share_memory_(),
    "torch.autocast_increment_nesting": _nested_autocast,
    "torch.autocast_decrement_nesting": _out_of_autocast,
    "torch.autograd.backward": _with_graph(lambda leaf, scalar: torch.autograd.backward(scalar)),
    "torch.autograd.grad": _with_graph(lambda leaf, scalar: torch.autograd.grad(scalar, leaf)),
    "torch.autograd.functional.hessian": lambda t: _functional.hessian(_quadratic, t),
    "torch.autograd.functional.jacobian": lambda t: _functional.jacobian(torch.exp, t),
    "torch.cond": lambda t: torch.cond(torch.tensor(True), torch.sin, torch.cos, (t,)),
    "torch.func.functional_call": lambda t: torch.func.functional_call(
        torch.nn.Linear(t.shape[-1], 1, bias=False), {"weight": t.reshape(-1, t.shape[-1])}, (t,)
    ),
    "torch.func.grad": lambda t: torch.func.grad(_quadratic),
    "torch.func.grad_and_value": lambda t: torch.func.grad_and_value(_quadratic),
    "torch.func.hessian": lambda t: torch.func.hessian(_quadratic),
    "torch.func.jacfwd": lambda t: torch.func.jacfwd(torch.exp),
    "torch.func.jacrev": lambda t: torch.func.jacrev(torch.exp),
    "torch.func.vmap": lambda t: torch.func.vmap(torch.exp),
    "torch.library.custom_op": lambda t: _torch.library.custom_op(
        f"detachlint_probe::plain_{time.monotonic_ns()}", mutates_args=()
    ),
    "torch.load": lambda t: torch.load(_saved(t)),
    "torch.nn.utils.clip_grad_norm": lambda t: torch.nn.utils.clip_grad_norm(
        [_leaf_with_gradient(t)], 1.0
    ),
    "torch.nn.utils.clip_grad_norm_": lambda t: torch.nn.utils.clip_grad_norm_(
        [_leaf_with_gradient(t)], 1.0
    ),
    "torch.nn.utils.clip_grad_value_": lambda t: torch.nn.utils.clip_grad_value_(
        [_leaf_with_gradient(t)], 1.0
    ),
    "torch.nn.utils.clip_grads_with_norm_": lambda t: torch.nn.utils.clip_grads_with_norm_(
        [_leaf_with_gradient(t)], 1.0, torch.tensor(1.0)
    ),
    "torch.nn.utils.vector_to_parameters": lambda t: torch.nn.utils.vector_to_parameters(
        t.detach().flatten(), [_leaf(t)]
    ),
    "torch.nn.utils.fuse_conv_bn_eval": lambda t: torch.nn.utils.fuse_conv_bn_eval(
        torch.nn.Conv2d(3, 3, 1).eval(), torch.nn.BatchNorm2d(3).eval()
    ),
    "torch.nn.utils.fuse_linear_bn_eval": lambda t: torch.nn.utils.fuse_linear_bn_eval(
        torch.nn.Linear(3, 3).eval(), torch.nn.BatchNorm1d(3).eval()
    ),
    "torch.nn.utils.skip_init": lambda t: _torch.nn.utils.skip_init(torch.nn.Linear, 3, 3),
    "torch.save": lambda t: torch.save(t.detach(), io.BytesIO()),
    "torch.utils.checkpoint.checkpoint": lambda t: _checkpoint.checkpoint(
        torch.exp, t, use_reentrant=False
    ),
    "torch.utils.data.random_split": lambda t: data.random_split(
        data.TensorDataset(t), [1] * t.shape[0]
    ),
    "torch.vmap": lambda t: torch.vmap(torch.exp),
    "torch.while_loop": lambda t: _torch.while_loop(
        lambda x: x.sum() > 100, lambda x: (x * 2,), (t,)
    ),
}
"""What to execute in place of the callable of that name."""

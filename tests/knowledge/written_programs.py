"""Expressions that call what needs something around it: each takes one tensor of floats, `x0`."""

from __future__ import annotations

from collections.abc import Mapping

_DERIVATIVES = "torch.autograd.functional"
_PACKED = "torch.nn.utils.rnn.pack_sequence([x0, x0])"
_LEAF = "torch.nn.Parameter(x0.detach())"

EXPRESSIONS: Mapping[str, str] = {
    "torch.Tensor.__deepcopy__": f"{_LEAF}.__deepcopy__({{}})",
    "torch.Tensor.apply_": "x0.apply_(lambda number: number)",
    "torch.Tensor.as_subclass": "x0.as_subclass(torch.Tensor)",
    "torch.Tensor.map_": "x0.map_(x0.detach(), lambda a, b: a)",
    "torch.Tensor.map2_": "x0.map2_(x0.detach(), x0.detach(), lambda a, b, c: a)",
    "torch.Tensor.share_memory_": "x0.share_memory_()",
    f"{_DERIVATIVES}.hessian": f"{_DERIVATIVES}.hessian(lambda t: (t * t).sum(), x0)",
    f"{_DERIVATIVES}.hvp": f"{_DERIVATIVES}.hvp(lambda t: (t * t).sum(), x0, x0)",
    f"{_DERIVATIVES}.jacobian": f"{_DERIVATIVES}.jacobian(torch.exp, x0)",
    f"{_DERIVATIVES}.jvp": f"{_DERIVATIVES}.jvp(torch.exp, x0, x0)",
    f"{_DERIVATIVES}.vhp": f"{_DERIVATIVES}.vhp(lambda t: (t * t).sum(), x0, x0)",
    f"{_DERIVATIVES}.vjp": f"{_DERIVATIVES}.vjp(torch.exp, x0, x0)",
    "torch.autograd.grad": "torch.autograd.grad((x0 * x0).sum(), x0)",
    "torch.cond": "torch.cond(torch.tensor(True), torch.sin, torch.cos, (x0,))",
    "torch.distributions.kl_divergence": "torch.distributions.kl_divergence("
    "torch.distributions.Normal(x0, 1.0), torch.distributions.Normal(0.0, 1.0))",
    "torch.from_numpy": "torch.from_numpy(x0.detach().numpy())",
    "torch.frombuffer": "torch.frombuffer(bytearray(8), dtype=torch.float32)",
    "torch.func.functional_call": "torch.func.functional_call("
    "torch.nn.Linear(2, 2, bias=False), {'weight': x0}, (x0,))",
    "torch.func.jvp": "torch.func.jvp(torch.exp, (x0,), (x0,))",
    "torch.func.linearize": "torch.func.linearize(torch.exp, x0)",
    "torch.func.vjp": "torch.func.vjp(torch.exp, x0)",
    "torch.nn.functional.triplet_margin_with_distance_loss": "torch.nn.functional."
    "triplet_margin_with_distance_loss(x0, x0 + 1, x0 + 2)",
    "torch.nn.utils.clip_grad_norm": f"torch.nn.utils.clip_grad_norm([{_LEAF}], 1.0)",
    "torch.nn.utils.clip_grad_norm_": f"torch.nn.utils.clip_grad_norm_([{_LEAF}], 1.0)",
    "torch.nn.utils.rnn.pad_packed_sequence": f"torch.nn.utils.rnn.pad_packed_sequence({_PACKED})",
    "torch.nn.utils.rnn.unpack_sequence": f"torch.nn.utils.rnn.unpack_sequence({_PACKED})",
    "torch.utils.checkpoint.checkpoint": "torch.utils.checkpoint.checkpoint("
    "torch.exp, x0, use_reentrant=False)",
    "torch.utils.checkpoint.checkpoint_sequential": "torch.utils.checkpoint.checkpoint_sequential("
    "[torch.nn.Tanh(), torch.nn.Tanh()], 1, x0, use_reentrant=False)",
    "torch.while_loop": "torch.while_loop(lambda x: x.sum() > 100, lambda x: (x * 2,), (x0,))",
}
"""By the name of what is called."""

WITHOUT: Mapping[str, str] = {
    r"torch\.Tensor\.(cuda|ipu|mtia|pin_memory|xpu)": "needs an accelerator",
    r"torch\.Tensor\.grad|torch\.load": "depends on what was done before",
    r"torch\.Tensor\.to_padded_tensor": "takes a nested tensor, which programs do not write down",
    r"torch\.(fbgemm_linear_\w+|quantized_\w+_cell)": "takes weights packed by another kernel",
}
"""Patterns of the names of which no program is made, and why."""

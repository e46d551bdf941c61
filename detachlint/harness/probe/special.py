"""Which callables are odd cases: their results depend on arguments."""

from __future__ import annotations

_NAMES = {
    "as_tensor": "torch.as_tensor",
    "asarray": "torch.asarray",
    "atleast": "torch.atleast_1d torch.atleast_2d torch.atleast_3d",
    "backward": "torch.Tensor.backward torch.autograd.backward",
    "autograd_grad": "torch.autograd.grad",
    "callback": "torch.cond torch.while_loop torch.utils.checkpoint.checkpoint "
    "torch.utils.checkpoint.checkpoint_sequential torch.Tensor.apply_ torch.Tensor.map_ "
    "torch.Tensor.map2_ torch.autograd.functional.jacobian torch.autograd.functional.hessian "
    "torch.autograd.functional.vjp torch.autograd.functional.jvp torch.autograd.functional.hvp "
    "torch.autograd.functional.vhp torch.func.functional_call torch.func.vjp torch.func.jvp "
    "torch.func.linearize",
    "gives_argument": "torch.compile torch.compiler.disable torch.amp.custom_fwd "
    "torch.amp.custom_bwd torch.autograd.function.once_differentiable torch.fx.symbolic_trace "
    "torch.jit.export torch.jit.freeze torch.jit.ignore torch.jit.optimize_for_inference "
    "torch.jit.script torch.jit.trace torch.jit.unused torch.nn.utils.spectral_norm "
    "torch.nn.utils.weight_norm torch.nn.utils.parametrizations.orthogonal "
    "torch.nn.utils.parametrizations.spectral_norm torch.nn.utils.parametrizations.weight_norm "
    "torch.nn.utils.remove_spectral_norm torch.nn.utils.remove_weight_norm "
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm torch.ao.quantization.prepare",
    "saved_module": "torch.jit.load torch.hub.load",
    "callback_wraps": "torch.vmap torch.func.vmap torch.func.grad "
    "torch.func.grad_and_value torch.func.jacrev torch.func.jacfwd torch.func.hessian "
    "torch.func.functionalize",
    "deepcopy": "torch.Tensor.__deepcopy__",
    "dim": "torch.max torch.min torch.median torch.nanmedian torch.Tensor.max torch.Tensor.min "
    "torch.Tensor.median torch.Tensor.nanmedian",
    "einsum": "torch.einsum",
    "flag": "torch.nn.functional.max_pool1d torch.nn.functional.max_pool2d "
    "torch.nn.functional.max_pool3d torch.nn.functional.adaptive_max_pool1d "
    "torch.nn.functional.adaptive_max_pool2d torch.nn.functional.adaptive_max_pool3d "
    "torch.nn.functional.fractional_max_pool2d torch.nn.functional.fractional_max_pool3d "
    "torch.lu torch.Tensor.lu",
    "getitem": "torch.Tensor.__getitem__",
    "gradient_attribute": "torch.Tensor.grad",
    "legacy_constructor": "torch.Tensor torch.FloatTensor torch.DoubleTensor torch.HalfTensor "
    "torch.BFloat16Tensor",
    "parameter": "torch.nn.Parameter",
    "load": "torch.load",
    "new": "torch.Tensor.new",
    "nonzero": "torch.nonzero torch.Tensor.nonzero",
    "requires_grad_": "torch.Tensor.requires_grad_",
    "requires_grad_attribute": "torch.Tensor.requires_grad",
    "size": "torch.Tensor.size",
    "storage": "torch.Tensor.storage torch.Tensor.untyped_storage torch.Tensor.data_ptr",
    "tensor": "torch.tensor torch.Tensor.new_tensor",
    "variable": "torch.autograd.Variable",
    "to": "torch.Tensor.to torch.Tensor.type_as",
    "type": "torch.Tensor.type",
    "unique": "torch.unique torch.unique_consecutive torch.Tensor.unique "
    "torch.Tensor.unique_consecutive",
    "view": "torch.Tensor.view",
    "where": "torch.where",
}
REPEATED = frozenset(
    name for case in ("atleast", "nonzero", "where") for name in _NAMES[case].split()
)
"""Odd cases whose sequence has as many items as the input has dimensions or tensors."""

_PARAMETERS = {
    "dim": ("dim",),
    "flag": ("return_indices", "get_infos"),
    "nonzero": ("as_tuple",),
    "unique": ("return_inverse", "return_counts"),
    "requires_grad_": ("requires_grad",),
    "type": ("dtype",),
    "to": ("copy",),
}
_BY_NAME = {name: case for case, names in _NAMES.items() for name in names.split()}


def name_of(name: str) -> str:
    """The name of the odd case that the callable is, or `""`."""
    return _BY_NAME.get(name, "")


def names_of(case: str) -> tuple[str, ...]:
    """The callables that are the odd case."""
    return tuple(_NAMES[case].split())


def parameters_of(case: str) -> frozenset[str]:
    """The parameters that the odd case looks at."""
    return frozenset(_PARAMETERS.get(case, ()))

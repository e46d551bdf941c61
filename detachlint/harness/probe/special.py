"""Which callables are odd cases: their results depend on arguments."""

from __future__ import annotations

from detachlint.knowledge.model import Form

_NAMES = {
    "as_tensor": "torch.as_tensor torch.from_numpy",
    "asarray": "torch.asarray",
    "backward": "torch.Tensor.backward torch.autograd.backward",
    "autograd_grad": "torch.autograd.grad",
    "checkpoint": "torch.utils.checkpoint.checkpoint torch.utils.checkpoint.checkpoint_sequential",
    "from_pretrained": "torch.nn.Embedding.from_pretrained torch.nn.EmbeddingBag.from_pretrained",
    "functional_call": "torch.func.functional_call",
    "callback": "torch.cond torch.while_loop torch.Tensor.apply_ torch.Tensor.map_ "
    "torch.Tensor.map2_ torch.autograd.functional.jacobian torch.autograd.functional.hessian "
    "torch.autograd.functional.vjp torch.autograd.functional.jvp torch.autograd.functional.hvp "
    "torch.autograd.functional.vhp torch.func.vjp torch.func.jvp torch.func.linearize "
    "torch.vmap torch.func.vmap torch.func.grad torch.func.grad_and_value torch.func.jacrev "
    "torch.func.jacfwd torch.func.hessian torch.func.functionalize torch.library.custom_op "
    "torch.nn.utils.skip_init",
    "gives_argument": "torch.compile torch.compiler.disable torch.amp.custom_fwd "
    "torch.amp.custom_bwd torch.autograd.function.once_differentiable torch.fx.symbolic_trace "
    "torch.jit.export torch.jit.freeze torch.jit.ignore torch.jit.optimize_for_inference "
    "torch.jit.script torch.jit.trace torch.jit.unused torch.nn.utils.remove_spectral_norm "
    "torch.nn.utils.remove_weight_norm torch.nn.utils.parametrize.remove_parametrizations "
    "torch.nn.utils.prune.remove torch.nn.utils.convert_conv2d_weight_memory_format "
    "torch.nn.utils.convert_conv3d_weight_memory_format "
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm torch.ao.quantization.prepare "
    "torch.nn.utils.spectral_norm torch.nn.utils.weight_norm "
    "torch.nn.utils.parametrizations.orthogonal torch.nn.utils.parametrizations.spectral_norm "
    "torch.nn.utils.parametrizations.weight_norm torch.nn.utils.parametrize.register_parametrization "
    "torch.nn.utils.prune.custom_from_mask torch.nn.utils.prune.identity "
    "torch.nn.utils.prune.l1_unstructured torch.nn.utils.prune.ln_structured "
    "torch.nn.utils.prune.random_structured torch.nn.utils.prune.random_unstructured",
    "deepcopy": "torch.Tensor.__deepcopy__ torch.nn.utils.fuse_conv_bn_eval "
    "torch.nn.utils.fuse_linear_bn_eval",
    "einsum": "torch.einsum",
    "getitem": "torch.Tensor.__getitem__",
    "gradient_attribute": "torch.Tensor.grad",
    "legacy_constructor": "torch.Tensor torch.FloatTensor torch.DoubleTensor torch.HalfTensor "
    "torch.BFloat16Tensor torch.Tensor.new",
    "leaf": "torch.nn.Parameter torch.nn.Buffer torch.autograd.Variable",
    "load": "torch.load torch.jit.load",
    "module_load": "torch.Tensor.module_load",
    "requires_grad_": "torch.Tensor.requires_grad_",
    "save": "torch.save torch.jit.save",
    "tensor": "torch.tensor torch.Tensor.new_tensor",
    "to": "torch.Tensor.to torch.Tensor.type_as",
    "type": "torch.Tensor.type",
    "view": "torch.Tensor.view",
    "where": "torch.where",
}
_FORMS = {
    "several": "torch.atleast_1d torch.atleast_2d torch.atleast_3d",
    "given:dim": "torch.max torch.min torch.median torch.nanmedian torch.Tensor.max "
    "torch.Tensor.min torch.Tensor.median torch.Tensor.nanmedian torch.Tensor.size",
    "true:return_indices": "torch.nn.functional.max_pool1d torch.nn.functional.max_pool2d "
    "torch.nn.functional.max_pool3d torch.nn.functional.adaptive_max_pool1d "
    "torch.nn.functional.adaptive_max_pool2d torch.nn.functional.adaptive_max_pool3d "
    "torch.nn.functional.fractional_max_pool2d torch.nn.functional.fractional_max_pool3d",
    "true:get_infos": "torch.lu torch.Tensor.lu",
    "true:as_tuple": "torch.nonzero torch.Tensor.nonzero",
    "true:return_inverse,return_counts": "torch.unique torch.unique_consecutive "
    "torch.Tensor.unique torch.Tensor.unique_consecutive",
}
"""What the form of the result depends on; that it does is executed."""

REPEATED = frozenset(f"{_FORMS['several']} {_NAMES['where']} {_FORMS['true:as_tuple']}".split())
"""Those whose sequence has as many items as the input has dimensions or tensors."""

_PARAMETERS = {
    "checkpoint": ("use_reentrant",),
    "requires_grad_": ("requires_grad",),
    "to": ("copy",),
    "type": ("dtype",),
}
_BY_NAME = {name: case for case, names in _NAMES.items() for name in names.split()}
_FORM_BY_NAME = {name: form for form, names in _FORMS.items() for name in names.split()}


def name_of(name: str) -> str:
    """The name of the odd case that the callable is, or `""`."""
    return _BY_NAME.get(name, "")


def names_of(case: str) -> tuple[str, ...]:
    """The callables that are the odd case."""
    return tuple(_NAMES[case].split())


def form_of(name: str) -> Form | None:
    """What the form of its results depends on."""
    asked, _, arguments = _FORM_BY_NAME.get(name, "").partition(":")
    return Form(asked, tuple(arguments.split(",")) if arguments else ()) if asked else None


def parameters_of(name: str) -> frozenset[str]:
    """The parameters that decide in its odd case, or about the form of its results."""
    form = form_of(name)
    return frozenset((*_PARAMETERS.get(name_of(name), ()), *(form.arguments if form else ())))

"""The public callables of PyTorch: what the tables have to cover."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import torch

from detachlint.harness.probe import special

NAMESPACES = (
    "torch",
    "torch.nn.functional",
    "torch.linalg",
    "torch.fft",
    "torch.special",
)
"""The counted universe, together with the methods, operators and attributes of `torch.Tensor`.

All operators that tensors have are counted, those included that nobody calls by name (`__irshift__`,
`__rlshift__`, `__div__`, …): 23 names more than the 1,633 callables that are usually counted of 2.13.
"""

FURTHER_NAMESPACES = (
    "torch.amp",
    "torch.autograd",
    "torch.autograd.forward_ad",
    "torch.autograd.functional",
    "torch.cuda",
    "torch.func",
    "torch.masked",
    "torch.nested",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.nn.utils.rnn",
    "torch.random",
    "torch.signal.windows",
    "torch.sparse",
    "torch.utils.checkpoint",
    "torch.utils.data",
    "torch.utils.dlpack",
)
"""Namespaces of which only what can be classified gets a row."""

EXTRA_NAMES = (
    *special.names_of("from_pretrained"),
    *special.names_of("gives_argument"),
    "torch.BFloat16Tensor",
    "torch.BoolTensor",
    "torch.ByteTensor",
    "torch.DoubleTensor",
    "torch.FloatTensor",
    "torch.HalfTensor",
    "torch.IntTensor",
    "torch.LongTensor",
    "torch.ShortTensor",
    "torch.Tensor",
    "torch.autograd.Variable",
    "torch.distributions.biject_to",
    "torch.distributions.kl_divergence",
    "torch.distributions.transform_to",
    "torch.accelerator.is_available",
    "torch.backends.mps.is_available",
    "torch.hub.load",
    "torch.jit.load",
    "torch.jit.save",
    "torch.library.custom_op",
    "torch.masked.MaskedTensor",
    "torch.mtia.is_available",
    "torch.xpu.is_available",
    "torch.nn.Buffer",
    "torch.nn.Parameter",
    "torch.nn.Transformer.generate_square_subsequent_mask",
)
"""Classes that are called to make tensors, and single functions."""

_INTERNAL = {
    f"torch.nn.functional.{name}"
    for name in (
        "Optional",
        "assert_int_or_pair",
        "boolean_dispatch",
        "handle_torch_function",
        "has_torch_function",
        "has_torch_function_unary",
        "has_torch_function_variadic",
    )
}
"""Imports that lie about in a module without being part of it."""

# `__slotnames__` is a cache that pickling a tensor leaves on its class.
_INHERITED = {*dir(object), "__slotnames__"}
_DUNDERS_OF_INTEREST = {
    "__format__",
    "__hash__",
    "__repr__",
    *(f"__{name}__" for name in ("eq", "ne", "lt", "le", "gt", "ge")),
}
_PROTOCOL_INTERNALS = {
    "__annotations__",
    "__array_wrap__",
    "__dict__",
    "__dlpack_device__",
    "__module__",
    "__setstate__",
    "__torch_dispatch__",
    "__torch_function__",
    "__weakref__",
}


def public_names() -> list[str]:
    """The names of all public callables (and tensor attributes), sorted."""
    names = {name for namespace in NAMESPACES for name in _functions(namespace)}
    return sorted(names | set(_tensor_members()))


def further_names() -> list[str]:
    """Names worth a row outside the counted universe, sorted."""
    found = {name for space in FURTHER_NAMESPACES for name in _functions(space) if _is_own(name)}
    return sorted(found | {name for name in EXTRA_NAMES if _exists(name)})


def _exists(name: str) -> bool:
    """Whether the PyTorch at hand, which may be an older one, has it."""
    try:
        resolve(name)
    except (AttributeError, ImportError):
        return False
    return True


def _is_own(name: str) -> bool:
    """Whether it is PyTorch's and documented there, not a helper that a module imported."""
    owner, _, attribute = name.rpartition(".")
    listed = getattr(import_module(owner), "__all__", None)
    home = getattr(resolve(name), "__module__", None) or "torch"
    return home.startswith("torch") and (listed is None or attribute in listed)


@cache
def resolve(name: str) -> Any:
    """The object called `name`; raises `AttributeError` or `ImportError` if there is none."""
    if name.startswith("torch.Tensor."):
        return inspect.getattr_static(torch.Tensor, name.removeprefix("torch.Tensor."))
    owner, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(owner), attribute)
    except ModuleNotFoundError:
        return getattr(resolve(owner), attribute)  # a method of a class


def is_attribute(name: str) -> bool:
    """Whether `name` is read rather than called."""
    return name.startswith("torch.Tensor.") and not callable(resolve(name))


def function_of(name: str) -> Callable[..., Any]:
    """What has to be called to call, or read, `name`."""
    if is_attribute(name):
        attribute = name.rpartition(".")[2]
        return lambda tensor: getattr(tensor, attribute)
    found = resolve(name)
    return found.__func__ if isinstance(found, (staticmethod, classmethod)) else found


def _functions(namespace: str) -> Iterator[str]:
    try:
        module = import_module(namespace)
    except ImportError:  # not yet there in an older PyTorch
        return
    for attribute, value in vars(module).items():
        name = f"{namespace}.{attribute}"
        if attribute.startswith("_") or name in _INTERNAL:
            continue
        if callable(value) and not inspect.isclass(value):
            yield name


def _tensor_members() -> Iterator[str]:
    for attribute in dir(torch.Tensor):
        if attribute == "volatile":  # deprecated since 0.4: every read warns
            continue
        if attribute.startswith("_") and not _is_dunder_of_interest(attribute):
            continue
        yield f"torch.Tensor.{attribute}"


def _is_dunder_of_interest(attribute: str) -> bool:
    if not (attribute.startswith("__") and attribute.endswith("__")):
        return False
    if attribute in _PROTOCOL_INTERNALS:
        return False
    return attribute in _DUNDERS_OF_INTEREST or attribute not in _INHERITED

"""Watches what backward passes leave in the `.grad` of leaves."""

from __future__ import annotations

import ctypes
import functools
import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from detachlint.harness.observer import no_torch_function


@contextmanager
def watched_gradients() -> Iterator[list[str]]:
    """A list that grows by one digest of the gradients of all leaves with each backward pass.

    The leaves are those that are alive when the pass is over. Equal digests mean equal gradients to
    the bit, whatever the order the leaves were made in.
    """
    digests: list[str] = []
    original: Callable[..., Any] = torch.autograd.backward

    # `Tensor.backward` looks it up here as well.
    @functools.wraps(original)
    def backward(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        finally:
            digests.append(digest_of_leaves())

    torch.autograd.backward = backward
    try:
        yield digests
    finally:
        torch.autograd.backward = original


def digest_of_leaves() -> str:
    """Of the gradients of all leaves that are alive now."""
    found = sorted(filter(None, map(_digest, gc.get_objects())))
    return hashlib.sha1("".join(found).encode(), usedforsecurity=False).hexdigest()[:16]


def _digest(value: object) -> str:
    # `type`, because `isinstance` would ask the objects of the program.
    if not issubclass(type(value), torch.Tensor):
        return ""
    with no_torch_function(), torch.no_grad():
        try:
            tensor: Any = value
            if not tensor.is_leaf or tensor.grad is None:
                return ""
            grad = tensor.grad.detach().to_dense() if tensor.grad.is_sparse else tensor.grad
            grad = grad.detach().cpu().contiguous()
            # Not by way of NumPy, which would be a crossing, and lacks some dtypes.
            content = ctypes.string_at(grad.data_ptr(), grad.numel() * grad.element_size())
        except (RuntimeError, NotImplementedError):  # no plain memory to look at
            return ""
    described = f"{grad.dtype}{tuple(grad.shape)}".encode() + content
    return hashlib.sha1(described, usedforsecurity=False).hexdigest()[:16]

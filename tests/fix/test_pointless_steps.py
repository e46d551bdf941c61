"""The table of steps that may follow a detach, held against PyTorch."""

import numpy as np
import pytest
import torch
from torch import nn

from detachlint.fix.steps import ATTRIBUTES, KEYWORDS, METHODS, Takes
from detachlint.knowledge import facts

torch.set_num_threads(1)

CALLS = {
    "bfloat16": "bfloat16().float()",
    "cuda": None,
    "expand": "expand(2, 3, 4)",
    "expand_as": "expand_as(other)",
    "flatten": "flatten(1)",
    "moveaxis": "moveaxis(0, 2)",
    "movedim": "movedim(0, 2)",
    "permute": "permute(2, 0, 1)",
    "reshape": "reshape(4, -1)",
    "reshape_as": "reshape_as(other)",
    "squeeze": "squeeze(0)",
    "swapaxes": "swapaxes(0, 1)",
    "swapdims": "swapdims(0, 1)",
    "t": "select(0, 0).t()",
    "to": "to(torch.float64, copy=True)",
    "transpose": "transpose(0, 1)",
    "type": "type(torch.float64)",
    "type_as": "type_as(other)",
    "unflatten": "unflatten(2, (2, 2))",
    "unsqueeze": "unsqueeze(0)",
    "view": "view(4, -1)",
    "view_as": "view_as(other)",
}
"""A call of each step that takes arguments; None where this machine cannot make it."""


def apply(tensor: torch.Tensor, step: str) -> torch.Tensor:
    other = torch.zeros(2, 3, 4, dtype=torch.float64)
    return eval(f"tensor.{step}", {"tensor": tensor, "other": other, "torch": torch})


def shares_memory(left: torch.Tensor, right: torch.Tensor) -> bool:
    return left.untyped_storage().data_ptr() == right.untyped_storage().data_ptr()


@pytest.mark.parametrize("name", sorted(METHODS.keys() | ATTRIBUTES))
def test_step_gives_the_same_values_on_either_side_of_the_detach(name):
    step = name if name in ATTRIBUTES else CALLS.get(name, f"{name}()")
    if step is None:
        pytest.skip("needs an accelerator")
    tensor = torch.arange(24.0).reshape(2, 3, 4)
    tensor = (tensor[0] if name in ATTRIBUTES else tensor).requires_grad_()
    late, early = apply(tensor, step).detach(), apply(tensor.detach(), step)
    np.testing.assert_array_equal(early.numpy(), late.numpy())
    assert (early.dtype, early.stride()) == (late.dtype, late.stride())
    # Also what is shared with the tensor, and would change with it, is the same.
    assert shares_memory(early, tensor) == shares_memory(late, tensor)
    assert apply(tensor, step).requires_grad, "nobody would report a crossing behind such a step"


@pytest.mark.parametrize("name", sorted(METHODS))
def test_functions_of_the_same_name_are_known(name):
    if METHODS[name] in {Takes.ANYTHING, Takes.SIZES}:
        assert not callable(getattr(torch, name, None))
        assert not callable(getattr(nn.functional, name, None))
    if METHODS[name] is Takes.NO_TENSOR:
        assert callable(getattr(torch, name))


def test_methods_of_modules_are_known():
    assert {name for name in METHODS if hasattr(nn.Module(), name)} == {
        name for name in METHODS if facts.module_behaviour(name)
    }
    assert not [name for name in ATTRIBUTES if hasattr(nn.Module(), name)]


@pytest.mark.parametrize("name", sorted(n for n in METHODS if callable(getattr(torch, n, None))))
def test_functions_do_not_call_their_tensor_by_a_keyword_of_the_methods(name):
    for keyword in KEYWORDS:
        with pytest.raises((TypeError, RuntimeError)):
            getattr(torch, name)(**{keyword: torch.zeros(2, 2)})


@pytest.mark.parametrize("name", ["data", "grad"])
def test_data_and_grad_are_not_steps(name):
    # x.detach().grad is None, whatever x.grad is.
    tensor = torch.ones(2, requires_grad=True)
    (tensor * tensor).sum().backward()
    assert tensor.grad is not None
    assert tensor.detach().grad is None
    assert name not in ATTRIBUTES

"""What a test on the path has found to be no tensor is none where it is converted."""

from __future__ import annotations

import pytest
from engine import visits

CONVERT = "def convert(x):\n    if {}:\n        return x.numpy()\n    return x\n"
NO_TENSORS = [
    "not isinstance(x, torch.Tensor)",
    "not isinstance(x, (torch.Tensor, list))",
    "not hasattr(x, 'detach')",
    "not hasattr(x, 'grad_fn')",
    "not (hasattr(x, 'requires_grad') or hasattr(x, 'logits'))",
]
PERHAPS_TENSORS = [
    "isinstance(x, torch.Tensor)",
    "not isinstance(x, list)",
    "hasattr(x, 'detach')",
    "not hasattr(x, 'logits')",
    "not (hasattr(x, 'logits') and hasattr(x, 'detach'))",
    "not hasattr(elsewhere, 'detach')",
    "not hasattr(x, name)",
]


@pytest.mark.parametrize("test", NO_TENSORS)
def test_it_does_not_cross_there(test: str) -> None:
    assert visits(CONVERT.format(test)) == {}


@pytest.mark.parametrize("test", PERHAPS_TENSORS)
def test_what_is_asked_otherwise_may_be_one(test: str) -> None:
    assert [*visits(CONVERT.format(test))] == [3]

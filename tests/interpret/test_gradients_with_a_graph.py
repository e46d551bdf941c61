"""Gradients made with `create_graph=True` require grad, unless the function is linear: never certain."""

from __future__ import annotations

import pytest

from detachlint.api import check_source

PRELUDE = """\
import torch
from torch.autograd import functional

x = torch.ones(2, requires_grad=True)
"""


@pytest.mark.parametrize(
    "gradient",
    [
        "torch.autograd.grad((x * 3).sum(), x, create_graph=True)[0]",
        "functional.jacobian(lambda t: t * 3, x, create_graph=True)",
        "functional.vjp(lambda t: t * 3, x, x.detach(), create_graph=True)[1]",
    ],
)
def test_a_constant_gradient_is_not_said_to_raise_for_certain(gradient: str) -> None:
    pytest.importorskip("torch")
    program = f"{PRELUDE}{gradient}.numpy()\n"
    exec(compile(program, "constant.py", "exec"), {})
    [finding] = check_source(program, "constant.py")
    assert finding.confidence.value == "likely"

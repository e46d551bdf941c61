"""A crossing as it is observed, let through and refused, for tests to vary."""

from __future__ import annotations

from dataclasses import replace

from detachlint.harness.observation import Crossing
from detachlint.source.span import Span

PLACE = Span(2, 4, 2, 20)
GRAD = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
OK = Crossing(
    method="numpy",
    filename="/a.py",
    line=2,
    span=PLACE,
    requires_grad=False,
    grad_mode=True,
    is_leaf=True,
    grad_fn=None,
    device="cpu",
    dtype="torch.float32",
    layout="torch.strided",
    outcome="ok",
)
REFUSED = replace(OK, requires_grad=True, outcome="RuntimeError", message=GRAD)

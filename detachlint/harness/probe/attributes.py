"""What the attributes of tensors tell about them: each is read of tensors that differ in one thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from detachlint.harness.probe.execute import guarded, tensors_in

READ = {f"torch.Tensor.is_{device}": "device" for device in ("cuda", "xpu", "mps")}
"""What no CPU can show, read from PyTorch's documentation."""


def _x() -> torch.Tensor:
    return torch.tensor([[0.5, 1.0], [1.5, 2.0]])


def _quantized() -> torch.Tensor:
    return torch.quantize_per_tensor(_x(), 0.1, 0, torch.qint8)


def _complex() -> torch.Tensor:
    return torch.complex(_x(), _x())


_KINDS: tuple[tuple[str, Callable[[], torch.Tensor]], ...] = (
    ("device", lambda: _x().to("meta")),
    ("sparse", lambda: _x().to_sparse()),
    ("sparse_csr", lambda: _x().to_sparse_csr()),
    ("mkldnn", lambda: _x().to_mkldnn()),
    ("quantized", _quantized),
)
"""A tensor of each kind."""

_KINDS_OF_NUMBERS: tuple[tuple[str, Callable[[], torch.Tensor]], ...] = (
    ("complex", _complex),
    ("conj", lambda: _complex().conj()),
    ("neg", lambda: _complex().conj().imag),
)
"""The same for methods. The first is asked about the next as well."""


def told_by(name: str) -> str:
    """What `CallFact.traits` says of an attribute under `tells`; `""` for any other."""
    if name in READ:
        return READ[name]
    attribute = name.rpartition(".")[2]
    leaf, plain = _x().requires_grad_(), _x()
    computed = leaf * 2

    def read(tensor: torch.Tensor) -> Any:
        return guarded(lambda: (getattr(tensor, attribute),))

    answers = [read(tensor) for tensor in (plain, leaf, computed)]
    if any(True for _ in tensors_in(answers)):
        return "data" if _takes_data(attribute) else ""
    if answers == [(False,), (True,), (True,)]:
        return "flag"
    if answers == [(True,), (True,), (False,)]:
        return "leaf"
    if answers[:2] == [(None,), (None,)] and hasattr((answers[2] or (0,))[0], "next_functions"):
        return "history"
    if answers[0] != (False,):
        return "host" if (answers[0], read(_x().to("meta"))) == ((True,), (False,)) else ""
    return next((kind for kind, make in _KINDS if read(make()) == (True,)), "")


def told_by_method(name: str) -> str:
    """The same of a method of tensors, called without arguments."""
    if not name.startswith("torch.Tensor."):
        return ""
    attribute = name.rpartition(".")[2]

    def ask(tensor: torch.Tensor) -> bool | None:
        answer = guarded(lambda: getattr(tensor, attribute)())
        return answer if isinstance(answer, bool) else None

    answer = ask(_x())
    if answer:
        others = (_complex(), _x().int())
        return "float" if all(ask(other) is False for other in others) else ""
    if answer is None:
        return ""
    return next((kind for kind, make in _KINDS_OF_NUMBERS if ask(make())), "")


def _takes_data(attribute: str) -> bool:
    """Whether it can be set to another tensor, whose memory is then that of the tensor."""
    tensor, other = _x().requires_grad_(), _x() + 1

    def store() -> bool:
        setattr(tensor, attribute, other)
        return tensor.data_ptr() == other.data_ptr() and tensor.requires_grad

    return bool(guarded(store))

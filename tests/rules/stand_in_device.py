"""Runs examples about accelerators where there is none: a device without data stands in for it.

PyTorch looks at every device but the CPU alike (tensor_numpy.cpp), so the refusals and their order are
those of a GPU; only the values are zeros. Where PyTorch finds a GPU, the examples run on it.
"""

from __future__ import annotations

import functools

ACCELERATOR = "cuda"
STAND_IN = "meta"

_PRELUDE = (
    "import torch as _torch; "
    "_torch.cuda.is_available = lambda: True; "
    "_torch.nn.Module.cuda = lambda self, *_: self.to_empty(device='meta'); "
    "_torch.Tensor.cuda = lambda self, *_, **__: self.to('meta'); "
    "_cpu = _torch.Tensor.cpu; "
    "_torch.Tensor.cpu = lambda self: _cpu(self) if not self.is_meta else "
    "_torch.zeros_like(self, device='cpu'); "
)
"""On one line with the first of the example, so that line numbers stay."""


def executable(text: str) -> str:
    """The text, to be run on the stand-in where it names the accelerator."""
    if ACCELERATOR not in text or _is_there():
        return text
    return _PRELUDE + text.replace(f'"{ACCELERATOR}"', f'"{STAND_IN}"')


def device_meant(text: str, device: str) -> str:
    """The device that one seen in a run of `executable(text)` stands for."""
    return ACCELERATOR if device == STAND_IN and ACCELERATOR in text else device


@functools.cache
def _is_there() -> bool:
    import torch

    return torch.cuda.is_available()

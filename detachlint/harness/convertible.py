"""The tensor that PyTorch converts instead of one that it refuses: what all cures make of it."""

from __future__ import annotations

import torch

_NARROW = {
    dtype: torch.float32
    for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz")
    if (dtype := getattr(torch, name, None)) is not None
} | {torch.complex32: torch.complex64}


def convertible(tensor: torch.Tensor) -> torch.Tensor:
    """The values of any tensor in ordinary memory; zeros of its shape where it has no data (`meta`).

    A dtype that NumPy lacks becomes float32 (complex64). The tensor itself is not changed.
    Any exception of PyTorch's where there is neither data nor shape (inside `vmap`).
    """
    with torch.no_grad():
        if tensor.device.type == "meta":
            tensor = torch.zeros(tensor.shape, dtype=tensor.dtype, device="cpu")
        plain = tensor.detach().cpu()
        if plain.is_quantized:
            plain = plain.dequantize()
        if plain.layout is not torch.strided:
            plain = plain.to_dense()
        plain = plain.resolve_conj().resolve_neg()
        return plain.to(_NARROW.get(plain.dtype, plain.dtype))

"""The tensor that PyTorch converts instead of one that it refuses: what all cures make of it."""

from __future__ import annotations

import torch

from detachlint.knowledge.dtype_facts import dtype_fact


def convertible(tensor: torch.Tensor) -> torch.Tensor:
    """The values of any tensor in ordinary memory; zeros of its shape where it has no data (`meta`).

    A dtype that NumPy lacks becomes float32 (complex64), or bytes where nothing is cast of it. The
    tensor itself is not changed.
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
        fact = dtype_fact(str(plain.dtype))
        if fact is None or not fact.missing:
            return plain
        cured: torch.Tensor = getattr(plain, fact.cure)() if fact.cure else plain.view(torch.uint8)
        return cured

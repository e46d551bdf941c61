import numpy as np
import torch


def unwrap(value, as_numpy=False, as_number=False):
    """Tensors, also those in lists, as the caller wants them."""
    if isinstance(value, (list, tuple)):
        return type(value)([unwrap(one, as_numpy=as_numpy) for one in value])
    if isinstance(value, np.ndarray):
        return value
    if not torch.is_tensor(value):
        raise TypeError(f"cannot unwrap a {type(value).__name__}")
    if as_numpy:
        return value.cpu().numpy()
    if as_number:
        return value.item()
    return value.cpu()

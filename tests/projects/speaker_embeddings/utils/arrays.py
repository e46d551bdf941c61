import numpy as np
import torch


def to_numpy(x):
    """Arrays stay arrays, tensors are moved to the CPU first."""
    if isinstance(x, torch.Tensor):
        return x.cpu().numpy()
    return np.asarray(x)


def detached_array(x):
    if isinstance(x, torch.Tensor):
        x = x.detach().cpu()
        return x.numpy()
    return np.asarray(x)

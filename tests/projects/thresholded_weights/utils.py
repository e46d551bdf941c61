import numpy as np
import torch


def hard_threshold(tensor, fraction):
    """The largest entries of a tensor without history, as a new leaf to be trained."""
    values = tensor.numpy().copy()
    limit = np.percentile(np.abs(values), 100 * (1 - fraction))
    values[np.abs(values) < limit] = 0.0
    return torch.tensor(values, requires_grad=True)


def support(tensor):
    return tensor.nonzero()


def kept_fraction(tensor):
    return (tensor != 0).float().mean().numpy()

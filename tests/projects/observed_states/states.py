"""Tools that callbacks use on what they find."""

import torch


def is_tensor(value):
    return isinstance(value, torch.Tensor)


def is_scalar(value):
    return is_tensor(value) and value.numel() == 1


def is_image(value):
    return is_tensor(value) and value.dim() == 4


def unwrap(value, to_cpu=True, as_numpy=False):
    if isinstance(value, (list, tuple)):
        return type(value)([unwrap(each) for each in value])
    if to_cpu:
        value = value.cpu()
    return value.detach().numpy() if as_numpy else value

from functools import singledispatch

import numpy as np
import torch


@singledispatch
def to_array(value):
    raise TypeError(f"cannot convert {type(value).__name__}")


@to_array.register
def _(value: np.ndarray):
    return value


@to_array.register
def _(value: torch.Tensor):
    return value.cpu().numpy()


@to_array.register(list)
def _(value):
    return np.stack([to_array(item) for item in value])


@singledispatch
def to_plain(value):
    return value


@to_plain.register
def _(value: torch.Tensor):
    return value.detach().cpu().numpy()

import torch
from torch import nn

from decorators import Counted, WithMode, as_arrays, as_detached_arrays, optional

MODEL = nn.Linear(2, 2)


@Counted
def counted(inputs):
    return MODEL(inputs).numpy()


@Counted
@WithMode(grad=False)
def quiet(inputs):
    return MODEL(inputs).numpy()


@WithMode(grad=True)
def loud(inputs):
    return MODEL(inputs).numpy()


@optional
def bare(inputs):
    return MODEL(inputs).numpy()


@optional(quiet=False)
def configured(inputs):
    return MODEL(inputs).numpy()


@as_detached_arrays
def pair(inputs):
    return MODEL(inputs), inputs


@as_arrays
def extremes(inputs):
    output = MODEL(inputs)
    return output.amax(0), output.amin(0)


@torch.no_grad()
@as_arrays
def quiet_extremes(inputs):
    return MODEL(inputs).amax(0), inputs

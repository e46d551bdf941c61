"""A refused crossing leaves the `try` early: `finally` finds what was before."""

import torch

weight = torch.ones(3, requires_grad=True)
total = weight


def convert():
    return total.numpy()


try:
    convert()
    weight = torch.zeros(3)
finally:
    weight.numpy()

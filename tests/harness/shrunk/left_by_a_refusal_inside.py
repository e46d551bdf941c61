"""A refused crossing leaves a branch of the `try` early, and two blocks with it."""

import torch

weight = torch.ones(3, requires_grad=True)
try:
    try:
        if weight.sum() > 0:
            weight.numpy()
            weight = weight.detach()
    finally:
        torch.sum(weight).numpy()
finally:
    weight.numpy()

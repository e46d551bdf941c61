import torch

BATCH = 8


def apply():
    torch.set_grad_enabled(False)


apply()

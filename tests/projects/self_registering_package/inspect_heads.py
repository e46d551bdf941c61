import torch

from losses.registry import LOSSES

if __name__ == "__main__":
    prediction = torch.ones(3, requires_grad=True)
    print(LOSSES["absolute"](prediction).numpy())
    print(LOSSES["count"](prediction).numpy())

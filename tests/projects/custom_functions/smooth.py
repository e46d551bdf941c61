"""Smooths what a filter puts out."""

import torch

from ops import round_through
from signals import SincFilter

if __name__ == "__main__":
    torch.manual_seed(0)
    output = SincFilter()(torch.randn(12))
    print(round_through(output.detach()).numpy().shape)
    print(round_through(output).mean().numpy())

import torch
from torch import nn


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.filter = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, signal):
        return self.filter(signal.unsqueeze(1)).squeeze(1)


def noise(count=2, size=6):
    return torch.randn(count, size)

import torch
from torch import nn


class Smoother(nn.Module):
    def __init__(self, taps):
        super().__init__()
        self.kernel = nn.Parameter(torch.ones(1, 1, taps) / taps)

    def forward(self, signal):
        return nn.functional.conv1d(signal.view(1, 1, -1), self.kernel).flatten()


class Average:
    def __init__(self, taps):
        self.kernel = torch.ones(1, 1, taps) / taps

    def __call__(self, signal):
        return nn.functional.conv1d(signal.view(1, 1, -1), self.kernel).flatten()

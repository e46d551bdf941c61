import torch
from torch import nn


class LearntAngles(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.free = nn.Parameter(torch.zeros(count))
        self.offset = torch.linspace(0, 1, count)

    def forward(self):
        return torch.tanh(self.free) + self.offset


def rotate(points, angles):
    cos, sin = torch.cos(angles), torch.sin(angles)
    x, y = points.unbind(-1)
    return torch.stack([cos * x - sin * y, sin * x + cos * y], -1)

import torch
from torch import nn


class Smooth(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, batch):
        hidden = self.inner(batch)
        return torch.from_numpy(hidden.numpy() * 0.5)


Smooth()(torch.ones(3)).sum().backward()

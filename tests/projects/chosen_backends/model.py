import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, items):
        return self.linear(items)

    @torch.no_grad()
    def quiet(self, items):
        return self(items)

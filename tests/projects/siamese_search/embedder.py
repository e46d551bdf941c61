import torch
import torch.nn.functional as F
from torch import nn


class Embedder(nn.Module):
    def __init__(self, size=4):
        super().__init__()
        self.net = nn.Linear(3, size)
        self.frozen = False

    def freeze(self):
        for p in self.parameters():
            p.requires_grad = False
        self.frozen = True
        return self.eval()

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


class Siamese(nn.Module):
    def __init__(self, embedder):
        super().__init__()
        self.embedder = embedder
        self.scale = nn.Parameter(torch.tensor(10.0))

    def forward(self, first, second):
        a, b = self.embedder(first), self.embedder(second)
        return self.scale * (a * b).sum(-1), (a, b)

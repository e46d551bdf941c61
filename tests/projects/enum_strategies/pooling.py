from enum import Enum

import torch
from torch import nn


class Pooling(Enum):
    MEAN = "mean"
    FIRST = "first"
    ATTENTION = "attention"
    LENGTH = "length"


class Pooler(nn.Module):
    def __init__(self, kind, width):
        super().__init__()
        self.kind = kind
        self.query = nn.Linear(width, 1)

    def forward(self, states):
        match self.kind:
            case Pooling.MEAN:
                return states.mean(1)
            case Pooling.FIRST:
                return states[:, 0]
            case Pooling.ATTENTION:
                weights = self.query(states).softmax(1)
                return (weights * states).sum(1)
            case _:
                return torch.full((len(states), 1), states.shape[1])

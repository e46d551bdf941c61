import torch
from torch import nn


class Gate(nn.Module):
    """A learnt gate that shows its weights when printed."""

    def __init__(self, width):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(width))
        self.register_buffer("mask", torch.ones(width))

    def forward(self, x):
        return x * torch.sigmoid(self.logits) * self.mask

    def extra_repr(self):
        return f"mask={self.mask.numpy()}"


class Statistics:
    def __init__(self, values):
        self.values = values

    def __str__(self):
        return f"mean {self.values.mean().numpy():.2f}"

    def __repr__(self):
        return f"Statistics({self.values.detach().numpy()})"

    def __len__(self):
        return len(self.values.numpy())

    def __iter__(self):
        yield from self.values.tolist()


class GateStatistics(Statistics):
    def __init__(self, gate):
        super().__init__(gate.logits.sigmoid())

    def __getitem__(self, index):
        return self.values[index].numpy()

    def __len__(self):
        return len(self.values)

import torch
from torch import nn


class Ensemble(nn.Module):
    """Mean and spread over members that are trained one by one."""

    def __init__(self, members):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x):
        return torch.stack([member(x) for member in self.members])

    def mean_and_spread(self, x):
        outputs = self(x)
        return outputs.mean(0), outputs.std(0)


class FrozenEnsemble(Ensemble):
    def __init__(self, members):
        super().__init__(members)
        for parameter in self.parameters():
            parameter.requires_grad_(False)

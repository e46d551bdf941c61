import torch
from torch import nn


def enable_dropout(model):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()


def mc_predict(model, x, samples=4, grad=False):
    model.eval()
    enable_dropout(model)
    with torch.set_grad_enabled(grad):
        draws = torch.stack([model(x) for _ in range(samples)])
    return draws.mean(0), draws.std(0)


class Ensemble(nn.Module):
    def __init__(self, members):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x):
        return torch.stack([member(x) for member in self.members], dim=0)

    def predict(self, x, reduce="mean"):
        with torch.no_grad():
            stacked = self(x)
        return getattr(stacked, reduce)(0)

    def disagreement(self, x):
        return self(x).var(0)

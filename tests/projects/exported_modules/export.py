"""Modules for other programs: scripted ones that hold no_grad themselves, and plain ones."""

import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self, quiet: bool):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.quiet = quiet

    def forward(self, x: torch.Tensor):
        if self.quiet:
            with torch.no_grad():
                return {"score": self.fc(x), "norm": x.norm()}
        return {"score": self.fc(x), "norm": x.norm()}


def export_script(path, quiet=True):
    torch.jit.save(torch.jit.script(Scorer(quiet)), path)


def export_frozen(path):
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    model.requires_grad_(False)
    torch.save({"model": model, "classes": torch.arange(2), "epoch": 3}, path)


def export_whole(path):
    torch.save({"model": nn.Linear(3, 2), "mean": torch.zeros(3)}, path)

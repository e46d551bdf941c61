from types import SimpleNamespace

import torch
import torch.nn as nn

DEFAULTS = {
    "model": {"kind": "mlp", "hidden": 4, "act": "relu"},
    "optim": {"name": "AdamW", "kwargs": {"lr": 0.01}},
    "eval": {"no_grad": True, "detach": True},
}


class Config(SimpleNamespace):
    @classmethod
    def from_dict(cls, values):
        return cls(**{k: cls.from_dict(v) if isinstance(v, dict) else v for k, v in values.items()})

    def override(self, **changes):
        for path, value in changes.items():
            target, _, name = path.rpartition("__")
            setattr(getattr(self, target) if target else self, name, value)
        return self


def load(**sections):
    return Config.from_dict({**DEFAULTS, **sections})


def build_model(config):
    act = getattr(torch, config.act)
    layers = {"mlp": lambda h: nn.Sequential(nn.Linear(2, h), Lambda(act), nn.Linear(h, 1))}
    return layers[config.kind](config.hidden)


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)
